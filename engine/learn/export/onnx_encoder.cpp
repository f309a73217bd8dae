// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/export/onnx_encoder.h"

#include "engine/features/feature_schema.h"

#include <cmath>

namespace flowscent::learn {

using Value = OnnxGraph::Value;
using Ints = OnnxGraph::Ints;

namespace {

constexpr auto packets = static_cast<std::int64_t>(features::sequenceLength);
constexpr auto fields = static_cast<std::int64_t>(features::sequenceFields);
constexpr double normEpsilon = 1e-5; ///< LibTorch's default

/// What stands for a flow's packets, and how many numbers it is.
struct Summary {
    Value value;
    std::int64_t size;
};

Summary patchConv(OnnxLayers& layers, const EncoderSpec& spec, const Value& sequences)
{
    constexpr std::int64_t patchPackets = 4;
    constexpr std::int64_t patches = packets / patchPackets;
    const std::int64_t width = spec.width;
    const Value cut = layers.reshape(sequences, {0, patches, patchPackets * fields});
    const Value patched =
        layers.relu(layers.linearOverTime("encoder.patch", cut, patches, patchPackets * fields, width));
    const Value pairs = layers.reshape(patched, {0, patches / 2, 2 * width});
    const Value merged = layers.relu(layers.linearOverTime("encoder.merge", pairs, patches / 2, 2 * width, width));
    return {layers.meanAndMaximum(merged), 2 * width};
}

Summary mlp(OnnxLayers& layers, const EncoderSpec& spec, const Value& sequences)
{
    Value x = sequences;
    std::int64_t size = packets * fields;
    for (std::uint32_t index = 1; index <= spec.depth; ++index) {
        x = layers.relu(layers.linear("encoder.hidden" + std::to_string(index), x, size, spec.width));
        size = spec.width;
    }
    return {x, size};
}

/// Convolutions run over [n, channels, time]; the weights [width, channels * kernel] are laid out as Conv wants them.
Summary cnn(OnnxLayers& layers, const EncoderSpec& spec, const Value& sequences)
{
    constexpr std::int64_t kernel = 3;
    constexpr std::int64_t stride = 2;
    OnnxGraph& graph = layers.graph();
    const std::int64_t width = spec.width;
    Value x = graph.apply("Transpose", {layers.reshape(sequences, {0, packets, fields})}, {{"perm", {0, 2, 1}}});
    std::int64_t channels = fields;
    for (std::uint32_t index = 1; index <= spec.depth; ++index) {
        const std::string name = "encoder.convolution" + std::to_string(index);
        const Value weight =
            layers.reshape(layers.weight(name + ".weight", {width, channels * kernel}), {width, channels, kernel});
        const Value bias = layers.weight(name + ".bias", {width});
        x = layers.relu(graph.apply("Conv", {x, weight, bias},
                                    {{"kernel_shape", {kernel}}, {"strides", {stride}}, {"pads", {1, 1}}}));
        channels = width;
    }
    return {layers.meanAndMaximum(graph.apply("Transpose", {x}, {{"perm", {0, 2, 1}}})), 2 * width};
}

/// Unrolled over the packets.
Summary gru(OnnxLayers& layers, const EncoderSpec& spec, const Value& sequences)
{
    OnnxGraph& graph = layers.graph();
    const std::int64_t width = spec.width;
    const Ints gates{width, width, width}; // reset, update, candidate
    const Value rows = layers.reshape(sequences, {0, packets, fields});
    const Value inputs = layers.linearOverTime("encoder.input", rows, packets, fields, 3 * width);
    const Ints singly(static_cast<std::size_t>(packets), 1);
    const auto inputAt = graph.split(inputs, 1, singly);
    const auto packetAt = graph.split(rows, 1, singly);
    const Value stateWeight = layers.weight("encoder.state.weight", {3 * width, width});
    const Value stateBias = layers.weight("encoder.state.bias", {3 * width});
    const Value one = graph.number(1);
    const Value none = graph.floats(std::vector<float>(static_cast<std::size_t>(width)), {1, width});
    const Value firstInput = graph.split(layers.reshape(inputAt.front(), {0, 3 * width}), 1, gates).front();
    Value state = graph.apply("Mul", {firstInput, none}); // zeros, a row a flow
    for (std::size_t time = 0; time < singly.size(); ++time) {
        const auto fromInput = graph.split(layers.reshape(inputAt[time], {0, 3 * width}), 1, gates);
        const auto fromState =
            graph.split(graph.apply("Gemm", {state, stateWeight, stateBias}, {{"transB", {1}, true}}), 1, gates);
        const Value reset = graph.apply("Sigmoid", {graph.apply("Add", {fromInput[0], fromState[0]})});
        const Value update = graph.apply("Sigmoid", {graph.apply("Add", {fromInput[1], fromState[1]})});
        const Value candidate =
            graph.apply("Tanh", {graph.apply("Add", {fromInput[2], graph.apply("Mul", {reset, fromState[2]})})});
        const Value valid = graph.split(layers.reshape(packetAt[time], {0, fields}), 1, {fields - 1, 1})[1];
        const Value step = graph.apply("Mul", {graph.apply("Sub", {one, update}), valid});
        state = graph.apply("Add", {state, graph.apply("Mul", {step, graph.apply("Sub", {candidate, state})})});
    }
    return {state, width};
}

/// Softmax(Q K' / sqrt(size) + bias) V over `tokens`, by head.
Value attend(OnnxLayers& layers, const std::string& block, const Value& x, const Value& bias, std::int64_t width,
             std::int64_t heads)
{
    constexpr std::int64_t tokens = packets + 1;
    OnnxGraph& graph = layers.graph();
    const std::int64_t size = width / heads;
    const auto parts =
        graph.split(layers.linearOverTime(block + "attention", x, tokens, width, 3 * width), 2, {width, width, width});
    const auto byHead = [&](const Value& part, const Ints& order) {
        return graph.apply("Transpose", {layers.reshape(part, {0, tokens, heads, size})}, {{"perm", order}});
    };
    const Value products = graph.apply("MatMul", {byHead(parts[0], {0, 2, 1, 3}), byHead(parts[1], {0, 2, 3, 1})});
    const Value logits = graph.apply("Div", {products, graph.number(std::sqrt(static_cast<double>(size)))});
    const Value weights = graph.apply("Softmax", {graph.apply("Add", {logits, bias})}, {{"axis", {-1}, true}});
    const Value seen = graph.apply("MatMul", {weights, byHead(parts[2], {0, 2, 1, 3})});
    const Value joined = layers.reshape(graph.apply("Transpose", {seen}, {{"perm", {0, 2, 1, 3}}}), {0, tokens, width});
    return layers.linearOverTime(block + "joined", joined, tokens, width, width);
}

Summary transformer(OnnxLayers& layers, const EncoderSpec& spec, const Value& sequences)
{
    constexpr std::int64_t tokens = packets + 1;
    constexpr double unseen = -1e9; ///< as a logit
    OnnxGraph& graph = layers.graph();
    const std::int64_t width = spec.width;
    const std::int64_t heads = width % 4 == 0 && width >= 64 ? 4 : (width % 2 == 0 ? 2 : 1);
    const Value rows = layers.reshape(sequences, {0, packets, fields});
    const Value inputs = layers.linearOverTime("encoder.input", rows, packets, fields, width);
    // Room for the learned first token, which then is added like a position.
    const Value places = graph.apply(
        "Concat", {layers.weight("encoder.first", {1, width}), layers.weight("encoder.position", {packets, width})},
        {{"axis", {0}, true}});
    Value x = graph.apply("Add", {graph.apply("Pad", {inputs, graph.ints({0, 1, 0, 0, 0, 0})}), places});
    const Value valid = graph.split(rows, 2, {fields - 1, 1})[1];
    const Value seen = graph.apply("Pad", {valid, graph.ints({0, 1, 0, 0, 0, 0}), graph.number(1)});
    const Value hidden = graph.apply("Mul", {graph.apply("Sub", {graph.number(1), seen}), graph.number(unseen)});
    const Value bias = layers.reshape(hidden, {0, 1, 1, tokens});
    for (std::uint32_t index = 1; index <= spec.depth; ++index) {
        const std::string block = "encoder.block" + std::to_string(index) + '.';
        const Value looked = layers.layerNorm(block + "norm1", x, width);
        x = graph.apply("Add", {x, attend(layers, block, looked, bias, width, heads)});
        const Value wide = layers.relu(layers.linearOverTime(
            block + "wide", layers.layerNorm(block + "norm2", x, width), tokens, width, 2 * width));
        const Value narrow = layers.linearOverTime(block + "narrow", wide, tokens, 2 * width, width);
        x = graph.apply("Add", {x, narrow});
    }
    return {layers.reshape(graph.split(x, 1, {1, packets})[0], {0, width}), width};
}

Summary summarise(OnnxLayers& layers, const EncoderSpec& spec, const Value& sequences)
{
    switch (spec.kind) {
    case EncoderKind::Mlp:
        return mlp(layers, spec, sequences);
    case EncoderKind::Cnn:
        return cnn(layers, spec, sequences);
    case EncoderKind::Gru:
        return gru(layers, spec, sequences);
    case EncoderKind::Transformer:
        return transformer(layers, spec, sequences);
    case EncoderKind::PatchConv:
        break;
    }
    return patchConv(layers, spec, sequences);
}

} // namespace

OnnxLayers::OnnxLayers(OnnxGraph& graph, const base::TensorFile& weights)
    : m_graph(graph)
    , m_weights(weights)
{
}

Value OnnxLayers::weight(const std::string& name, const Ints& shape)
{
    const auto found = m_weights.tensors.find(name);
    const Ints stored =
        found == m_weights.tensors.end() ? Ints() : Ints(found->second.shape.begin(), found->second.shape.end());
    std::size_t count = 1;
    for (const std::int64_t size : shape)
        count *= static_cast<std::size_t>(size);
    if (stored != shape || found->second.values.size() != count) {
        m_trouble = base::Error{
            base::Error::Code::Model, "the encoder's tensor '" + name + "' is missing or has another shape", {}};
        return name;
    }
    return m_graph.floats(found->second.values, shape, name);
}

Value OnnxLayers::linear(const std::string& name, const Value& x, std::int64_t from, std::int64_t to)
{
    return m_graph.apply("Gemm", {x, weight(name + ".weight", {to, from}), weight(name + ".bias", {to})},
                         {{"transB", {1}, true}});
}

Value OnnxLayers::linearOverTime(const std::string& name, const Value& x, std::int64_t times, std::int64_t from,
                                 std::int64_t to)
{
    return reshape(linear(name, reshape(x, {-1, from}), from, to), {-1, times, to});
}

Value OnnxLayers::reshape(const Value& x, const Ints& shape)
{
    return m_graph.apply("Reshape", {x, m_graph.ints(shape)}); // 0 keeps a dimension
}

/// In single steps: LayerNormalization came with operator set 17 only.
Value OnnxLayers::layerNorm(const std::string& name, const Value& x, std::int64_t size)
{
    const auto mean = [this](const Value& of) { return m_graph.apply("ReduceMean", {of}, {{"axes", {-1}}}); };
    const Value centred = m_graph.apply("Sub", {x, mean(x)});
    const Value variance = mean(m_graph.apply("Mul", {centred, centred}));
    const Value deviation = m_graph.apply("Sqrt", {m_graph.apply("Add", {variance, m_graph.number(normEpsilon)})});
    const Value normed = m_graph.apply("Div", {centred, deviation});
    return m_graph.apply(
        "Add", {m_graph.apply("Mul", {normed, weight(name + ".weight", {size})}), weight(name + ".bias", {size})});
}

Value OnnxLayers::meanAndMaximum(const Value& x)
{
    const std::vector<OnnxGraph::Attribute> overTime{{"axes", {1}}, {"keepdims", {0}, true}};
    return m_graph.apply("Concat",
                         {m_graph.apply("ReduceMean", {x}, overTime), m_graph.apply("ReduceMax", {x}, overTime)},
                         {{"axis", {1}, true}});
}

Value onnxEncoder(OnnxLayers& layers, const EncoderSpec& spec, const Value& sequences, const Value& statistics)
{
    const std::int64_t width = spec.width;
    const auto numbers = static_cast<std::int64_t>(features::statisticDefinitions().size());
    const Summary summary = summarise(layers, spec, sequences);
    const Value first = layers.relu(layers.linear("encoder.statistics1", statistics, numbers, width));
    const Value described = layers.relu(layers.linear("encoder.statistics2", first, width, width));
    const Value all = layers.graph().apply("Concat", {summary.value, described}, {{"axis", {1}, true}});
    const std::int64_t joined = summary.size + width;
    return layers.linear("encoder.out", layers.layerNorm("encoder.norm", all, joined), joined, spec.embeddingSize);
}

} // namespace flowscent::learn
