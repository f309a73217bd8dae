// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/packet_log.h"

#include <algorithm>
#include <type_traits>

namespace flowscent::flow {

namespace {

/// Values come out as the bytes that went in.
template <class T>
void copyOut(const std::uint64_t* words, std::size_t count, T* to)
{
    static_assert(std::is_trivially_copyable_v<T>);
    std::memcpy(static_cast<void*>(to), words, count * sizeof(T));
}

} // namespace

PacketLog::~PacketLog()
{
    for (Link* links : m_blocks)
        base::freeBlock(links, block * sizeof(Link));
}

std::uint32_t PacketLog::takeLink()
{
    if (!m_free.empty()) {
        const std::uint32_t link = m_free.back();
        m_free.pop_back();
        return link;
    }
    if (m_used == m_blocks.size() * block) {
        m_blocks.reserve(m_blocks.size() + 1);
        m_blocks.push_back(static_cast<Link*>(base::resizeBlock(nullptr, 0, block * sizeof(Link))));
    }
    return m_used++;
}

void PacketLog::begin(Chain& chain)
{
    chain = {.first = takeLink()};
    chain.last = chain.first;
}

void PacketLog::lengthen(Chain& chain)
{
    const std::uint32_t link = takeLink();
    at(chain.last).next = link;
    chain.last = link;
    chain.inLast = 0;
}

/// The last link with observations need not be full when places follow.
void PacketLog::add(Chain& chain, capture::PacketPlace place)
{
    if (!chain.alone || chain.inLast == Link::places)
        lengthen(chain);
    chain.alone = true;
    std::memcpy(&at(chain.last).words[chain.inLast], &place, sizeof place);
    ++chain.inLast;
}

template <class Visit>
std::uint32_t PacketLog::forEachObserved(const Chain& chain, const Visit& visit) const
{
    std::uint32_t link = chain.first;
    for (std::size_t left = chain.observed; left > 0;) {
        Link& here = at(link);
        const std::size_t count = std::min(left, Link::withObservation);
        link = here.next;
        visit(here, count);
        left -= count;
    }
    return link;
}

void PacketLog::read(const Chain& chain, bool withPlaces, Packets& packets) const
{
    packets.observations.resize(chain.observed);
    packets.places.resize(withPlaces ? chain.observed : 0);
    std::size_t at = 0;
    std::uint32_t link = forEachObserved(chain, [&](const Link& here, std::size_t count) {
        copyOut(here.words.data(), count, packets.observations.data() + at);
        if (withPlaces)
            copyOut(&here.words[Link::placesAfter], count, packets.places.data() + at);
        at += count;
    });
    for (bool more = chain.alone; more;) {
        const Link& here = this->at(link);
        const std::size_t count = link == chain.last ? chain.inLast : Link::places;
        packets.places.resize(at + count);
        copyOut(here.words.data(), count, packets.places.data() + at);
        at += count;
        more = link != chain.last;
        link = here.next;
    }
}

void PacketLog::turnRound(const Chain& chain)
{
    forEachObserved(chain, [](Link& here, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            Observation packet;
            copyOut(&here.words[2 * i], 1, &packet);
            packet.marks = static_cast<std::uint8_t>(packet.marks ^ FromServer);
            std::memcpy(&here.words[2 * i], &packet, sizeof packet);
        }
    });
}

void PacketLog::release(Chain& chain)
{
    if (chain.observed == 0)
        return;
    for (std::uint32_t link = chain.first; link != chain.last; link = at(link).next)
        m_free.push_back(link);
    m_free.push_back(chain.last);
    chain = {};
}

} // namespace flowscent::flow
