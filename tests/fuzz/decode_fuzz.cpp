// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/headers.h"
#include "tests/fuzz/check.h"
#include "tests/support/priority_tag.h"

#include <array>

using namespace flowscent::packet;

/// The first byte chooses the link type, the rest is the frame.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::array<int, 32> linkTypes{1,   0,   12,  14,  101, 108, 113, 276, 228, 229, 105,
                                            -1,  7,   9,   10,  50,  51,  104, 107, 127, 129, 149,
                                            166, 178, 204, 239, 242, 258, 281, 282, 283, 284};
    if (size == 0)
        return 0;
    const std::span frame(data + 1, size - 1);
    const int linkType = linkTypes[data[0] % linkTypes.size()];
    const Decoded decoded = decode(frame, linkType);
    if (linkType == 1)
        FLOWSCENT_CHECK(flowscent::test::readsLikeItsTaggedTwin(frame));
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
