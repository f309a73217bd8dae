// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/identify/talk.h"

#include <algorithm>

namespace flowscent::test {

Talk& Talk::tell(const Bytes& payload, std::uint8_t side, std::uint32_t sequence)
{
    const std::uint16_t from = side == 0 ? clientPort : serverPort;
    const std::uint16_t to = side == 0 ? serverPort : clientPort;
    const Bytes transport = protocol == 6
                                ? tcp({.from = from, .to = to, .sequence = sequence, .acknowledged = m_next[1 - side]})
                                : udp(from, to, payload.size());
    const std::size_t header = protocol == 6 ? 20 : 8;
    const Bytes segment = joined({transport.begin(), transport.begin() + static_cast<std::ptrdiff_t>(header)}, payload);
    const std::string client = "10.0.0.1";
    const std::string server = "10.0.0.2";
    const Bytes ip = ipPacket(protocol, side == 0 ? client : server, side == 0 ? server : client, segment);
    m_next[side] = std::max(m_next[side], sequence + static_cast<std::uint32_t>(payload.size()));
    m_time += 10'000'000;
    m_identifier.take(ticket,
                      {.ip = ip,
                       .payload = identify::Bytes(ip).last(payload.size()),
                       .time = m_time,
                       .sequence = sequence,
                       .sourcePort = from,
                       .destinationPort = to,
                       .protocol = protocol,
                       .side = side},
                      0, identity);
    return *this;
}

Talk& Talk::outInPieces(const Bytes& payload, std::size_t longest, bool backwards)
{
    std::vector<std::size_t> begins;
    for (std::size_t at = 0; at < payload.size(); at += longest)
        begins.push_back(at);
    if (backwards)
        std::ranges::reverse(begins);
    const std::uint32_t first = m_next[0];
    for (const std::size_t at : begins) {
        const auto begin = payload.begin() + static_cast<std::ptrdiff_t>(at);
        const auto length = static_cast<std::ptrdiff_t>(std::min(longest, payload.size() - at));
        tell({begin, begin + length}, 0, first + static_cast<std::uint32_t>(at));
    }
    return *this;
}

} // namespace flowscent::test
