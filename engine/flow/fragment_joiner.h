// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/flow/packet_note.h"

namespace flowscent::flow {

/// Gives the later pieces of a fragmented datagram the ports of its first, so that all belong to one flow. Pieces that
/// come before the first wait for it. Nothing is put together again: a flow needs lengths and times, no bytes.
/// Memory is bounded: at most 4096 datagrams are known and as many pieces wait; the oldest are given up. Not
/// thread-safe.
class FragmentJoiner {
public:
    explicit FragmentJoiner(std::uint64_t seed); ///< draws the hash, so that no capture can aim at it

    /// The note of a piece, complete if it is the first; appends what can now be told.
    void take(const packet::Fragment& piece, const PacketNote& note, std::vector<PacketNote>& told);
    /// Appends what still waits, as skipped.
    void finish(std::vector<PacketNote>& told);

private:
    struct Key {
        packet::IpAddress source;
        packet::IpAddress destination;
        std::uint32_t identification = 0;
        std::uint8_t protocol = 0;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::uint64_t seed;
        std::size_t operator()(const Key& key) const;
    };
    struct Waiting {
        packet::Fragment piece;
        PacketNote note;
    };
    struct Datagram {
        base::Nanoseconds since = 0; ///< time of the piece that came first
        std::uint64_t number = 0;
        std::optional<packet::Headers> first;
        std::uint32_t transportHeader = 0; ///< bytes of the first piece that are not payload
        std::vector<Waiting> waiting;
    };
    using Datagrams = std::unordered_map<Key, Datagram, Hash>;

    [[nodiscard]] Datagram& datagramOf(const Key& key, const PacketNote& note, std::vector<PacketNote>& told);
    void forget(Datagrams::iterator datagram, std::vector<PacketNote>& told);
    [[nodiscard]] static PacketNote completed(const Datagram& datagram, const packet::Fragment& piece, PacketNote note);

    struct Begun {
        Key key;
        std::uint64_t number = 0;
    };
    Datagrams m_datagrams;
    std::deque<Begun> m_begun; ///< oldest first; some are gone already
    std::size_t m_waiting = 0;
    std::uint64_t m_count = 0;
};

} // namespace flowscent::flow
