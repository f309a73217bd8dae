// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/export/onnx_export.h"

#include "engine/learn/export/forest_tables.h"
#include "engine/learn/export/onnx_encoder.h"

#include <algorithm>

namespace flowscent::learn {

using base::failure;
using Value = OnnxGraph::Value;
using Ints = OnnxGraph::Ints;

namespace {

constexpr auto packets = static_cast<std::int64_t>(features::sequenceLength);
constexpr auto fields = static_cast<std::int64_t>(features::sequenceFields);
constexpr double edge = 5; ///< where the scaler clips

/// log(1 + a) for a >= 0 without the digits that 1 + a loses: a log(u) / (u - 1) with u = 1 + a rounded (Kahan;
/// Goldberg, "What every computer scientist should know about floating-point arithmetic", theorem 4). ONNX has no
/// Log1p.
Value logOnePlus(OnnxGraph& graph, const Value& a)
{
    const Value one = graph.number(1);
    const Value u = graph.apply("Add", {a, one});
    const Value ratio = graph.apply("Div", {graph.apply("Log", {u}), graph.apply("Sub", {u, one})});
    return graph.apply("Where", {graph.apply("Equal", {u, one}), a, graph.apply("Mul", {a, ratio})});
}

/// The twin of features/scaler.cpp's squash and scale; columns are the last dimension.
Value scaled(OnnxGraph& graph, const Value& x, std::span<const features::FeatureDefinition> definitions,
             std::span<const float> median, std::span<const float> range)
{
    const auto columns = static_cast<std::int64_t>(definitions.size());
    const SquashMasks masks = squashMasks(definitions);
    const Value cut = graph.apply("Where", {graph.bools(masks.cut), graph.apply("Relu", {x}), x});
    const Value logarithm =
        graph.apply("Mul", {graph.apply("Sign", {cut}), logOnePlus(graph, graph.apply("Abs", {cut}))});
    const Value squashed = graph.apply("Where", {graph.bools(masks.plain), x, logarithm});
    const Value centred = graph.apply("Sub", {squashed, graph.floats(median, {columns})});
    return graph.apply("Clip", {graph.apply("Div", {centred, graph.floats(range, {columns})}), graph.number(-edge),
                                graph.number(edge)});
}

/// Absent packets and the mask of valid ones stay as they are.
Value scaledSequences(OnnxGraph& graph, const Value& sequences, const features::Scaler& scaler)
{
    const Value rows = graph.apply("Reshape", {sequences, graph.ints({0, packets, fields})});
    const Value numbers =
        scaled(graph, rows, features::sequenceDefinitions(), scaler.sequenceMedian, scaler.sequenceRange);
    const Value valid = graph.split(rows, 2, {fields - 1, 1})[1];
    const Value present = graph.apply("Greater", {valid, graph.number(0.5)});
    std::vector<bool> isNumber(features::sequenceFields, true);
    isNumber.back() = false;
    const Value chosen = graph.apply("Where", {graph.apply("And", {present, graph.bools(isNumber)}), numbers, rows});
    return graph.apply("Reshape", {chosen, graph.ints({0, packets * fields})});
}

Value ridgeLogits(OnnxGraph& graph, const Head& head, const Value& embedding)
{
    const auto size = static_cast<std::int64_t>(head.weights.rows - 1);
    const auto values = std::span<const float>(head.weights.values);
    const std::size_t weights = values.size() - head.ways;
    const Value product = graph.apply("Gemm", {embedding, graph.floats(values.first(weights), {size, head.ways}),
                                               graph.floats(values.subspan(weights), {head.ways})});
    return graph.apply("Mul", {product, graph.number(head.scale)});
}

/// Per class the largest of the examples' scaled negative squared distances.
Value distanceLogits(OnnxGraph& graph, const Head& head, const Value& embedding)
{
    const auto size = static_cast<std::int64_t>(head.weights.columns);
    const Value examples = graph.floats(head.weights.values, {1, static_cast<std::int64_t>(head.weights.rows), size});
    const Value rows = graph.apply("Reshape", {embedding, graph.ints({0, 1, size})});
    const Value distances = graph.apply("ReduceSumSquare", {graph.apply("Sub", {rows, examples})},
                                        {{"axes", {2}}, {"keepdims", {0}, true}});
    const Value logits =
        graph.apply("Mul", {distances, graph.number(-head.scale / static_cast<double>(head.weights.columns))});
    std::vector<Value> best;
    for (std::uint16_t way = 0; way < head.ways; ++way) {
        Ints mine;
        for (std::size_t i = 0; i < head.classOf.size(); ++i) {
            if (head.classOf[i] == way)
                mine.push_back(static_cast<std::int64_t>(i));
        }
        const Value columns = graph.apply("Gather", {logits, graph.ints(mine)}, {{"axis", {1}, true}});
        best.push_back(graph.apply("ReduceMax", {columns}, {{"axes", {1}}}));
    }
    return graph.apply("Concat", best, {{"axis", {1}, true}});
}

Value headLogits(OnnxGraph& graph, const Head& head, const Value& embedding)
{
    return head.kind == HeadKind::Ridge ? ridgeLogits(graph, head, embedding) : distanceLogits(graph, head, embedding);
}

/// Mean of the leaves' shares, [n, 1]: all trees go down together, a question of each at a time.
Value forestShare(OnnxGraph& graph, const Forest& forest, const features::Scaler& scaler, const Value& statistics)
{
    const ForestTables tables = forestTables(forest, scaler);
    const auto nodes = static_cast<std::int64_t>(tables.shares.size());
    const Value columns = graph.ints(tables.columns);
    const Value thresholds = graph.floats(tables.thresholds, {nodes});
    const Value left = graph.ints(tables.left);
    const Value right = graph.ints(tables.right);
    const auto of = [&graph](const Value& table, const Value& at) { return graph.apply("Gather", {table, at}); };
    Value at = graph.ints(tables.roots); // [trees], and from the first question on [n, trees]
    for (std::size_t question = 0; question < std::max<std::size_t>(tables.depth, 1); ++question) {
        const Value asked = of(columns, at);
        const Value x = question == 0 ? graph.apply("Gather", {statistics, asked}, {{"axis", {1}, true}})
                                      : graph.apply("GatherElements", {statistics, asked}, {{"axis", {1}, true}});
        const Value atMost = graph.apply("LessOrEqual", {x, of(thresholds, at)});
        at = graph.apply("Where", {atMost, of(left, at), of(right, at)});
    }
    return graph.apply("ReduceMean", {of(graph.floats(tables.shares, {nodes}), at)}, {{"axes", {1}}});
}

/// [n, 1].
Value headEvidence(OnnxGraph& graph, const Readout::Part& part, const Value& embedding)
{
    const auto logits = graph.split(headLogits(graph, part.head, embedding), 1, {1, 1});
    const auto beyond = [&](double nothing, const Value& logit) {
        return graph.apply("Sub", {graph.number(nothing), logit});
    };
    const auto logRatio = [&](double ofRest, double ofThreat) {
        return graph.apply("Log", {graph.apply("Div", {beyond(ofRest, logits[0]), beyond(ofThreat, logits[1])})});
    };
    switch (part.head.kind) {
    case HeadKind::Prototype:
        return logRatio(part.reach, prototypeShareOfReach * part.reach);
    case HeadKind::NearestNeighbour:
        return logRatio(nearestNothing, nearestNothing);
    case HeadKind::Ridge:
        break;
    }
    return graph.apply("Sub", {logits[1], logits[0]});
}

/// The twin of detect::counted, [n, 1].
Value counted(OnnxGraph& graph, const Readout::Part& part, const Value& evidence)
{
    const Value read = part.squashed ? graph.apply("Sigmoid", {evidence}) : evidence;
    return graph.apply(
        "Mul", {graph.apply("Sub", {read, graph.number(part.centre)}), graph.number(part.weight / part.spread)});
}

/// `statistics` in native units.
void addScore(OnnxGraph& graph, const BaseModel& model, const Readout& readout, const Value& embedding,
              const Value& statistics)
{
    Value sum;
    for (const Readout::Part& part : readout.parts) {
        const Value evidence = isForest(part) ? forestShare(graph, part.forest, model.scaler, statistics)
                                              : headEvidence(graph, part, embedding);
        const Value one = counted(graph, part, evidence);
        sum = sum.empty() ? one : graph.apply("Add", {sum, one});
    }
    const Value logit = graph.apply("Reshape", {sum, graph.ints({-1})});
    const Value above = graph.apply("Sub", {logit, graph.number(readout.line->logit)});
    const Value score = graph.apply("Sigmoid", {graph.apply("Div", {above, graph.number(readout.line->temperature)})});
    graph.output(logit, "logit", {});
    graph.output(score, "score", {});
}

} // namespace

base::Result<std::string> exportOnnx(const BaseModel& model, const Readout& readout)
{
    const auto spec = EncoderSpec::parse(model.encoder);
    if (!spec)
        return failure(spec.error());
    if (spec->embeddingSize != model.embeddingSize)
        return failure(base::Error::Code::Model, "the embedding has another size than the encoder gives");
    if (auto sound = checkExport(model, readout); !sound)
        return failure(sound.error());
    OnnxGraph graph;
    OnnxLayers layers(graph, model.weights);
    const auto statistics = features::statisticDefinitions();
    const Value packetRows = graph.input("sequences", features::sequenceLength * features::sequenceFields);
    const Value statisticRows = graph.input("statistics", statistics.size());
    const Value embedding = onnxEncoder(
        layers, *spec, scaledSequences(graph, packetRows, model.scaler),
        scaled(graph, statisticRows, statistics, model.scaler.statisticMedian, model.scaler.statisticRange));
    if (layers.trouble())
        return failure(*layers.trouble());
    graph.output(embedding, "embedding", {model.embeddingSize});
    if (readout.line)
        addScore(graph, model, readout, embedding, statisticRows);
    else if (!readout.parts.empty())
        graph.output(headLogits(graph, readout.parts.front().head, embedding), "logits",
                     {readout.parts.front().head.ways});
    return graph.serialise(exportMetadata(model));
}

} // namespace flowscent::learn
