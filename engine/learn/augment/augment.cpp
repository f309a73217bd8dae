// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/augment/augment.h"

#include "engine/features/feature_schema.h"
#include "engine/learn/augment/alterations.h"
#include "engine/learn/augment/restated_statistics.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace flowscent::learn {

using base::failure;

namespace {

constexpr std::uint32_t leastSegment = 64; ///< bytes; no stack goes lower, and memory is finite

/// One flow on its way through the alterations.
class Altered {
public:
    Altered(std::span<const float> sequence, std::span<float> statistics)
        : m_packets(readPackets(sequence))
        , m_statistics(statistics)
    {
        restoreLongGaps(m_packets, statistics);
    }

    [[nodiscard]] const PacketSketches& packets() const { return m_packets; }
    [[nodiscard]] bool touched() const { return m_touched; }
    [[nodiscard]] bool isTcp() const { return m_statistics[tcpPlace()] > 0.5F; }

    void become(PacketSketches after, const Alteration& alteration)
    {
        if (after == m_packets && alteration.repeated == std::array<std::uint32_t, 2>{})
            return;
        restate(m_statistics, m_packets, after, alteration);
        m_packets = std::move(after);
        m_touched = true;
    }

    void recut(std::uint32_t segmentSize)
    {
        if (!isTcp())
            return;
        auto after = resegment(m_packets, segmentSize);
        const bool goesOn = !isWhole(m_packets, m_statistics);
        if (goesOn && after.size() < m_packets.size())
            return;
        become(std::move(after), {.kind = Alteration::Kind::Segments, .segmentSize = segmentSize});
    }

    void repeat(double rate, base::Rng& rng)
    {
        Alteration alteration{.kind = Alteration::Kind::Repetition};
        if (!isTcp()) {
            become(duplicate(m_packets, rate, rng), alteration);
            return;
        }
        for (const PacketSketch& packet : m_packets)
            alteration.repeated[packet.fromServer ? 1 : 0] += rng.uniform() < rate ? 1U : 0U;
        become(m_packets, alteration);
    }

private:
    static std::size_t tcpPlace()
    {
        static const auto place = static_cast<std::size_t>(
            std::ranges::find(features::statisticDefinitions(), "is_tcp", &features::FeatureDefinition::name) -
            features::statisticDefinitions().begin());
        return place;
    }

    PacketSketches m_packets;
    std::span<float> m_statistics;
    bool m_touched = false;
};

double factorBetween(double least, double largest, base::Rng& rng)
{
    return least * std::exp(rng.uniform() * std::log(largest / least));
}

void alter(Altered& flow, const AugmentSettings& settings, base::Rng& rng)
{
    using Kind = Alteration::Kind;
    if (rng.uniform() < settings.resegment)
        flow.recut(settings.segmentSizes[rng.below(settings.segmentSizes.size())]);
    if (rng.uniform() < settings.scaleRoundTrips) {
        const double factor = factorBetween(settings.leastFactor, settings.largestFactor, rng);
        flow.become(scaleRoundTrips(flow.packets(), factor), {.kind = Kind::RoundTrips, .roundTripFactor = factor});
    }
    if (rng.uniform() < settings.jitter)
        flow.become(jitter(flow.packets(), settings.jitterDeviation, rng), {.kind = Kind::Jitter});
    if (rng.uniform() < settings.lose)
        flow.become(lose(flow.packets(), settings.lossRate, rng), {.kind = Kind::Loss});
    if (rng.uniform() < settings.duplicate)
        flow.repeat(settings.duplicateRate, rng);
    if (rng.uniform() < settings.truncate) {
        const auto count = settings.fewestPackets + rng.below(features::sequenceLength - settings.fewestPackets + 1);
        flow.become(truncate(flow.packets(), count), {.kind = Kind::CutOff});
    }
}

base::Result<void> within(double value, double least, double most, const char* name)
{
    if (value >= least && value <= most) // false for what is no number
        return {};
    return failure(base::Error::Code::Argument, std::string("the augmentation's ") + name + " is out of its range");
}

} // namespace

base::Result<void> check(const AugmentSettings& settings)
{
    struct Range {
        double value, least, most;
        const char* name;
    };
    for (const Range& range :
         {Range{settings.resegment, 0, 1, "resegment"}, Range{settings.scaleRoundTrips, 0, 1, "scaleRoundTrips"},
          Range{settings.leastFactor, 1e-3, 1e3, "leastFactor"},
          Range{settings.largestFactor, settings.leastFactor, 1e3, "largestFactor"},
          Range{settings.jitter, 0, 1, "jitter"}, Range{settings.jitterDeviation, 0, 3, "jitterDeviation"},
          Range{settings.lose, 0, 1, "lose"}, Range{settings.lossRate, 0, 1, "lossRate"},
          Range{settings.duplicate, 0, 1, "duplicate"}, Range{settings.duplicateRate, 0, 1, "duplicateRate"},
          Range{settings.truncate, 0, 1, "truncate"},
          Range{static_cast<double>(settings.fewestPackets), 1, features::sequenceLength, "fewestPackets"}}) {
        if (auto fine = within(range.value, range.least, range.most, range.name); !fine)
            return fine;
    }
    if (settings.segmentSizes.empty() || std::ranges::min(settings.segmentSizes) < leastSegment)
        return failure(base::Error::Code::Argument,
                       "the augmentation's segmentSizes are empty or hold one below " + std::to_string(leastSegment));
    return {};
}

features::FeatureSet augment(const features::FeatureSet& flows, const AugmentSettings& settings, base::Rng& rng)
{
    features::FeatureSet variants = flows;
    for (std::size_t row = 0; row < flows.size(); ++row) {
        base::Rng own(rng.next());
        Altered flow(flows.sequences.row(row), variants.statistics.row(row));
        if (!flow.packets().empty())
            alter(flow, settings, own);
        if (flow.touched())
            writePackets(flow.packets(), variants.sequences.row(row));
    }
    return variants;
}

} // namespace flowscent::learn
