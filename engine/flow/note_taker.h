// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/flow/fragment_joiner.h"
#include "engine/flow/packet_note.h"
#include "engine/flow/pair_key.h"

namespace flowscent::flow {

/// The reader's half of making flows: decodes packets and finds out whose they are. Every packet becomes one note, in
/// order but for fragments that wait for their first piece. Not thread-safe; needs no more from the flows' half than
/// its seed, so the two can run on threads of their own.
class NoteTaker {
public:
    explicit NoteTaker(std::uint64_t seed)
        : m_hash(seed)
        , m_fragments(seed)
    {
    }

    void take(const capture::PacketView& packet, PacketBatch& batch);
    /// After the last packet.
    void finish(PacketBatch& batch);

private:
    void join(const packet::Fragment& piece, const PacketNote& note, PacketBatch& batch);
    void findPair(PacketNote& note) const;

    PairHash m_hash;
    FragmentJoiner m_fragments;
};

} // namespace flowscent::flow
