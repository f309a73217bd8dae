// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/flow_builder.h"

#include <algorithm>

namespace flowscent::test {

using packet::TcpFlag;

Conversation& Conversation::wait(base::Nanoseconds time)
{
    now += time;
    return *this;
}

Conversation& Conversation::append(const Bytes& ip)
{
    frames.push_back({.bytes = ethernet(ip), .time = now});
    now += gap;
    return *this;
}

Conversation& Conversation::out(TcpSegment segment)
{
    segment.from = clientPort;
    segment.to = serverPort;
    return append(ipPacket(6, client, server, tcp(segment)));
}

Conversation& Conversation::in(TcpSegment segment)
{
    segment.from = serverPort;
    segment.to = clientPort;
    return append(ipPacket(6, server, client, tcp(segment)));
}

Conversation& Conversation::udpOut(std::size_t payload)
{
    return append(ipPacket(17, client, server, udp(clientPort, serverPort, payload)));
}

Conversation& Conversation::udpIn(std::size_t payload)
{
    return append(ipPacket(17, server, client, udp(serverPort, clientPort, payload)));
}

Conversation& Conversation::handshake()
{
    out({.flags = TcpFlag::Syn, .sequence = 1000});
    in({.flags = TcpFlag::Syn | TcpFlag::Ack, .sequence = 5000, .acknowledged = 1001});
    return out({.flags = TcpFlag::Ack, .sequence = 1001, .acknowledged = 5001});
}

Conversation& Conversation::goodbye(std::uint32_t clientNext, std::uint32_t serverNext)
{
    out({.flags = TcpFlag::Fin | TcpFlag::Ack, .sequence = clientNext, .acknowledged = serverNext});
    in({.flags = TcpFlag::Fin | TcpFlag::Ack, .sequence = serverNext, .acknowledged = clientNext + 1});
    return out({.flags = TcpFlag::Ack, .sequence = clientNext + 1, .acknowledged = serverNext + 1});
}

std::vector<Frame> merged(const std::vector<Conversation>& conversations)
{
    std::vector<Frame> frames;
    for (const Conversation& conversation : conversations)
        frames.insert(frames.end(), conversation.frames.begin(), conversation.frames.end());
    std::ranges::stable_sort(frames, {}, &Frame::time);
    return frames;
}

std::vector<Reported> assemble(const std::vector<Frame>& frames, const flow::AssemblerSettings& settings)
{
    std::vector<Reported> reported;
    flow::FlowAssembler assembler(settings, [&reported](flow::FlowId id, const flow::FlowView& seen) {
        reported.push_back({id, seen.record()});
    });
    for (const Frame& frame : frames)
        assembler.add(view(frame));
    assembler.finish();
    return reported;
}

} // namespace flowscent::test
