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
    constexpr std::size_t soon = 4; ///< links ahead
    if (!m_free.empty()) {
        const std::uint32_t link = m_free.back();
        m_free.pop_back();
        if (m_free.size() >= soon)
            prefetch(m_free[m_free.size() - soon]);
        return link;
    }
    if (m_used == m_blocks.size() * block) {
        m_blocks.reserve(m_blocks.size() + 1);
        m_blocks.push_back(static_cast<Link*>(base::resizeBlock(nullptr, 0, block * sizeof(Link))));
    }
    return m_used++;
}

void PacketLog::begin(Tail& tail, Links& links)
{
    tail.link = takeLink();
    tail.inLink = 0;
    links.observed[tail.observed / perLink] = tail.link;
}

/// The last link with observations need not be full when places follow.
void PacketLog::add(Tail& tail, Links& links, capture::PacketPlace place)
{
    if (!tail.alone || tail.inLink == Link::places) {
        const std::uint32_t link = takeLink();
        (tail.alone ? at(tail.link).next : links.alone) = link;
        tail.link = link;
        tail.inLink = 0;
        tail.alone = true;
    }
    std::memcpy(&at(tail.link).words[tail.inLink], &place, sizeof place);
    ++tail.inLink;
}

void PacketLog::read(const Tail& tail, const Links& links, bool withPlaces, Packets& packets) const
{
    packets.observations.clear();
    packets.places.clear();
    Observation* observations = packets.observations.extend(tail.observed);
    capture::PacketPlace* places = packets.places.extend(withPlaces ? tail.observed : 0);
    for (std::size_t from = 0; from < tail.observed; from += perLink) {
        const Link& here = at(links.observed[from / perLink]);
        const std::size_t count = std::min(perLink, tail.observed - from);
        copyOut(here.words.data(), count, observations + from);
        if (withPlaces)
            copyOut(&here.words[2 * perLink], count, places + from);
    }
    if (!tail.alone)
        return;
    for (std::uint32_t link = links.alone;; link = at(link).next) {
        const std::size_t count = link == tail.link ? tail.inLink : Link::places;
        copyOut(at(link).words.data(), count, packets.places.extend(count));
        if (link == tail.link)
            return;
    }
}

void PacketLog::turnRound(const Tail& tail, const Links& links)
{
    for (std::size_t i = 0; i < tail.observed; ++i) {
        std::uint64_t* words = &at(links.observed[i / perLink]).words[2 * (i % perLink)];
        Observation packet;
        copyOut(words, 1, &packet);
        packet.marks = static_cast<std::uint8_t>(packet.marks ^ FromServer);
        std::memcpy(words, &packet, sizeof packet);
    }
}

void PacketLog::release(Tail& tail, const Links& links)
{
    m_free.insert(m_free.end(), links.observed.begin(),
                  links.observed.begin() + static_cast<std::ptrdiff_t>(linksOf(tail.observed)));
    if (tail.alone) {
        for (std::uint32_t link = links.alone; link != tail.link; link = at(link).next)
            m_free.push_back(link);
        m_free.push_back(tail.link);
    }
    tail = {};
}

} // namespace flowscent::flow
