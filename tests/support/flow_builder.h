// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/flow/flow_assembler.h"
#include "tests/support/capture_builder.h"

/// Conversations written as a list of packets, and what the assembler makes of them.
namespace flowscent::test {

[[nodiscard]] constexpr base::Nanoseconds milliseconds(std::int64_t count)
{
    return count * 1'000'000;
}
[[nodiscard]] constexpr base::Nanoseconds seconds(std::int64_t count)
{
    return count * base::nanosecondsPerSecond;
}

/// Builds one conversation's frames over Ethernet; every call appends one, `gap` after the one before.
class Conversation {
public:
    std::string client = "10.0.0.1";
    std::string server = "10.0.0.2";
    std::uint16_t clientPort = 40000;
    std::uint16_t serverPort = 80;
    base::Nanoseconds now = seconds(1'700'000'000);
    base::Nanoseconds gap = milliseconds(10);
    std::vector<Frame> frames;

    Conversation& wait(base::Nanoseconds time);
    /// TCP; ports of `segment` are set from the conversation.
    Conversation& out(TcpSegment segment);
    Conversation& in(TcpSegment segment);
    Conversation& udpOut(std::size_t payload);
    Conversation& udpIn(std::size_t payload);
    /// SYN, SYN-ACK, ACK from sequence numbers 1000 (client) and 5000 (server).
    Conversation& handshake();
    /// FIN and its acknowledgement each way; the numbers are those of the next byte of each side.
    Conversation& goodbye(std::uint32_t clientNext, std::uint32_t serverNext);

private:
    Conversation& append(const Bytes& ip);
};

/// Frames of several conversations in order of time.
[[nodiscard]] std::vector<Frame> merged(const std::vector<Conversation>& conversations);

struct Reported {
    flow::FlowId id;
    flow::FlowRecord record;
};
/// Everything that the assembler's sink was told, in that order.
[[nodiscard]] std::vector<Reported> assemble(const std::vector<Frame>& frames,
                                             const flow::AssemblerSettings& settings = {});

} // namespace flowscent::test
