// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/flow/summary/peers.h"
#include "engine/flow/summary/shares.h"
#include "ui/session/judgements.h"

/// What the flows that pass the query come to: by time, by host and pair, by kind. Values, never changed once they are
/// made; any thread may read them.
namespace flowscent::ui {

/// What flows are summed up from.
struct OverviewInput {
    std::shared_ptr<const flow::FlowTable> table;
    std::vector<std::uint32_t> rows;              ///< that pass, ascending
    std::shared_ptr<const Judgements> judgements; ///< may be null; of this table
    hunt::SupportSet support;

    [[nodiscard]] bool alarmed(std::uint32_t row) const
    {
        return judgements && row < judgements->verdicts.size() && judgements->alarmed(flow::FlowId(row));
    }
};

/// What the parts of a timeline's bars stand for.
enum class TimelineGroups : std::uint8_t { Protocol, Verdict, Label };
inline constexpr std::size_t timelineGroups = 4;

struct TimelineQuestion {
    TimelineGroups groups = TimelineGroups::Protocol;
    std::optional<flow::TimeSpan> span; ///< what is looked at; none: everything
    std::size_t most = 300;             ///< buckets

    friend bool operator==(const TimelineQuestion&, const TimelineQuestion&) = default;
};

struct TimelineAnswer {
    TimelineQuestion question;
    flow::TimeSpan whole;                ///< of all flows of the capture
    std::vector<flow::Amount> all;       ///< per bucket: every flow of the capture
    flow::Timeline passing;              ///< those that pass, by group
    std::vector<std::uint64_t> alarms;   ///< per bucket, of those that pass
    std::vector<std::uint64_t> threats;  ///< per bucket: marked as threat
    std::vector<std::uint64_t> counters; ///< per bucket: marked as not this
};

/// What was said of the flows of one host or conversation.
struct PeerMarks {
    std::uint32_t alarms = 0;
    std::uint32_t threats = 0;  ///< marked as threat
    std::uint32_t counters = 0; ///< marked as not this
    std::uint32_t unsure = 0;   ///< marked as unsure
    float best = unscored;      ///< highest score
};

struct PeersAnswer {
    std::shared_ptr<const flow::FlowTable> table;
    std::shared_ptr<const flow::Peers> peers;
    std::vector<PeerMarks> hostMarks;         ///< per host
    std::vector<PeerMarks> conversationMarks; ///< per conversation
};

inline constexpr std::size_t shareKinds = static_cast<std::size_t>(flow::ShareBy::Duration) + 1;

struct SharesAnswer {
    std::shared_ptr<const flow::FlowTable> table;
    flow::Amount total;
    std::array<std::vector<flow::Share>, shareKinds> shares; ///< index: flow::ShareBy
    std::shared_ptr<const flow::Peers> peers;                ///< for who talks most
};

/// Each gives nothing when stopped; a timeline also where the table has no flow.
[[nodiscard]] std::shared_ptr<const TimelineAnswer> answer(const OverviewInput& input, const TimelineQuestion& question,
                                                           const std::stop_token& stop);
[[nodiscard]] std::shared_ptr<const PeersAnswer>
markPeers(const OverviewInput& input, std::shared_ptr<const flow::Peers> peers, const std::stop_token& stop);
[[nodiscard]] std::shared_ptr<const SharesAnswer>
sharesOf(const OverviewInput& input, std::shared_ptr<const flow::Peers> peers, const std::stop_token& stop);

} // namespace flowscent::ui
