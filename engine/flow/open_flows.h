// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/flow/flow_state.h"
#include "engine/flow/pair_key.h"
#include "engine/flow/slot_index.h"
#include "engine/identify/identifier.h"

namespace flowscent::flow {

/// An open flow and when it was last heard of.
struct OpenFlow {
    PairKey key;
    FlowId id;
    std::uint64_t hash = 0;    ///< of the key
    std::uint64_t touched = 0; ///< last packet, or the moment of closing, on the assembler's clock
    FlowState flow;
    std::uint32_t nextCheckpoint = 0;
    identify::Identifier::Ticket ticket;
};

/// The open flows by their pair of ends. Each has a slot, whose memory is used again when the flow is over; addresses
/// stay. Used by FlowAssembler alone.
class OpenFlows {
public:
    using Slot = SlotIndex::Slot;
    static constexpr Slot none = SlotIndex::none;

    OpenFlows() = default;
    OpenFlows(const OpenFlows&) = delete;
    OpenFlows& operator=(const OpenFlows&) = delete;

    [[nodiscard]] Slot find(const packet::Endpoint& low, const packet::Endpoint& high, std::uint8_t protocol,
                            std::uint64_t hash) const
    {
        return m_index.find(hash, [&](Slot slot) { return (*this)[slot].key.is(low, high, protocol); });
    }
    [[nodiscard]] Slot find(const PacketNote& note) const
    {
        return find(note.low(), note.high(), note.headers.protocol, note.hash);
    }
    /// Has the processor fetch what `candidate` looks at.
    void prefetch(const PacketNote& note) const { m_index.prefetch(note.hash); }
    /// Where the flow of a packet may be found, or none. Flows themselves are not looked at, so none has to be fetched.
    [[nodiscard]] Slot candidate(const PacketNote& note) const
    {
        return m_index.find(note.hash, [](Slot) { return true; });
    }
    /// A slot for a pair that has none.
    Slot add(const PacketNote& first, FlowId id);
    void remove(Slot slot);
    /// Whether the slot still holds that flow; looks at no flow.
    [[nodiscard]] bool holds(Slot slot, FlowId id) const { return m_ids[slot] == id; }
    [[nodiscard]] bool holds(Slot slot, const PacketNote& note) const
    {
        const OpenFlow& open = (*this)[slot];
        return open.id != nobody && open.key.is(note.low(), note.high(), note.headers.protocol);
    }
    /// Has the processor fetch a flow that gets a packet in a moment: its ends, counts and TCP's numbers.
    void prefetch(Slot slot) const { prefetch(slot, std::size_t{3} * 64); }
    /// The same for one that ends.
    void prefetchWhole(Slot slot) const { prefetch(slot, sizeof(OpenFlow)); }
    void prefetchForRemoval(Slot slot) const { m_index.prefetch((*this)[slot].hash); }

    [[nodiscard]] OpenFlow& operator[](Slot slot) const { return m_chunks[slot / chunk].flows[slot % chunk]; }
    [[nodiscard]] std::size_t size() const { return m_index.size(); }
    /// In order of id.
    [[nodiscard]] std::vector<Slot> inOrder() const;

private:
    void prefetch(Slot slot, std::size_t bytes) const
    {
        const auto* begin = reinterpret_cast<const char*>(&(*this)[slot]);
        for (std::size_t line = 0; line < bytes; line += 64)
            __builtin_prefetch(begin + line, 1);
    }

    static constexpr std::size_t chunk = 16384;
    static constexpr FlowId nobody{UINT32_MAX};

    /// Room for flows, which come into being as they are needed. On huge pages, for flows are visited at random.
    struct Chunk {
        Chunk();
        ~Chunk();
        Chunk(Chunk&& other) noexcept;
        Chunk& operator=(Chunk&&) = delete;

        OpenFlow* flows = nullptr;
        std::size_t count = 0;
    };
    std::vector<Chunk> m_chunks;
    std::vector<FlowId> m_ids; ///< by slot
    std::vector<Slot> m_free;
    SlotIndex m_index;
};

} // namespace flowscent::flow
