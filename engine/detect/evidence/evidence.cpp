// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/evidence.h"

#include "engine/detect/evidence/ridge_shares.h"
#include "engine/detect/evidence/scaled_logit.h"
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
constexpr float edge = 5.0F;          ///< where scaling cuts
constexpr std::size_t fewNormal = 20; ///< flows: too few for quartiles

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

std::vector<FeatureEvidence> featureEvidence(const FeatureSet& flow, std::span<const float> scaled,
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

/// Flows that say what is normal.
FeatureSet normalFlows(const AdaptInput& examples, const FeatureSet& bank)
{
    FeatureSet flows = examples.background;
    if (flows.size() < fewNormal && bank.size() > 0)
        flows.append(bank);
    return flows.size() > 0 ? flows : examples.notThreat;
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
    RidgeShares shares;

    [[nodiscard]] const features::Scaler& scaler() const { return encoder->model().scaler; }
    /// A flow and its normal twin, scaled, side by side.
    [[nodiscard]] Matrix scaledPair(const FeatureSet& flow) const
    {
        FeatureSet pair = flow;
        pair.append(normalTwins(normal, flow));
        return learn::sideBySide(scaler().apply(pair));
    }
    [[nodiscard]] base::Result<void> addFlip(Evidence& evidence, const Matrix& pair, const std::stop_token& stop) const;
};

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

base::Result<Explainer> Explainer::of(std::shared_ptr<const learn::Encoder> encoder, const Foundation& foundation,
                                      Detector detector, AdaptInput examples, std::uint64_t seed,
                                      const std::stop_token& stop)
{
    auto normal = normalTraffic(normalFlows(examples, foundation.model->bank));
    if (!normal)
        return failure(normal.error());
    const auto input = describe(*encoder, examples, stop);
    if (!input)
        return failure(input.error());
    auto shares = ridgeShares(foundation, detector, *input, seed);
    if (!shares)
        return failure(shares.error());
    ScaledLogit logit(encoder, detector);
    Neighbours neighbours(input->threat.embeddings, input->background.embeddings);
    return Explainer(std::make_shared<const Basis>(Basis{std::move(encoder), std::move(detector), std::move(examples),
                                                         std::move(*normal), std::move(neighbours), std::move(logit),
                                                         std::move(*shares)}));
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
    const auto numbers = describe(*basis.encoder, flow, {}, stop);
    if (!numbers)
        return failure(numbers.error());
    const auto embedding = numbers->embeddings.row(0);
    const Matrix pair = basis.scaledPair(flow);
    const auto attribution = basis.logit.attribute(pair.row(1), pair.row(0), stop);
    if (!attribution)
        return failure(attribution.error());

    Evidence evidence;
    evidence.score = score(basis.detector, *numbers)[0];
    evidence.logit = attribution->atEnd;
    evidence.line = basis.detector.line;
    evidence.twinLogit = attribution->atStart;
    evidence.packets = shapeOf(flow.sequences.row(0));
    evidence.twinPackets = shapeOf(normalTwins(basis.normal, flow).sequences.row(0));
    evidence.features = featureEvidence(flow, pair.row(0), basis.normal, attribution->perColumn);
    evidence.raising = strongest(evidence.features, 1);
    evidence.lowering = strongest(evidence.features, -1);
    evidence.perPacket = sumsByPacket(attribution->perColumn);
    evidence.perPacketField.assign(attribution->perColumn.begin(),
                                   attribution->perColumn.begin() +
                                       static_cast<std::ptrdiff_t>(sequenceLength * sequenceFields));
    evidence.completenessError = attribution->completenessError;
    evidence.steps = attribution->steps;
    evidence.examples = shown(basis.neighbours.examples(embedding, nearestShown, itself.threat), basis.examples.threat);
    evidence.background =
        shown(basis.neighbours.background(embedding, nearestShown, itself.background), basis.examples.background);
    evidence.shares = basis.shares.of(embedding);
    for (const ExampleShare& one : evidence.shares)
        evidence.ridgeLogit += one.share;
    if (auto done = basis.addFlip(evidence, pair, stop); !done)
        return failure(done.error());
    evidence.headline = headlineOf(evidence);
    return evidence;
}

} // namespace flowscent::detect
