// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "engine/base/column.h"
#include "engine/capture/packet_source.h"
#include "engine/flow/flow_view.h"
#include "engine/flow/note_taker.h"
#include "engine/identify/names.h"

namespace flowscent::flow {

struct AssemblerSettings {
    base::Nanoseconds idleTimeout = 120 * base::nanosecondsPerSecond;
    base::Nanoseconds activeTimeout = 3600 * base::nanosecondsPerSecond;
    base::Nanoseconds linger = base::nanosecondsPerSecond; ///< how long a closed TCP flow still takes late packets
    bool keepPlaces = true;                                ///< remember where every packet lies; off for live sources
    /// Takes the texts of flows' identities, which are looked for while it is set. The assembler's thread adds to it,
    /// or, with `identifyApart`, one of its own.
    std::shared_ptr<identify::Names> names;
    bool applications = true;   ///< with `names`: ask nDPI, too
    bool identifyApart = false; ///< with `names`: views have no identities, only `identitiesInto` tells them
    std::vector<std::uint32_t> checkpoints; ///< report a flow's snapshot when it reaches these packet counts, ascending
};

/// What has been counted besides flows.
struct AssemblerCounters {
    std::uint64_t packets = 0;
    std::array<std::uint64_t, static_cast<std::size_t>(packet::SkipReason::Count)> skipped{};
    FirstSkipped firstSkipped{};     ///< where to look for them
    std::uint64_t clockWentBack = 0; ///< packets older than one before them

    friend bool operator==(const AssemblerCounters&, const AssemblerCounters&) = default;
};

/// Turns packets into bidirectional flows. The same code serves files and the wire.
///
/// Rules: a flow ends after `idleTimeout` without a packet, is cut at `activeTimeout`, and ends for TCP with RST or
/// with FIN acknowledged on both sides; late packets within `linger` still count to it, and a new SYN opens a new flow.
/// A SYN that cannot belong to the conversation at hand begins another.
/// The client is the sender of the SYN (receiver of a SYN-ACK), even when data overtook it, or of an ICMP query; else
/// the end with the higher port when the ports tell (one below 1024; for TCP also one below 32768); else the sender of
/// the first packet. `directionGuessed` is set when ports decided, and for TCP without a SYN. Later fragments belong to
/// the flow of the first; an ICMP error counts, besides for its own flow, for the open one it speaks about. Memory:
/// bounded by open flows. Not thread-safe. Time comes with the packets (or `advanceTo`), never from a clock; it may run
/// or jump backwards, and return to where it was, without ending flows. A jump forward ends them as silence does.
class FlowAssembler {
public:
    /// Called with each flow when it ends, or (end == Open) when it reaches a checkpoint. The id counts first packets,
    /// of a wire that is watched for very long from 0 again after 2^32 - 1 flows.
    /// The view is good until the sink returns.
    using Sink = std::function<void(FlowId, const FlowView&)>;

    FlowAssembler(AssemblerSettings settings, Sink sink);
    ~FlowAssembler();
    FlowAssembler(FlowAssembler&&) noexcept;
    FlowAssembler& operator=(FlowAssembler&&) noexcept;

    void add(const capture::PacketView& packet);
    /// The same in two steps, which may run on two threads: a NoteTaker with these settings, then its batches in order.
    [[nodiscard]] NoteSettings noteSettings() const;
    void add(const PacketBatch& batch);
    /// Lets the clock run without a packet, so that idle flows end on a silent wire.
    void advanceTo(base::Nanoseconds now);
    /// Ends everything that is open (FlowEnd::SourceEnded).
    void finish();

    [[nodiscard]] const AssemblerCounters& counters() const;
    [[nodiscard]] std::size_t openFlows() const;
    /// Every open flow as it is now, in order of id; for showing rows while a capture is still read.
    void forEachOpen(const Sink& visit) const;
    /// With `identifyApart`: identities as they are known by now into the rows of flows by id, once all packets so far
    /// have been looked at when `wait` is set. Otherwise nothing.
    void identitiesInto(base::Column<identify::Identity>& rows, bool wait) const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace flowscent::flow
