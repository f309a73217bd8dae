// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/header_map.h"
#include "engine/packet/headers.h"
#include "tests/fuzz/check.h"

#include <algorithm>
#include <array>

using namespace flowscent::packet;

/// The first byte chooses the link type, the rest is the frame.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::array<int, 8> linkTypes{1, 0, 12, 101, 105, 113, 127, 276};
    if (size == 0)
        return 0;
    const std::span frame(data + 1, size - 1);
    const int linkType = linkTypes[data[0] % linkTypes.size()];
    const auto fields = mapHeaders(frame, linkType);
    for (const HeaderField& field : fields) {
        FLOWSCENT_CHECK(!field.name.empty() && field.length > 0);
        FLOWSCENT_CHECK(std::size_t{field.begin} + field.length <= frame.size());
    }
    FLOWSCENT_CHECK(fields.size() < 200);
    const auto headers = decode(frame, linkType).headers;
    if (headers && headers->payloadLength > 0 && headers->payloadOffset < frame.size())
        FLOWSCENT_CHECK(std::ranges::any_of(fields, [&](const HeaderField& field) {
            return field.depth == 0 && field.begin == headers->payloadOffset;
        }));
    return 0;
}
