// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/identify/identifier.h"
#include "tests/engine/identify/hello_builder.h"

namespace flowscent::test {

/// One conversation told packet by packet to an Identifier. Side 0 is the client.
class Talk {
public:
    std::uint16_t clientPort = 40000;
    std::uint16_t serverPort = 443;
    std::uint8_t protocol = 6;
    identify::Identity identity;
    identify::Identifier::Ticket ticket;

    explicit Talk(identify::Identifier& identifier)
        : m_identifier(identifier)
    {
    }

    Talk& out(const Bytes& payload) { return tell(payload, 0, m_next[0]); }
    Talk& in(const Bytes& payload) { return tell(payload, 1, m_next[1]); }
    /// The client's next bytes in segments of at most `longest`, in order or back to front.
    Talk& outInPieces(const Bytes& payload, std::size_t longest, bool backwards = false);
    Talk& finish()
    {
        m_identifier.finish(ticket, identity);
        return *this;
    }
    [[nodiscard]] std::string text(identify::NameId id) const { return std::string(m_identifier.names()->text(id)); }

private:
    Talk& tell(const Bytes& payload, std::uint8_t side, std::uint32_t sequence);

    identify::Identifier& m_identifier;
    std::uint32_t m_next[2] = {1000, 5000};
    std::int64_t m_time = 1'700'000'000'000'000'000;
};

} // namespace flowscent::test
