// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "engine/identify/first_bytes.h"
#include "engine/identify/flow_packet.h"
#include "engine/identify/identity.h"

namespace flowscent::identify {

/// Looks for TLS, DTLS, QUIC, HTTP/1, DNS and SSH in the first payload bytes of one flow. TLS is also found where it
/// begins in a later segment, as after STARTTLS or CONNECT. Memory: at most 45 kB.
class FlowHead {
public:
    /// Writes what is known by now into `identity`. False when more packets would tell nothing more.
    bool take(const FlowPacket& packet, std::uint8_t clientSide, Names& names, Identity& identity);
    [[nodiscard]] std::size_t memory() const;
    /// Ready for another flow; gives the memory back.
    void clear();

private:
    struct Side {
        TcpBeginning stream; ///< TCP
        FirstBytes crypto;   ///< QUIC's stream of CRYPTO frames
        bool found = false;  ///< nothing more is expected from this side
        bool other = false;  ///< what came so far is none of what we know
    };

    void takeSegment(const FlowPacket& packet, std::uint8_t clientSide, Names& names, Identity& identity);
    Finding read(const FlowPacket& packet, bool fromClient, Names& names, Identity& identity);
    void takeDatagram(const FlowPacket& packet, Names& names, Identity& identity);
    bool takeQuic(const FlowPacket& packet, Names& names, Identity& identity);
    [[nodiscard]] std::vector<std::uint8_t> opened(const struct QuicInitial& packet, std::uint8_t side);

    std::array<Side, 2> m_sides;
    std::vector<std::uint8_t> m_connection; ///< QUIC: the first connection id, from which the keys come
    std::uint8_t m_quicClient = 0;          ///< side that chose it
};

} // namespace flowscent::identify
