// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/community_id.h"
#include "engine/flow/table_builder.h"
#include "tests/fuzz/check.h"

#include <algorithm>
#include <array>

using namespace flowscent;

namespace {

constexpr std::size_t recordLength = 16;

/// One packet of the input: a step of time and the few header fields that flows depend on.
struct Record {
    explicit Record(const std::uint8_t* bytes)
        : m_bytes(bytes)
    {
    }
    /// A byte of mantissa and one of exponent reach from nanoseconds to centuries, both ways.
    [[nodiscard]] base::Nanoseconds step() const
    {
        const auto magnitude = static_cast<base::Nanoseconds>(m_bytes[0]) << (m_bytes[1] % 54);
        return (m_bytes[1] & 0x80) != 0 ? -magnitude : magnitude;
    }
    [[nodiscard]] std::array<std::uint8_t, 40> packet() const
    {
        constexpr std::array<std::uint8_t, 4> protocols{6, 6, 17, 1};
        std::array<std::uint8_t, 40> ip{0x45};
        std::copy_n(m_bytes + 2, 2, ip.begin() + 2); // total length
        ip[9] = protocols[m_bytes[4] % protocols.size()];
        ip[15] = m_bytes[5] & 3;
        ip[19] = (m_bytes[5] >> 2) & 3;
        ip[21] = m_bytes[6] & 7;
        ip[23] = (m_bytes[6] >> 3) & 7;
        std::copy_n(m_bytes + 7, 8, ip.begin() + 24); // sequence and acknowledgement numbers
        ip[32] = 0x50;
        ip[33] = m_bytes[15];
        ip[35] = m_bytes[4] >> 2;
        return ip;
    }

private:
    const std::uint8_t* m_bytes;
};

} // namespace

/// Whatever the packets: each is in exactly one flow, every flow ends once, and tables agree with what was reported.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::uint64_t packets = 0;
    std::vector<bool> ended;
    flow::TableBuilder builder;
    flow::FlowAssembler assembler({.checkpoints = {2, 5}}, [&](flow::FlowId id, const flow::FlowView& seen) {
        const flow::FlowRecord record = seen.record();
        const auto& statistics = record.statistics;
        const std::uint64_t count = statistics.packets[0] + statistics.packets[1];
        FLOWSCENT_CHECK(count > 0 && record.start <= record.last && record.places.size() == count);
        FLOWSCENT_CHECK(record.observations.size() == std::min<std::uint64_t>(count, flow::keptObservations));
        if (record.end == flow::FlowEnd::Open)
            return;
        FLOWSCENT_CHECK(flow::communityId(record.key).size() == 30);
        ended.resize(std::max<std::size_t>(ended.size(), id.value + std::size_t{1}));
        FLOWSCENT_CHECK(!ended[id.value]);
        ended[id.value] = true;
        packets += count;
        builder.add(id, seen);
    });

    base::Nanoseconds time = 0;
    for (std::size_t at = 0; at + recordLength <= size; at += recordLength) {
        const Record record(data + at);
        const base::Nanoseconds step = record.step();
        time = step > 0 && time > INT64_MAX - step ? INT64_MAX : std::max<base::Nanoseconds>(time + step, 0);
        const auto bytes = record.packet();
        assembler.add({.bytes = bytes, .originalLength = 40, .time = time, .linkType = 101});
        if (at % (recordLength * 64) == 0)
            FLOWSCENT_CHECK(builder.snapshot(assembler)->size() == builder.size() + assembler.openFlows());
    }
    assembler.finish();
    const auto& counters = assembler.counters();
    for (const std::uint64_t skipped : counters.skipped)
        packets += skipped;
    FLOWSCENT_CHECK(packets == counters.packets && assembler.openFlows() == 0);
    FLOWSCENT_CHECK(std::ranges::all_of(ended, [](bool over) { return over; }));
    FLOWSCENT_CHECK(builder.take(assembler)->size() == ended.size());
    return 0;
}
