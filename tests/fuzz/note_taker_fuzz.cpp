// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/note_taker.h"
#include "tests/fuzz/check.h"

#include <algorithm>

using namespace flowscent;

namespace {

/// Whether what is carried along of the packets lies where it says.
void check(const flow::PacketBatch& batch)
{
    for (const flow::PacketHead& head : batch.heads) {
        FLOWSCENT_CHECK(std::uint64_t{head.begin} + head.length <= batch.bytes.size());
        FLOWSCENT_CHECK(head.payload <= head.length);
    }
    for (const flow::PacketNote& note : batch.notes) {
        FLOWSCENT_CHECK(note.head <= batch.heads.size() && note.quote <= batch.quotes.size());
        if (note.skipped == packet::SkipReason::Count)
            FLOWSCENT_CHECK(note.headers.payloadLength <= 0xffff);
    }
}

} // namespace

/// Frames of raw IP, each behind a byte that says its length and one that says how long after the one before it came:
/// fragments in any order, above all. Every packet becomes one note, at the latest when there are no more.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr int rawIp = 101;
    flow::NoteTaker notes({.seed = 1, .withHeads = size % 2 == 0}); // they take long to set up
    flow::PacketBatch batch;
    std::uint64_t packets = 0;
    std::uint64_t told = 0;
    base::Nanoseconds time = 0;
    for (std::size_t at = 0; at + 2 <= size;) {
        const std::size_t length = std::min<std::size_t>(data[at], size - at - 2);
        time += static_cast<base::Nanoseconds>(data[at + 1]) << (data[at + 1] % 32);
        notes.take({.bytes = std::span(data + at + 2, length),
                    .originalLength = static_cast<std::uint32_t>(length),
                    .time = time,
                    .linkType = rawIp},
                   batch);
        ++packets;
        at += 2 + length;
        if (packets % 16 == 0) {
            check(batch);
            told += batch.notes.size();
            batch.clear();
        }
    }
    notes.finish(batch);
    check(batch);
    FLOWSCENT_CHECK(told + batch.notes.size() == packets);
    return 0;
}
