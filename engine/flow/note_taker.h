// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "engine/flow/fragment_joiner.h"
#include "engine/flow/head_picker.h"
#include "engine/flow/packet_note.h"
#include "engine/flow/pair_key.h"

namespace flowscent::flow {

/// What the reader's half has to know of the flows' half: FlowAssembler::noteSettings.
struct NoteSettings {
    std::uint64_t seed = 0; ///< of hashes
    bool withHeads = false; ///< the bytes of packets that tell what a flow is come along
};

/// The reader's half of making flows: decodes packets and finds out whose they are. Every packet becomes one note, in
/// order but for fragments that wait for their first piece. Not thread-safe; needs no more from the flows' half than
/// its settings, so the two can run on threads of their own.
class NoteTaker {
public:
    explicit NoteTaker(const NoteSettings& settings)
        : m_hash(settings.seed)
        , m_fragments(settings.seed)
    {
        if (settings.withHeads)
            m_heads.emplace();
    }

    void take(const capture::PacketView& packet, PacketBatch& batch);
    /// After the last packet.
    void finish(PacketBatch& batch);

private:
    void join(const packet::Fragment& piece, const PacketNote& note, PacketBatch& batch);
    void findPair(PacketNote& note) const;
    void noteFirst(packet::SkipReason reason, PacketBatch& batch);

    PairHash m_hash;
    FragmentJoiner m_fragments;
    std::optional<HeadPicker> m_heads;
    std::uint64_t m_packets = 0;
    FirstSkipped m_firstSkipped{};
};

} // namespace flowscent::flow
