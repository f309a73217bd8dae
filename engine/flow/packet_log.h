// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "engine/base/column.h"
#include "engine/flow/flow_record.h"

namespace flowscent::flow {

/// What is kept of the packets of open flows: the first keptObservations observations of each, and all places. A flow's
/// packets lie in a chain of links of 128 bytes, which are used again when it is over: vectors would cost two visits to
/// memory a packet, and a heap that never shrinks. Not thread-safe.
class PacketLog {
public:
    /// One flow's packets; a handle, which `release` makes void.
    struct Chain {
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        std::uint8_t inLast = 0;   ///< packets in the last link
        std::uint8_t observed = 0; ///< observations in the whole chain
        bool alone = false;        ///< the last link has places only

        [[nodiscard]] bool takesObservations() const { return observed < keptObservations; }
    };
    /// What a chain holds, side by side.
    struct Packets {
        std::vector<Observation> observations;
        std::vector<capture::PacketPlace> places;
    };

    PacketLog() = default;
    PacketLog(const PacketLog&) = delete;
    PacketLog& operator=(const PacketLog&) = delete;
    ~PacketLog();

    /// A packet of a chain that takes observations.
    void add(Chain& chain, const Observation& packet, capture::PacketPlace place)
    {
        if (chain.observed == 0)
            begin(chain);
        else if (chain.inLast == Link::withObservation)
            lengthen(chain);
        Link& link = at(chain.last);
        std::memcpy(&link.words[2 * std::size_t{chain.inLast}], &packet, sizeof packet);
        std::memcpy(&link.words[Link::placesAfter + chain.inLast], &place, sizeof place);
        ++chain.inLast;
        ++chain.observed;
    }
    /// A packet of one that takes no more.
    void add(Chain& chain, capture::PacketPlace place);
    /// Replaces what `packets` held. A chain that was made without places has none to give.
    void read(const Chain& chain, bool withPlaces, Packets& packets) const;
    /// Client and server change places in all observations.
    void turnRound(const Chain& chain);
    /// The chain is empty, its memory free for others.
    void release(Chain& chain);
    /// Has the processor fetch what the next packet is written to.
    void prefetch(const Chain& chain) const
    {
        if (chain.observed == 0)
            return;
        const auto* line = reinterpret_cast<const char*>(&at(chain.last));
        __builtin_prefetch(line, 1);
        __builtin_prefetch(line + 64, 1);
    }

private:
    struct alignas(64) Link {
        static constexpr std::size_t withObservation = 5; ///< packets of an observation and a place each
        static constexpr std::size_t placesAfter = 2 * withObservation;
        static constexpr std::size_t places = 15; ///< packets of a place only
        std::array<std::uint64_t, places> words;  ///< observations and places as bytes
        std::uint32_t next;
    };
    static_assert(sizeof(Link) == 128 && sizeof(Observation) == 16 && sizeof(capture::PacketPlace) == 8);
    static constexpr std::size_t block = 16384; ///< links that come into being together

    [[nodiscard]] Link& at(std::uint32_t link) const { return m_blocks[link / block][link % block]; }
    [[nodiscard]] std::uint32_t takeLink();
    void begin(Chain& chain);
    void lengthen(Chain& chain);
    /// Links of the chain that hold observations, in order: visit(link, how many). The first link behind them.
    template <class Visit>
    std::uint32_t forEachObserved(const Chain& chain, const Visit& visit) const;

    std::vector<Link*> m_blocks;
    std::uint32_t m_used = 0;       ///< links that were ever in use
    std::vector<std::uint32_t> m_free; ///< of those, the ones that are not now
};

} // namespace flowscent::flow
