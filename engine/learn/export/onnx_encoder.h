// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "engine/learn/base_model.h"
#include "engine/learn/encoder_spec.h"
#include "engine/learn/export/onnx_graph.h"

/// For the ONNX exporter only.
namespace flowscent::learn {

/// The layers of an encoder as nodes of a graph; weights come from the model by name. A weight that is missing or
/// misshapen is remembered as trouble and the graph is then worth nothing.
class OnnxLayers {
public:
    using Value = OnnxGraph::Value;

    OnnxLayers(OnnxGraph& graph, const base::TensorFile& weights);

    OnnxGraph& graph() { return m_graph; }
    [[nodiscard]] const std::optional<base::Error>& trouble() const { return m_trouble; }

    /// The named tensor as a constant.
    Value weight(const std::string& name, const OnnxGraph::Ints& shape);
    /// [n, from] to [n, to].
    Value linear(const std::string& name, const Value& x, std::int64_t from, std::int64_t to);
    /// [n, times, from] to [n, times, to].
    Value linearOverTime(const std::string& name, const Value& x, std::int64_t times, std::int64_t from,
                         std::int64_t to);
    Value relu(const Value& x) { return m_graph.apply("Relu", {x}); }
    Value reshape(const Value& x, const OnnxGraph::Ints& shape);
    /// Over the last dimension, of `size`.
    Value layerNorm(const std::string& name, const Value& x, std::int64_t size);
    /// [n, times, size] to [n, 2 * size]: mean, then maximum.
    Value meanAndMaximum(const Value& x);

private:
    OnnxGraph& m_graph;
    const base::TensorFile& m_weights;
    std::optional<base::Error> m_trouble;
};

/// [n, 256] scaled packets and [n, 45] scaled statistics to [n, embeddingSize]: the graph's twin of the encoders in
/// learn/torch.
[[nodiscard]] OnnxGraph::Value onnxEncoder(OnnxLayers& layers, const EncoderSpec& spec,
                                           const OnnxGraph::Value& sequences, const OnnxGraph::Value& statistics);

} // namespace flowscent::learn
