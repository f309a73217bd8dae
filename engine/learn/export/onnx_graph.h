// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/matrix.h"

/// For the ONNX exporter only.
namespace flowscent::learn {

/// Puts an ONNX graph together, operator set 13. Values are known by name; the first dimension of every input and
/// output is the number of flows, which stays open. Not thread-safe.
class OnnxGraph {
public:
    using Value = std::string;
    using Ints = std::vector<std::int64_t>;
    struct Attribute {
        const char* name;
        Ints ints;
        bool single = false; ///< an integer, not a list of one
    };

    OnnxGraph();
    ~OnnxGraph();

    Value input(const std::string& name, std::size_t columns);
    /// Row-major. Constants without a name of their own are numbered.
    Value floats(std::span<const float> values, const Ints& shape, const std::string& name = {});
    Value ints(const Ints& values);
    Value bools(const std::vector<bool>& values);
    Value number(double value); ///< a scalar
    /// One node with one result.
    Value apply(const char* op, const std::vector<Value>& inputs, const std::vector<Attribute>& attributes = {});
    /// Several results of one node: Split.
    std::vector<Value> split(const Value& value, std::int64_t axis, const Ints& sizes);
    void output(const Value& value, const std::string& name, std::initializer_list<std::size_t> furtherDimensions);

    /// The model file's bytes; the same graph always gives the same.
    [[nodiscard]] std::string serialise(const std::map<std::string, std::string>& metadata) const;

private:
    struct Message; ///< the protobuf message
    std::unique_ptr<Message> m_message;
    std::size_t m_named = 0;

    Value fresh(const char* what);
};

} // namespace flowscent::learn
