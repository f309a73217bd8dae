// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/fragment_joiner.h"

#include "engine/flow/pair_key.h"

#include <cstdlib>

namespace flowscent::flow {

namespace {

constexpr std::size_t mostDatagrams = 4096;
constexpr std::size_t mostWaiting = 4096;
constexpr base::Nanoseconds patience = 30 * base::nanosecondsPerSecond; ///< Linux' net.ipv4.ipfrag_time

} // namespace

std::size_t FragmentJoiner::Hash::operator()(const Key& key) const
{
    return PairHash(seed).of({key.source, 0}, {key.destination, 0}, key.protocol) ^
           key.identification * 0x9e3779b97f4a7c15ULL;
}

FragmentJoiner::FragmentJoiner(std::uint64_t seed)
    : m_datagrams(0, Hash{seed})
{
}

void FragmentJoiner::take(const packet::Fragment& piece, const PacketNote& note, std::vector<PacketNote>& told)
{
    const bool first = piece.offset == 0;
    if (first && note.skipped != packet::SkipReason::Count) {
        told.push_back(note); // not even its ports are there
        return;
    }
    Datagram& datagram =
        datagramOf({piece.source, piece.destination, piece.identification, piece.protocol}, note, told);
    if (first) {
        datagram.first = note.headers;
        datagram.transportHeader =
            piece.tunnelled ? 0 : piece.length - std::min(piece.length, note.headers.payloadLength);
        told.push_back(note);
        m_waiting -= datagram.waiting.size();
        for (const Waiting& waiting : datagram.waiting) {
            told.push_back(completed(datagram, waiting.piece, waiting.note));
            told.back().held = true;
        }
        datagram.waiting.clear();
    } else if (datagram.first) {
        told.push_back(completed(datagram, piece, note));
    } else {
        datagram.waiting.push_back({piece, note});
        ++m_waiting;
    }
}

void FragmentJoiner::finish(std::vector<PacketNote>& told)
{
    for (const Begun& begun : m_begun) {
        const auto found = m_datagrams.find(begun.key);
        if (found != m_datagrams.end() && found->second.number == begun.number)
            forget(found, told);
    }
    m_begun.clear();
}

/// The datagram that the piece belongs to. Identifications are used again, so one that began long ago is another.
FragmentJoiner::Datagram& FragmentJoiner::datagramOf(const Key& key, const PacketNote& note,
                                                     std::vector<PacketNote>& told)
{
    auto found = m_datagrams.find(key);
    if (found != m_datagrams.end() &&
        (note.time - found->second.since > patience || note.time < found->second.since - patience)) {
        forget(found, told);
        found = m_datagrams.end();
    }
    while (found == m_datagrams.end() && (m_datagrams.size() >= mostDatagrams || m_waiting >= mostWaiting)) {
        const Begun oldest = m_begun.front();
        m_begun.pop_front();
        const auto old = m_datagrams.find(oldest.key);
        if (old != m_datagrams.end() && old->second.number == oldest.number)
            forget(old, told);
    }
    if (found == m_datagrams.end()) {
        found = m_datagrams.emplace(key, Datagram{.since = note.time, .number = m_count++}).first;
        m_begun.push_back({key, found->second.number});
    }
    return found->second;
}

void FragmentJoiner::forget(Datagrams::iterator datagram, std::vector<PacketNote>& told)
{
    for (const Waiting& waiting : datagram->second.waiting) {
        told.push_back(waiting.note);
        told.back().held = true;
    }
    m_waiting -= datagram->second.waiting.size();
    m_datagrams.erase(datagram);
}

PacketNote FragmentJoiner::completed(const Datagram& datagram, const packet::Fragment& piece, PacketNote note)
{
    const packet::Headers& first = *datagram.first;
    note.headers = first;
    note.headers.tcpFlags = 0; // said once, by the first piece
    note.headers.payloadLength = piece.tunnelled ? 0 : piece.length;
    note.headers.tcpSequence = first.tcpSequence + piece.offset - datagram.transportHeader;
    note.headers.payloadOffset = 0;
    note.skipped = packet::SkipReason::Count;
    return note;
}

} // namespace flowscent::flow
