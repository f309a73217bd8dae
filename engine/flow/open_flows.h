// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include <tsl/robin_set.h>

#include "engine/flow/flow_state.h"
#include "engine/flow/pair_key.h"
#include "engine/identify/identifier.h"

namespace flowscent::flow {

/// An open flow and when it was last heard of.
struct OpenFlow {
    PairKey key;
    FlowId id;
    std::uint64_t touched = 0; ///< last packet, or the moment of closing, on the assembler's clock
    FlowState flow;
    std::uint32_t nextCheckpoint = 0;
    identify::Identifier::Ticket ticket;
};

/// The open flows by their pair of ends. Each has a slot, whose memory is used again when the flow is over; addresses
/// stay. The index holds slots and pieces of hashes only, so that most of it stays in the processor's cache. Used by
/// FlowAssembler alone.
class OpenFlows {
public:
    using Slot = std::uint32_t;
    static constexpr Slot none = UINT32_MAX;

    OpenFlows() = default;
    OpenFlows(const OpenFlows&) = delete;
    OpenFlows& operator=(const OpenFlows&) = delete;

    [[nodiscard]] Slot find(const packet::Endpoint& low, const packet::Endpoint& high, std::uint8_t protocol,
                            std::uint64_t hash) const
    {
        const auto found = m_index.find(Wanted{low, high, hash, protocol}, hash);
        return found == m_index.end() ? none : *found;
    }
    [[nodiscard]] Slot find(const PacketNote& note) const
    {
        return find(note.low(), note.high(), note.headers.protocol, note.hash);
    }
    /// Where the flow of a packet may be found, or none: looks at hashes only, so that no flow has to be fetched.
    [[nodiscard]] Slot candidate(const PacketNote& note) const
    {
        const auto found = m_index.find(Alike{note.hash}, note.hash);
        return found == m_index.end() ? none : *found;
    }
    /// A slot for a pair that has none.
    Slot add(const PacketNote& first, FlowId id);
    void remove(Slot slot);
    /// Whether the slot still holds that flow; looks at no flow.
    [[nodiscard]] bool holds(Slot slot, FlowId id) const { return m_ids[slot] == id; }
    [[nodiscard]] bool holds(Slot slot, const PacketNote& note) const
    {
        return m_ids[slot] != nobody && (*this)[slot].key.is(note.low(), note.high(), note.headers.protocol);
    }
    /// Has the processor fetch a flow that will be wanted in a moment.
    void prefetch(Slot slot) const
    {
        constexpr std::size_t needed = 3 * 64; // ends, counts and TCP's numbers
        const auto* bytes = reinterpret_cast<const char*>(&(*this)[slot]);
        for (std::size_t line = 0; line < needed; line += 64)
            __builtin_prefetch(bytes + line, 1);
    }

    [[nodiscard]] OpenFlow& operator[](Slot slot) const { return m_chunks[slot / chunk].flows[slot % chunk]; }
    [[nodiscard]] std::size_t size() const { return m_index.size(); }
    /// In order of id.
    [[nodiscard]] std::vector<Slot> inOrder() const;

private:
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
    struct Wanted {
        const packet::Endpoint& low;
        const packet::Endpoint& high;
        std::uint64_t hash;
        std::uint8_t protocol;
    };
    struct Alike {
        std::uint64_t hash;
    };
    struct Hash {
        const OpenFlows* flows;
        std::size_t operator()(Slot slot) const { return flows->m_hashes[slot]; }
        std::size_t operator()(const Wanted& wanted) const { return wanted.hash; }
        std::size_t operator()(const Alike& alike) const { return alike.hash; }
    };
    struct Same {
        using is_transparent = void;
        const OpenFlows* flows;
        bool operator()(Slot a, Slot b) const { return a == b; }
        bool operator()(const Wanted& wanted, Slot slot) const
        {
            return (*flows)[slot].key.is(wanted.low, wanted.high, wanted.protocol);
        }
        bool operator()(Slot slot, const Wanted& wanted) const { return (*this)(wanted, slot); }
        bool operator()(const Alike& alike, Slot slot) const { return alike.hash == flows->m_hashes[slot]; }
        bool operator()(Slot slot, const Alike& alike) const { return (*this)(alike, slot); }
    };

    std::vector<Chunk> m_chunks;
    std::vector<FlowId> m_ids;           ///< by slot
    std::vector<std::uint64_t> m_hashes; ///< by slot
    std::vector<Slot> m_free;
    tsl::robin_set<Slot, Hash, Same, std::allocator<Slot>, true> m_index{0, Hash{this}, Same{this}};
};

} // namespace flowscent::flow
