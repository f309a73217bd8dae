// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/responsible_packets.h"

#include "engine/features/feature_schema.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>

namespace flowscent::ui {

namespace {

using packet::TcpFlag;

constexpr std::size_t fewExtremes = 3;
constexpr double enoughOfIt = 0.8; ///< of a field's attribution
constexpr double never = std::numeric_limits<double>::quiet_NaN();

/// One kept packet with what statistics are made of.
struct Seen {
    std::uint32_t number = 0;
    flow::Observation packet;
    bool noise = false;
    double gap = never;    ///< ns since the packet before, of either direction; noise left out
    double ownGap = never; ///< ns since the sender's packet before
    bool turn = false;     ///< payload in another direction than the payload before

    [[nodiscard]] bool fromServer() const { return (packet.marks & flow::FromServer) != 0; }
    [[nodiscard]] bool has(std::uint8_t flags) const { return (packet.tcpFlags & flags) != 0; }
    [[nodiscard]] double payload() const { return packet.payloadLength == 0 ? never : packet.payloadLength; }
};

std::vector<Seen> seenPackets(std::span<const flow::Observation> observations)
{
    std::vector<Seen> all;
    std::optional<std::int64_t> before;
    std::array<std::optional<std::int64_t>, 2> ownBefore;
    std::optional<bool> payloadFrom;
    for (std::uint32_t number = 0; number < observations.size(); ++number) {
        Seen seen{.number = number, .packet = observations[number]};
        seen.noise = (seen.packet.marks & flow::noiseMarks) != 0;
        if (!seen.noise) {
            auto& own = ownBefore[seen.fromServer() ? 1 : 0];
            seen.gap = before ? static_cast<double>(seen.packet.sinceStart - *before) : never;
            seen.ownGap = own ? static_cast<double>(seen.packet.sinceStart - *own) : never;
            before = own = seen.packet.sinceStart;
            if (seen.packet.payloadLength > 0) {
                seen.turn = payloadFrom && *payloadFrom != seen.fromServer();
                payloadFrom = seen.fromServer();
            }
        }
        all.push_back(seen);
    }
    return all;
}

using Measure = std::function<double(const Seen&)>;
using Numbers = std::vector<std::uint32_t>;

/// Those with the largest (or smallest) measure; where it is no number a packet does not take part.
Numbers extremes(const std::vector<Seen>& all, const Measure& measure, bool largest, std::size_t count)
{
    std::vector<std::pair<double, std::uint32_t>> measured;
    for (const Seen& seen : all) {
        const double value = seen.noise ? never : measure(seen);
        if (!std::isnan(value))
            measured.emplace_back(largest ? -value : value, seen.number);
    }
    std::ranges::stable_sort(measured, {}, &std::pair<double, std::uint32_t>::first);
    Numbers numbers;
    for (std::size_t i = 0; i < std::min(count, measured.size()); ++i)
        numbers.push_back(measured[i].second);
    return numbers;
}

Numbers those(const std::vector<Seen>& all, const std::function<bool(const Seen&)>& wanted)
{
    Numbers numbers;
    for (const Seen& seen : all) {
        if (wanted(seen) && numbers.size() < mostResponsible)
            numbers.push_back(seen.number);
    }
    return numbers;
}

Numbers ofGaps(const std::vector<Seen>& all, std::string_view name, bool high)
{
    const bool out = name.starts_with("gap_out_");
    const bool in = name.starts_with("gap_in_");
    const Measure gap = [&](const Seen& seen) {
        return !out && !in ? seen.gap : seen.fromServer() == in ? seen.ownGap : never;
    };
    if (name == "gap_min" || name == "gap_max")
        return extremes(all, gap, name == "gap_max", 1);
    return extremes(all, gap, high, fewExtremes);
}

/// "payload_out_mean", "first_payload_in", "payload_in_q25", "with_payload_out".
Numbers ofPayload(const std::vector<Seen>& all, std::string_view name, const detect::FeatureEvidence& feature,
                  bool high)
{
    const bool in = name.find("payload_in") != std::string_view::npos;
    const Measure payload = [in](const Seen& seen) { return seen.fromServer() == in ? seen.payload() : never; };
    if (name.starts_with("first_"))
        return extremes(
            all, [&](const Seen& seen) { return std::isnan(payload(seen)) ? never : seen.number; }, false, 1);
    if (name.find("_q") != std::string_view::npos)
        return those(
            all, [&](const Seen& seen) { return !seen.noise && payload(seen) == static_cast<double>(feature.value); });
    if (name.ends_with("_max"))
        return extremes(all, payload, true, 1);
    return extremes(all, payload, high || name.ends_with("_std"), fewExtremes);
}

Numbers ofStatistic(const std::vector<Seen>& all, std::string_view name, const detect::FeatureEvidence& feature)
{
    const bool high = feature.value >= feature.normal.median;
    const auto flagged = [&](std::uint8_t flags) {
        return those(all, [=](const Seen& seen) { return seen.has(flags); });
    };
    const auto of = [&](bool server) {
        return those(all, [=](const Seen& seen) { return seen.fromServer() == server; });
    };
    if (name == "payload_out_share")
        return extremes(
            all, [&](const Seen& seen) { return seen.fromServer() == high ? never : seen.payload(); }, true,
            fewExtremes);
    if (name.starts_with("gap_"))
        return ofGaps(all, name, high);
    if (name.find("payload_out") != std::string_view::npos || name.find("payload_in") != std::string_view::npos)
        return ofPayload(all, name, feature, high);
    if (name == "packets_out" || name == "packets_in")
        return of(name == "packets_in");
    if (name == "packets_out_share")
        return of(!high);
    if (name == "turns")
        return those(all, [](const Seen& seen) { return seen.turn; });
    if (name == "syn" || name.starts_with("handshake_"))
        return flagged(TcpFlag::Syn);
    if (name == "fin")
        return flagged(TcpFlag::Fin);
    if (name == "rst")
        return flagged(TcpFlag::Rst);
    if (name == "psh_out_share" || name == "psh_in_share")
        return those(all, [server = name == "psh_in_share"](const Seen& seen) {
            return seen.fromServer() == server && seen.has(TcpFlag::Psh);
        });
    if (name == "noise_share")
        return those(all, [](const Seen& seen) { return seen.noise; });
    if (name == "zero_windows")
        return those(all, [](const Seen& seen) { return seen.packet.tcpWindow == 0 && !seen.has(TcpFlag::Rst); });
    if (name == "duration" && !all.empty())
        return {all.front().number, all.back().number};
    return {}; // rates and the protocol are made of all packets alike
}

/// Those that carry most of what the field adds, in its own direction.
Numbers ofField(const std::vector<Seen>& all, const detect::Evidence& evidence, std::size_t field, double attribution)
{
    std::vector<std::pair<double, std::uint32_t>> parts;
    double whole = 0;
    std::size_t place = 0; // among packets that are no noise: what the model looks at
    for (const Seen& seen : all) {
        if (seen.noise)
            continue;
        const std::size_t column = place++ * features::sequenceFields + field;
        if (column >= evidence.perPacketField.size())
            break;
        const double part = evidence.perPacketField[column] * (attribution < 0 ? -1 : 1);
        if (part > 0) {
            parts.emplace_back(part, seen.number);
            whole += part;
        }
    }
    std::ranges::stable_sort(parts, std::greater<>{}, &std::pair<double, std::uint32_t>::first);
    Numbers numbers;
    double named = 0;
    for (const auto& [part, number] : parts) {
        if (numbers.size() == mostResponsible || named >= enoughOfIt * whole)
            break;
        named += part;
        numbers.push_back(number);
    }
    return numbers;
}

} // namespace

std::vector<std::uint32_t> responsiblePackets(const flow::FlowTable& table, flow::FlowId flow,
                                              const detect::Evidence& evidence, detect::FeatureIndex feature)
{
    const auto all = seenPackets(table.observations(flow));
    const detect::NamedFeature& named = detect::namedFeatures()[feature];
    const detect::FeatureEvidence& one = evidence.features[feature];
    Numbers numbers =
        named.ofPackets ? ofField(all, evidence, named.place, one.attribution) : ofStatistic(all, named.name, one);
    std::ranges::sort(numbers);
    const auto doubles = std::ranges::unique(numbers);
    numbers.erase(doubles.begin(), doubles.end());
    return numbers;
}

} // namespace flowscent::ui
