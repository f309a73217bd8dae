// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/note_taker.h"

namespace flowscent::flow {

using packet::SkipReason;

void NoteTaker::take(const capture::PacketView& packet, PacketBatch& batch)
{
    ++m_packets;
    PacketNote& note = batch.notes.emplace_back();
    packet::Rarities rarities;
    note.skipped = packet::decodeInto(packet.bytes, packet.linkType, note.headers, rarities);
    note.time = packet.time;
    note.place = packet.place;
    note.originalLength = packet.originalLength;
    if (note.skipped == SkipReason::Count)
        findPair(note);
    else
        noteFirst(note.skipped, batch);
    if (rarities.quoted) {
        batch.quotes.push_back(*rarities.quoted);
        note.quote = static_cast<std::uint32_t>(batch.quotes.size());
    }
    if (rarities.fragment) {
        const PacketNote piece = note;
        batch.notes.pop_back();
        join(*rarities.fragment, piece, batch);
        return;
    }
    if (m_heads && note.skipped == SkipReason::Count && m_heads->wants(note))
        carryHead(packet.bytes, note, batch);
}

void NoteTaker::finish(PacketBatch& batch)
{
    m_fragments.finish(batch.notes);
}

void NoteTaker::join(const packet::Fragment& piece, const PacketNote& note, PacketBatch& batch)
{
    const std::size_t before = batch.notes.size();
    m_fragments.take(piece, note, batch.notes);
    for (std::size_t told = before; told < batch.notes.size(); ++told) {
        if (batch.notes[told].skipped == SkipReason::Count)
            findPair(batch.notes[told]);
    }
}

/// A later fragment may yet find its first piece.
void NoteTaker::noteFirst(SkipReason reason, PacketBatch& batch)
{
    std::uint64_t& first = m_firstSkipped[static_cast<std::size_t>(reason)];
    if (first != 0 || reason == SkipReason::LaterFragment)
        return;
    first = m_packets;
    batch.firstSkipped[static_cast<std::size_t>(reason)] = first;
}

void NoteTaker::findPair(PacketNote& note) const
{
    const packet::Headers& headers = note.headers;
    note.fromLow = comesFirst(headers.source, headers.destination);
    note.hash = m_hash.of(note.low(), note.high(), headers.protocol);
}

} // namespace flowscent::flow
