// SPDX-License-Identifier: GPL-3.0-or-later
// four_billion [noise] - feeds 2^32 + 1000 packets of one TCP flow through flow::FlowAssembler and compares what it has
// counted with what was sent: counts of packets and bytes go on, those of 32 bits stay at their largest. With "noise"
// every packet but the first is a retransmission. Exit code 1 when a count is wrong. Takes minutes; a number as second
// argument (packets) makes it shorter.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <limits>
#include <string_view>

#include "engine/flow/flow_assembler.h"
#include "tests/support/flow_builder.h"

using namespace flowscent;
using flow::FlowStatistics;
using flow::outward;
using packet::TcpFlag;

namespace {

constexpr std::uint64_t fourBillion = (std::uint64_t{1} << 32) + 1000;
constexpr std::size_t batchSize = 512;
constexpr base::Nanoseconds gap = 1000;
constexpr std::uint32_t payload = 2; ///< bytes; one alone, sent again, would be a keep-alive

/// One packet of the client as a reader would note it, many times.
flow::PacketBatch batchOf(const flow::NoteSettings& settings, std::uint32_t& frameLength)
{
    test::Conversation conversation;
    conversation.out({.flags = TcpFlag::Psh | TcpFlag::Ack, .window = 0, .payload = payload});
    const test::Frame& frame = conversation.frames.front();
    frameLength = static_cast<std::uint32_t>(frame.bytes.size());
    flow::NoteTaker taker(settings);
    flow::PacketBatch batch;
    for (std::size_t i = 0; i < batchSize; ++i)
        taker.take(test::view(frame), batch);
    return batch;
}

FlowStatistics count(std::uint64_t packets, bool noise, std::uint32_t& frameLength)
{
    FlowStatistics statistics;
    flow::AssemblerSettings settings{.activeTimeout = std::numeric_limits<base::Nanoseconds>::max(),
                                     .keepPlaces = false};
    flow::FlowAssembler assembler(settings, [&statistics](flow::FlowId id, const flow::FlowView& seen) {
        if (id.value == 0)
            statistics = seen.statistics();
        else
            std::cout << "another flow began\n";
    });
    flow::PacketBatch batch = batchOf(assembler.noteSettings(), frameLength);
    base::Nanoseconds time = 0;
    std::uint32_t sequence = 0;
    for (std::uint64_t sent = 0; sent < packets; sent += batch.notes.size()) {
        batch.notes.resize(std::min<std::uint64_t>(batch.notes.size(), packets - sent));
        for (flow::PacketNote& note : batch.notes) {
            note.time = time += gap;
            note.headers.tcpSequence = sequence;
            sequence += noise ? 0 : payload;
        }
        assembler.add(batch);
    }
    assembler.finish();
    if (assembler.counters().packets != packets)
        std::cout << "the assembler has counted " << assembler.counters().packets << " packets\n";
    return statistics;
}

/// Prints what was counted and what should have been.
class Comparison {
public:
    void exactly(std::string_view name, std::uint64_t counted, std::uint64_t expected)
    {
        const bool right = counted == expected;
        m_right = m_right && right;
        std::cout << std::left << std::setw(24) << name << std::right << std::setw(16) << counted << std::setw(16)
                  << expected << (right ? "" : "  WRONG") << '\n';
    }
    void atMost32Bits(std::string_view name, std::uint64_t counted, std::uint64_t expected)
    {
        exactly(name, counted, std::min<std::uint64_t>(expected, std::numeric_limits<std::uint32_t>::max()));
    }
    [[nodiscard]] bool right() const { return m_right; }

private:
    bool m_right = true;
};

} // namespace

int main(int argc, char** argv)
{
    const bool noise = argc > 1 && std::string_view(argv[1]) == "noise";
    const std::uint64_t packets = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : fourBillion;
    std::uint32_t frameLength = 0;
    const auto begun = std::chrono::steady_clock::now();
    const FlowStatistics statistics = count(packets, noise, frameLength);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;

    const std::uint64_t kept = noise ? std::min<std::uint64_t>(packets, 1) : packets; // those that are no noise
    std::cout << std::left << std::setw(24) << "" << std::right << std::setw(16) << "counted" << std::setw(16)
              << "sent\n";
    Comparison comparison;
    comparison.exactly("packets", statistics.packets[outward], packets);
    comparison.exactly("packets back", statistics.packets[flow::inward], 0);
    comparison.exactly("bytes", statistics.bytes[outward], packets * frameLength);
    comparison.exactly("payloads", statistics.payload[outward].count, kept);
    comparison.exactly("payload bytes", static_cast<std::uint64_t>(statistics.payload[outward].sum), kept * payload);
    comparison.exactly("gaps", statistics.allGaps.count, kept - std::min<std::uint64_t>(kept, 1));
    comparison.atMost32Bits("packets with payload", statistics.withPayload[outward], kept);
    comparison.atMost32Bits("PSH", statistics.flags[outward][3], packets);
    comparison.atMost32Bits("ACK", statistics.flags[outward][4], packets);
    comparison.atMost32Bits("SYN", statistics.flags[outward][1], 0);
    comparison.atMost32Bits("zero windows", statistics.zeroWindows, packets);
    comparison.atMost32Bits("retransmissions", statistics.retransmissions, packets - kept);
    comparison.atMost32Bits("out of order", statistics.outOfOrder, 0);
    std::cout << std::fixed << std::setprecision(1) << took.count() << " s, "
              << took.count() * 1e9 / static_cast<double>(std::max<std::uint64_t>(packets, 1)) << " ns a packet\n";
    return comparison.right() ? 0 : 1;
}
