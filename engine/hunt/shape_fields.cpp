// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_fields.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace flowscent::hunt {

using View = const FlowView&;

namespace {

bool isNoise(const flow::Observation& packet)
{
    return (packet.marks & flow::noiseMarks) != 0;
}

/// Of all packets, as the model's gap_mean and gap_std. A row of a log tells none.
flow::Sums gaps(View view)
{
    return view.table.hasPackets(view.id()) ? view.table.statistics(view.id()).allGaps : flow::Sums{};
}

double meanGap(View view)
{
    const flow::Sums sums = gaps(view);
    return sums.count == 0 ? absent : sums.mean();
}

double gapDeviation(View view)
{
    const flow::Sums sums = gaps(view);
    return sums.count == 0 ? absent : sums.deviation();
}

double jitter(View view)
{
    std::optional<std::int64_t> before;
    std::optional<std::int64_t> gapBefore;
    double sum = 0;
    unsigned count = 0;
    for (const flow::Observation& packet : view.table.observations(view.id())) {
        if (isNoise(packet))
            continue;
        if (before) {
            const std::int64_t gap = packet.sinceStart - *before;
            if (gapBefore) {
                sum += std::abs(static_cast<double>(gap) - static_cast<double>(*gapBefore));
                ++count;
            }
            gapBefore = gap;
        }
        before = packet.sinceStart;
    }
    return count == 0 ? absent : sum / count / 1e9;
}

/// n log2 n for as many packets as are kept: logarithms of a million flows would be most of the work.
double timesItsLogarithm(std::size_t n)
{
    static const auto table = [] {
        std::array<double, flow::keptObservations + 1> made{};
        for (std::size_t i = 1; i < made.size(); ++i)
            made[i] = static_cast<double>(i) * std::log2(static_cast<double>(i));
        return made;
    }();
    return table[n];
}

/// Shannon's entropy of the payload lengths, log2 n - (sum of c log2 c) / n for lengths that c of n packets have; 0
/// when all packets are of one length.
double entropy(View view)
{
    std::array<std::uint32_t, flow::keptObservations> lengths{};
    std::size_t count = 0;
    for (const flow::Observation& packet : view.table.observations(view.id())) {
        if (!isNoise(packet) && count < lengths.size())
            lengths[count++] = packet.payloadLength;
    }
    if (count == 0)
        return absent;
    std::sort(lengths.begin(), lengths.begin() + static_cast<std::ptrdiff_t>(count));
    double repeated = 0;
    for (std::size_t begin = 0, end = 0; begin < count; begin = end) {
        while (end < count && lengths[end] == lengths[begin])
            ++end;
        repeated += timesItsLogarithm(end - begin);
    }
    return std::max(timesItsLogarithm(count) - repeated, 0.0) / static_cast<double>(count);
}

} // namespace

std::vector<FieldEntry> shapeEntries()
{
    return {
        {{"iat.mean", "mean time between consecutive packets of either direction, noise left out, seconds (added up "
                      "when asked, slower than a column); e.g. iat.mean > 30s"},
         NumberField{meanGap}},
        {{"iat.std", "population standard deviation of the times between packets, noise left out, seconds (slower "
                     "than a column); e.g. iat.std < 5ms"},
         NumberField{gapDeviation}},
        {{"jitter", "mean change from one gap to the next among the first 48 packets, noise left out, seconds (slower "
                    "than a column); e.g. jitter < 10ms"},
         NumberField{jitter}},
        {{"entropy", "Shannon entropy of the payload lengths of the first 48 packets, noise left out, bits, 0 to 5.6 "
                     "(slower than a column); e.g. entropy < 1"},
         NumberField{entropy}},
    };
}

} // namespace flowscent::hunt
