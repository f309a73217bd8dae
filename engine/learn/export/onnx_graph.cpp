// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/export/onnx_graph.h"

#include <array>
#include <bit>

#include <onnx.pb.h>

namespace flowscent::learn {

namespace {

constexpr int irVersion = 7; ///< of ONNX 1.7 and later
constexpr int operatorSet = 13;
constexpr const char* openDimension = "flows";

enum DataType : int { Float = 1, Int64 = 7, Bool = 9 };
enum AttributeType : int { Int = 2, IntList = 7 };

static_assert(std::endian::native == std::endian::little, "ONNX's raw data is little-endian");

template <class Number>
std::string rawBytes(std::span<const Number> values)
{
    return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

void describe(messages::onnx::ValueInfo& info, const std::string& name, std::initializer_list<std::size_t> further)
{
    info.set_name(name);
    auto& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(Float);
    type.mutable_shape()->add_dim()->set_dim_param(openDimension);
    for (const std::size_t size : further)
        type.mutable_shape()->add_dim()->set_dim_value(static_cast<std::int64_t>(size));
}

} // namespace

struct OnnxGraph::Message {
    messages::onnx::Model model;

    messages::onnx::Graph& graph() { return *model.mutable_graph(); }

    void addTensor(const std::string& name, DataType type, const Ints& shape, std::string bytes)
    {
        auto& tensor = *graph().add_initializer();
        tensor.set_name(name);
        tensor.set_data_type(type);
        for (const std::int64_t size : shape)
            tensor.add_dims(size);
        tensor.set_raw_data(std::move(bytes));
    }

    messages::onnx::Node& addNode(const char* op, const std::vector<Value>& inputs,
                                  const std::vector<Attribute>& attributes)
    {
        auto& node = *graph().add_node();
        node.set_op_type(op);
        for (const Value& input : inputs)
            node.add_input(input);
        for (const Attribute& attribute : attributes) {
            auto& entry = *node.add_attribute();
            entry.set_name(attribute.name);
            entry.set_type(attribute.single ? Int : IntList);
            if (attribute.single)
                entry.set_i(attribute.ints.front());
            else
                entry.mutable_ints()->Add(attribute.ints.begin(), attribute.ints.end());
        }
        return node;
    }
};

OnnxGraph::OnnxGraph()
    : m_message(std::make_unique<Message>())
{
    m_message->model.set_ir_version(irVersion);
    m_message->model.set_producer_name("Flowscent");
    m_message->model.set_producer_version(FLOWSCENT_VERSION);
    m_message->model.add_opset_import()->set_version(operatorSet);
    m_message->graph().set_name("flowscent");
}

OnnxGraph::~OnnxGraph() = default;

OnnxGraph::Value OnnxGraph::fresh(const char* what)
{
    return std::string(what) + '_' + std::to_string(++m_named);
}

OnnxGraph::Value OnnxGraph::input(const std::string& name, std::size_t columns)
{
    describe(*m_message->graph().add_input(), name, {columns});
    return name;
}

OnnxGraph::Value OnnxGraph::floats(std::span<const float> values, const Ints& shape, const std::string& name)
{
    Value value = name.empty() ? fresh("constant") : name;
    m_message->addTensor(value, Float, shape, rawBytes(values));
    return value;
}

OnnxGraph::Value OnnxGraph::ints(const Ints& values)
{
    Value value = fresh("constant");
    m_message->addTensor(value, Int64, {static_cast<std::int64_t>(values.size())},
                         rawBytes(std::span<const std::int64_t>(values)));
    return value;
}

OnnxGraph::Value OnnxGraph::bools(const std::vector<bool>& values)
{
    Value value = fresh("constant");
    std::string bytes;
    for (const bool one : values)
        bytes += one ? '\1' : '\0';
    m_message->addTensor(value, Bool, {static_cast<std::int64_t>(values.size())}, bytes);
    return value;
}

OnnxGraph::Value OnnxGraph::number(double value)
{
    return floats(std::array{static_cast<float>(value)}, {});
}

OnnxGraph::Value OnnxGraph::apply(const char* op, const std::vector<Value>& inputs,
                                  const std::vector<Attribute>& attributes)
{
    Value result = fresh(op);
    auto& node = m_message->addNode(op, inputs, attributes);
    node.set_name(result);
    node.add_output(result);
    return result;
}

std::vector<OnnxGraph::Value> OnnxGraph::split(const Value& value, std::int64_t axis, const Ints& sizes)
{
    const Value lengths = ints(sizes);
    auto& node = m_message->addNode("Split", {value, lengths}, {{"axis", {axis}, true}});
    node.set_name(fresh("Split"));
    std::vector<Value> results;
    for (std::size_t i = 0; i < sizes.size(); ++i)
        node.add_output(results.emplace_back(fresh("Split")));
    return results;
}

void OnnxGraph::output(const Value& value, const std::string& name,
                       std::initializer_list<std::size_t> furtherDimensions)
{
    m_message->addNode("Identity", {value}, {}).add_output(name);
    describe(*m_message->graph().add_output(), name, furtherDimensions);
}

std::string OnnxGraph::serialise(const std::map<std::string, std::string>& metadata) const
{
    messages::onnx::Model model = m_message->model;
    for (const auto& [key, text] : metadata) {
        auto& entry = *model.add_metadata_props();
        entry.set_key(key);
        entry.set_value(text);
    }
    return model.SerializeAsString();
}

} // namespace flowscent::learn
