// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/base/column.h"
#include "engine/flow/flow_identifier.h"

namespace flowscent::flow {

/// Identifies flows on a thread of its own: with nDPI that takes longer than everything else about flows. Identities
/// are the same as those of a PromptIdentifier, but come later, and into a column by FlowId instead of the flows, whose
/// views say nothing of them. At most 32 batches wait; then whoever gives them waits.
class IdentityLane final : public FlowIdentifier {
public:
    IdentityLane(std::shared_ptr<identify::Names> names, const identify::IdentifierSettings& settings);
    ~IdentityLane() override; ///< forgets what waits

    void take(OpenFlows& flows, OpenFlows::Slot slot, const PacketNote& note, const PacketBatch& batch) override;
    void turn(OpenFlow& open) override;
    void goOn(FlowId before, const identify::Identity& known, OpenFlow& open) override;
    void finish(OpenFlow& open) override;
    void flush() override;

    /// Identities as they are now of the first rows.size() flows.
    void copyTo(base::Column<identify::Identity>& rows) const;
    /// The same once all that was given has been looked at.
    void waitAndCopyTo(base::Column<identify::Identity>& rows);

private:
    enum class What : std::uint8_t { Packet, Turn, GoOn, Finish };
    /// Something that happened to a flow.
    struct Event {
        FlowId flow;
        FlowId before; ///< of GoOn
        What what = What::Packet;
        std::uint8_t clientSide = 0;
        identify::FlowPacket packet;  ///< its bytes are set when it is looked at
        std::uint32_t begin = 0;      ///< of the datagram in the batch's bytes
        std::uint32_t length = 0;     ///< bytes
        std::uint32_t headLength = 0; ///< bytes before the payload
    };
    struct Batch {
        std::vector<Event> events;
        std::vector<std::uint8_t> bytes;
    };
    static constexpr std::size_t mostWaiting = 32;
    static constexpr std::size_t fewWaiting = 16; ///< when whoever waits goes on

    void note(const OpenFlow& open, What what, FlowId before = {});
    void run(const std::stop_token& stop);
    void look(const Batch& batch);
    void look(const Event& event, const Batch& batch);
    void makeRoom();

    Batch m_filling; ///< the assembler's side

    mutable std::mutex m_mutex; ///< of what follows
    std::condition_variable_any m_changed;
    std::vector<Batch> m_waiting; ///< oldest first
    std::vector<Batch> m_empty;   ///< to be used again
    bool m_looking = false;

    mutable std::mutex m_known; ///< of the identities; taken for a batch at a time
    base::Column<identify::Identity> m_identities;

    // The lane's own.
    identify::Identifier m_identifier;
    base::Column<identify::Identifier::Ticket> m_tickets;
    BegunFlows<FlowId> m_begun;
    std::jthread m_thread; ///< last: ends before what it uses
};

} // namespace flowscent::flow
