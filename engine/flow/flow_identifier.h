// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <memory>

#include "engine/flow/open_flows.h"
#include "engine/identify/identifier.h"

namespace flowscent::flow {

/// Has the open flows identified while their first packets come. Used by FlowAssembler alone.
class FlowIdentifier {
public:
    FlowIdentifier(std::shared_ptr<identify::Names> names, const identify::IdentifierSettings& settings)
        : m_identifier(std::move(names), settings)
    {
    }

    /// A packet whose head was carried along; the flow has counted it already.
    void take(OpenFlows& flows, OpenFlows::Slot slot, const PacketNote& note, const PacketBatch& batch);
    /// Before the record of a flow is given away for the last time.
    void finish(OpenFlow& open);

private:
    struct Begun {
        OpenFlows::Slot slot = 0;
        FlowId id;
    };
    void makeRoom(OpenFlows& flows);

    identify::Identifier m_identifier;
    std::deque<Begun> m_begun; ///< oldest first; most are identified by now
};

} // namespace flowscent::flow
