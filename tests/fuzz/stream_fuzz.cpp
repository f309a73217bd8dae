// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/stream_assembly.h"
#include "tests/fuzz/check.h"

#include <algorithm>

using namespace flowscent::packet;

/// The first byte chooses protocol and limit. Then pieces: direction and flags, sequence and acknowledgement (16 bits
/// each, near the wrap), sent length, captured length, bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::size_t limit = (data[0] & 2) != 0 ? 2000 : StreamAssembler::usualLimit;
    StreamAssembler assembler((data[0] & 1) != 0 ? 17 : 6, limit);
    std::span<const std::uint8_t> rest(data + 1, size - 1);
    std::uint32_t packet = 0;
    std::uint64_t sent = 0;
    while (rest.size() >= 7) {
        const std::uint32_t sequence = 0xffff8000U + (rest[1] * 256U + rest[2]);
        const std::uint32_t acknowledged = 0xffff8000U + (rest[3] * 256U + rest[4]);
        const std::size_t captured = std::min<std::size_t>({rest[6], rest.size() - 7, rest[5]});
        assembler.add({.direction = static_cast<std::size_t>(rest[0] >> 7),
                       .time = packet,
                       .packet = packet,
                       .sequence = sequence,
                       .acknowledged = acknowledged,
                       .flags = static_cast<std::uint8_t>(rest[0] & 0x3f),
                       .length = rest[5],
                       .bytes = rest.subspan(7, captured)});
        sent += rest[5];
        ++packet;
        rest = rest.subspan(7 + captured);
    }
    const Stream stream = assembler.finish();
    std::uint64_t bytes = 0;
    std::array<std::uint64_t, 2> next{};
    for (const StreamChunk& chunk : stream.chunks) {
        FLOWSCENT_CHECK(chunk.direction < 2 && chunk.length > 0);
        FLOWSCENT_CHECK(chunk.begin == bytes);
        FLOWSCENT_CHECK(chunk.offset == next[chunk.direction]); // sides have no holes that no chunk tells of
        next[chunk.direction] += chunk.length;
        bytes += stream.of(chunk).size();
    }
    FLOWSCENT_CHECK(bytes == stream.bytes.size() && bytes == stream.data[0] + stream.data[1]);
    FLOWSCENT_CHECK(bytes <= sent && bytes + stream.chunks.size() * 64 <= 2 * limit);
    return 0;
}
