// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "engine/base/column.h"
#include "engine/flow/flow_record.h"

namespace flowscent::flow {

/// What is kept of the packets of open flows: the first keptObservations observations of each, and all places. A flow's
/// packets lie in links of 128 bytes, which are used again when it is over: vectors would cost two visits to memory a
/// packet, and a heap that never shrinks. Not thread-safe.
class PacketLog {
public:
    /// Where a flow's next packet goes.
    struct Tail {
        std::uint32_t link = 0;
        std::uint8_t inLink = 0;   ///< packets in that link
        std::uint8_t observed = 0; ///< observations of the flow
        bool alone = false;        ///< the link has places only

        [[nodiscard]] bool takesObservations() const { return observed < keptObservations; }
    };
    static constexpr std::size_t perLink = 5; ///< packets of an observation and a place each
    /// Where a flow's packets are; those links mean something that the tail says are in use. All of them are known at
    /// once, so that they can be fetched at once: one after the other each would be waited for.
    struct Links {
        std::array<std::uint32_t, (keptObservations + perLink - 1) / perLink> observed;
        std::uint32_t alone; ///< the first link that has places only; each of them knows the next
    };
    /// What is kept of a flow, side by side.
    struct Packets {
        base::Column<Observation> observations;
        base::Column<capture::PacketPlace> places;
    };

    PacketLog() = default;
    PacketLog(const PacketLog&) = delete;
    PacketLog& operator=(const PacketLog&) = delete;
    ~PacketLog();

    /// A packet of a flow that takes observations.
    void add(Tail& tail, Links& links, const Observation& packet, capture::PacketPlace place)
    {
        if (tail.observed % perLink == 0)
            begin(tail, links);
        Link& link = at(tail.link);
        link.words[2 * std::size_t{tail.inLink}] = static_cast<std::uint64_t>(packet.sinceStart);
        link.words[2 * std::size_t{tail.inLink} + 1] = secondWord(packet);
        std::memcpy(&link.words[2 * perLink + tail.inLink], &place, sizeof place);
        ++tail.inLink;
        ++tail.observed;
    }
    /// A packet of one that takes no more.
    void add(Tail& tail, Links& links, capture::PacketPlace place);
    /// Replaces what `packets` held. A flow whose places were not kept has none to give.
    void read(const Tail& tail, const Links& links, bool withPlaces, Packets& packets) const;
    /// Client and server change places in all observations.
    void turnRound(const Tail& tail, const Links& links);
    /// The flow has nothing any more, its memory is free for others.
    void release(Tail& tail, const Links& links);

    /// Has the processor fetch what the next packet is written to.
    void prefetch(const Tail& tail) const
    {
        if (tail.observed > 0)
            prefetch(tail.link);
    }
    /// Has the processor fetch what `read` will look at.
    void prefetch(const Tail& tail, const Links& links) const
    {
        for (std::size_t i = 0; i < linksOf(tail.observed); ++i)
            prefetch(links.observed[i]);
        if (tail.alone)
            prefetch(links.alone);
    }

private:
    struct alignas(64) Link {
        static constexpr std::size_t places = 3 * perLink; ///< packets of a place only
        std::array<std::uint64_t, places> words;           ///< observations, then places, as bytes
        std::uint32_t next;
    };
    static_assert(sizeof(Link) == 128 && sizeof(Observation) == 16 && sizeof(capture::PacketPlace) == 8);
    static constexpr std::size_t block = 65536; ///< links that come into being together: 8 MiB

    /// The observation's bytes behind the time, made in a register: copying what was just written in pieces makes the
    /// processor wait.
    [[nodiscard]] static std::uint64_t secondWord(const Observation& packet)
    {
        return std::uint64_t{packet.payloadLength} | std::uint64_t{packet.tcpWindow} << 32 |
               std::uint64_t{packet.tcpFlags} << 48 | std::uint64_t{packet.marks} << 56;
    }
    static_assert(std::endian::native == std::endian::little && offsetof(Observation, payloadLength) == 8 &&
                  offsetof(Observation, tcpWindow) == 12 && offsetof(Observation, tcpFlags) == 14 &&
                  offsetof(Observation, marks) == 15);
    [[nodiscard]] static std::size_t linksOf(std::size_t observed) { return (observed + perLink - 1) / perLink; }
    [[nodiscard]] Link& at(std::uint32_t link) const { return m_blocks[link / block][link % block]; }
    void prefetch(std::uint32_t link) const
    {
        const auto* line = reinterpret_cast<const char*>(&at(link));
        __builtin_prefetch(line, 1);
        __builtin_prefetch(line + 64, 1);
    }
    [[nodiscard]] std::uint32_t takeLink();
    void begin(Tail& tail, Links& links);

    std::vector<Link*> m_blocks;
    std::uint32_t m_used = 0;          ///< links that were ever in use
    std::vector<std::uint32_t> m_free; ///< of those, the ones that are not now
};

} // namespace flowscent::flow
