// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/flow/begun_flows.h"
#include "engine/flow/open_flows.h"
#include "engine/identify/identifier.h"

namespace flowscent::flow {

/// Has open flows identified while their first packets come: at once (PromptIdentifier), or on a thread of its own
/// (IdentityLane). Used by FlowAssembler, on its thread.
class FlowIdentifier {
public:
    FlowIdentifier() = default;
    FlowIdentifier(const FlowIdentifier&) = delete;
    FlowIdentifier& operator=(const FlowIdentifier&) = delete;
    virtual ~FlowIdentifier() = default;

    /// A packet whose head was carried along; the flow has counted it already.
    virtual void take(OpenFlows& flows, OpenFlows::Slot slot, const PacketNote& note, const PacketBatch& batch) = 0;
    /// Client and server have changed places.
    virtual void turn(OpenFlow& open) = 0;
    /// `open` is the rest of another flow, whose first packets do not come again.
    virtual void goOn(FlowId before, const identify::Identity& known, OpenFlow& open) = 0;
    /// Before the flow is given away for the last time.
    virtual void finish(OpenFlow& open) = 0;
    /// After a batch of packets.
    virtual void flush() {}
};

/// The packet as identify wants it; its bytes stay in the batch.
[[nodiscard]] identify::FlowPacket flowPacket(const PacketNote& note, const PacketBatch& batch);
/// What of an identity belongs to one end or the other.
void turnRound(identify::Identity& identity);

/// Writes into the flow's own identity.
class PromptIdentifier final : public FlowIdentifier {
public:
    PromptIdentifier(std::shared_ptr<identify::Names> names, const identify::IdentifierSettings& settings)
        : m_identifier(std::move(names), settings)
    {
    }

    void take(OpenFlows& flows, OpenFlows::Slot slot, const PacketNote& note, const PacketBatch& batch) override;
    void turn(OpenFlow& open) override;
    void goOn(FlowId before, const identify::Identity& known, OpenFlow& open) override;
    void finish(OpenFlow& open) override;

private:
    struct Begun {
        OpenFlows::Slot slot = 0;
        FlowId id;
    };
    void makeRoom(OpenFlows& flows);

    identify::Identifier m_identifier;
    BegunFlows<Begun> m_begun;
};

} // namespace flowscent::flow
