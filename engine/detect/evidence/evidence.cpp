// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/evidence.h"

#include "engine/detect/evidence/example_shares.h"
#include "engine/detect/evidence/scaled_logit.h"
#include "engine/detect/part_fit.h"
#include "engine/features/feature_schema.h"
#include "engine/learn/tasks/episode_index.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace flowscent::detect {

using base::Error;
using base::failure;
using base::Matrix;
using features::FeatureSet;
using features::sequenceFields;
using features::sequenceLength;

namespace {

constexpr std::size_t validField = sequenceFields - 1;
constexpr std::size_t sizeField = 0;
constexpr std::size_t directionField = 1;
constexpr std::size_t gapField = 2;
constexpr float edge = 5.0F; ///< where scaling cuts

bool present(std::span<const float> packets, std::size_t packet)
{
    return packets[packet * sequenceFields + validField] > 0.5F;
}

PacketShape shapeOf(std::span<const float> packets)
{
    PacketShape shape;
    for (std::size_t packet = 0; packet < sequenceLength; ++packet) {
        if (!present(packets, packet))
            continue;
        const auto fields = packets.subspan(packet * sequenceFields, sequenceFields);
        shape.sizes.push_back(fields[sizeField]);
        shape.directions.push_back(fields[directionField]);
        shape.gaps.push_back(fields[gapField]);
    }
    return shape;
}

float middle(std::vector<float> values)
{
    if (values.empty())
        return 0;
    const auto place = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
    std::ranges::nth_element(values, place);
    return *place;
}

/// Value and quartiles of one field over the packets that the flow has.
void describePackets(FeatureEvidence& evidence, std::span<const float> packets, const NormalTraffic& normal,
                     std::size_t field)
{
    std::vector<float> values;
    std::vector<float> lower;
    std::vector<float> median;
    std::vector<float> upper;
    for (std::size_t packet = 0; packet < sequenceLength; ++packet) {
        if (!present(packets, packet))
            continue;
        const Quartiles& place = normal.packets[packet * sequenceFields + field];
        values.push_back(packets[packet * sequenceFields + field]);
        lower.push_back(place.lower);
        median.push_back(place.median);
        upper.push_back(place.upper);
    }
    evidence.value = middle(std::move(values));
    evidence.normal = {middle(std::move(lower)), middle(std::move(median)), middle(std::move(upper))};
}

std::vector<FeatureEvidence> describe(const FeatureSet& flow, std::span<const float> scaled,
                                      const NormalTraffic& normal, std::span<const double> perColumn)
{
    const auto sums = sumsByFeature(perColumn);
    std::vector<FeatureEvidence> all;
    for (FeatureIndex index = 0; index < sums.size(); ++index) {
        const NamedFeature& feature = namedFeatures()[index];
        FeatureEvidence evidence{.feature = index, .attribution = sums[index]};
        if (feature.ofPackets) {
            describePackets(evidence, flow.sequences.row(0), normal, feature.place);
        } else {
            evidence.value = flow.statistics.row(0)[feature.place];
            evidence.normal = normal.statistics[feature.place];
        }
        evidence.atEdge = std::ranges::any_of(columnsOf(feature),
                                              [&](std::size_t column) { return std::abs(scaled[column]) >= edge; });
        all.push_back(evidence);
    }
    return all;
}

/// Features on one side of 0, strongest first.
std::vector<FeatureIndex> strongest(const std::vector<FeatureEvidence>& all, double side)
{
    std::vector<FeatureIndex> chosen;
    for (const FeatureEvidence& one : all) {
        if (side * one.attribution > 0)
            chosen.push_back(one.feature);
    }
    std::ranges::stable_sort(chosen, std::greater<>{},
                             [&](FeatureIndex index) { return side * all[index].attribution; });
    return chosen;
}

std::vector<ShownNeighbour> shown(const std::vector<Neighbour>& places, const FeatureSet& flows)
{
    std::vector<ShownNeighbour> all;
    for (const Neighbour& place : places)
        all.push_back({place, shapeOf(flows.sequences.row(place.index))});
    return all;
}

base::Result<Matrix> embedded(const learn::Encoder& encoder, const FeatureSet& raw, const std::stop_token& stop)
{
    if (raw.size() == 0)
        return Matrix(0, encoder.model().embeddingSize);
    return encoder.embed(raw, {}, stop);
}

base::Result<void> checkRow(const FeatureSet& raw, std::uint32_t row)
{
    if (row >= raw.size() || raw.sequences.columns != sequenceLength * sequenceFields ||
        raw.statistics.rows != raw.size() ||
        raw.statistics.columns + sequenceLength * sequenceFields != sideBySideColumns())
        return failure(Error::Code::Argument, "there is no such flow, or it has another size than the feature table");
    const auto finite = [](float value) { return std::isfinite(value); };
    if (!std::ranges::all_of(raw.sequences.row(row), finite) || !std::ranges::all_of(raw.statistics.row(row), finite))
        return failure(Error::Code::Model, "a feature of the flow is not a finite number");
    return {};
}

} // namespace

/// What all explanations share.
struct Explainer::Basis {
    std::shared_ptr<const learn::Encoder> encoder;
    Detector detector;
    AdaptInput examples;
    NormalTraffic normal;
    Neighbours neighbours;
    ScaledLogit logit;
    std::optional<ExampleShares> shares;
    std::vector<ExampleShare> shareOf; ///< whose each share is

