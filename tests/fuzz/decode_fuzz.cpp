// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/headers.h"
#include "tests/fuzz/check.h"

#include <array>

using namespace flowscent::packet;

/// The first byte chooses the link type, the rest is the frame.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::array<int, 12> linkTypes{1, 0, 12, 14, 101, 108, 113, 276, 228, 229, 105, -1};
    if (size == 0)
        return 0;
    const std::span frame(data + 1, size - 1);
    const Decoded decoded = decode(frame, linkTypes[data[0] % linkTypes.size()]);
    if (!decoded.headers) {
        FLOWSCENT_CHECK(!text(decoded.skipped).empty());
        return 0;
    }
    const Headers& headers = *decoded.headers;
    FLOWSCENT_CHECK(headers.source.address.v6 == headers.destination.address.v6);
    FLOWSCENT_CHECK(headers.payloadLength <= headers.ipLength);
    FLOWSCENT_CHECK(headers.ipLength <= 0xffff + 40);
    FLOWSCENT_CHECK(headers.tcpFlags == 0 || headers.protocol == static_cast<std::uint8_t>(Protocol::Tcp));
    FLOWSCENT_CHECK(headers.vlan <= 4095);
    return 0;
}