    [[nodiscard]] const features::Scaler& scaler() const { return encoder->model().scaler; }
    /// A flow and its normal twin, scaled, side by side.
    [[nodiscard]] Matrix scaledPair(const FeatureSet& flow) const
    {
        FeatureSet pair = flow;
        pair.append(normalTwins(normal, flow));
        return learn::sideBySide(scaler().apply(pair));
    }
    void addShares(Evidence& evidence, std::span<const float> embedding) const;
    [[nodiscard]] base::Result<void> addFlip(Evidence& evidence, const Matrix& pair, const std::stop_token& stop) const;
};

void Explainer::Basis::addShares(Evidence& evidence, std::span<const float> embedding) const
{
    if (!shares)
        return;
    const auto values = shares->shares(embedding);
    evidence.shares = shareOf;
    for (std::size_t i = 0; i < values.size(); ++i)
        evidence.shares[i].share = values[i];
    evidence.ridgeLogit = std::accumulate(values.begin(), values.end(), 0.0);
    std::ranges::stable_sort(evidence.shares, std::greater<>{},
                             [](const ExampleShare& one) { return std::abs(one.share); });
}

base::Result<void> Explainer::Basis::addFlip(Evidence& evidence, const Matrix& pair, const std::stop_token& stop) const
{
    if (evidence.logit < evidence.line)
        return {};
    const LogitsOf logits = [&](const Matrix& flows) { return logit.values(flows, stop); };
    auto flip = findFlip(logits, pair.row(0), pair.row(1), evidence.line);
    if (!flip)
        return failure(flip.error());
    evidence.flip = std::move(*flip);
    return {};
}

base::Result<Explainer> Explainer::of(std::shared_ptr<const learn::Encoder> encoder, Detector detector,
                                      AdaptInput examples, const std::stop_token& stop)
{
    auto normal = normalTraffic(examples.background.size() > 0 ? examples.background : examples.notThreat);
    if (!normal)
        return failure(normal.error());
    EmbeddedInput rows;
    for (const auto& [from, to] :
         {std::pair(&examples.threat, &rows.threat), std::pair(&examples.notThreat, &rows.notThreat),
          std::pair(&examples.background, &rows.background)}) {
        auto answer = embedded(*encoder, *from, stop);
        if (!answer)
            return failure(answer.error());
        *to = std::move(*answer);
    }
    ScaledLogit logit(encoder, detector);
    auto basis = std::make_shared<Basis>(Basis{std::move(encoder),
                                               std::move(detector),
                                               std::move(examples),
                                               std::move(*normal),
                                               Neighbours(rows.threat, rows.background),
                                               std::move(logit),
                                               {},
                                               {}});
    return Explainer(std::move(basis));
}

const NormalTraffic& Explainer::normal() const
{
    return m_basis->normal;
}

base::Result<std::vector<double>> Explainer::logitsWithNormal(const FeatureSet& raw, std::uint32_t row,
                                                              const std::vector<std::vector<FeatureIndex>>& sets,
                                                              const std::stop_token& stop) const
{
    if (auto sound = checkRow(raw, row); !sound)
        return failure(sound.error());
    const Matrix pair = m_basis->scaledPair(raw.rows(std::span(&row, 1)));
    Matrix flows(sets.size(), pair.columns);
    for (std::size_t i = 0; i < sets.size(); ++i) {
        std::ranges::copy(pair.row(0), flows.row(i).begin());
        substitute(flows.row(i), pair.row(1), sets[i]);
    }
    return m_basis->logit.values(flows, stop);
}

base::Result<Evidence> Explainer::explain(const FeatureSet& raw, std::uint32_t row, const Itself& itself,
                                          const std::stop_token& stop) const
{
    if (auto sound = checkRow(raw, row); !sound)
        return failure(sound.error());
    const Basis& basis = *m_basis;
    const FeatureSet flow = raw.rows(std::span(&row, 1));
    const auto embedding = basis.encoder->embed(flow, {}, stop);
    if (!embedding)
        return failure(embedding.error());
    const Matrix pair = basis.scaledPair(flow);
    const auto attribution = basis.logit.attribute(pair.row(1), pair.row(0), {}, stop);
    if (!attribution)
        return failure(attribution.error());

    Evidence evidence;
    evidence.score = score(basis.detector, *embedding)[0];
    evidence.logit = attribution->atEnd;
    evidence.line = basis.detector.line;
    evidence.twinLogit = attribution->atStart;
    evidence.packets = shapeOf(flow.sequences.row(0));
    evidence.twinPackets = shapeOf(normalTwins(basis.normal, flow).sequences.row(0));
    evidence.features = describe(flow, pair.row(0), basis.normal, attribution->perColumn);
    evidence.raising = strongest(evidence.features, 1);
    evidence.lowering = strongest(evidence.features, -1);
    evidence.perPacket = sumsByPacket(attribution->perColumn);
    evidence.completenessError = attribution->completenessError;
    evidence.steps = attribution->steps;
    evidence.examples =
        shown(basis.neighbours.examples(embedding->row(0), nearestShown, itself.threat), basis.examples.threat);
    evidence.background = shown(basis.neighbours.background(embedding->row(0), nearestShown, itself.background),
                                basis.examples.background);
    basis.addShares(evidence, embedding->row(0));
    if (auto done = basis.addFlip(evidence, pair, stop); !done)
        return failure(done.error());
    evidence.headline = headlineOf(evidence);
    return evidence;
}

} // namespace flowscent::detect
