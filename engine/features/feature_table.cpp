// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/features/feature_table.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace flowscent::features {

using flow::inward;
using flow::outward;
using packet::TcpFlag;

namespace {

constexpr double microseconds = 1e6; ///< per second
constexpr double milliseconds = 1e3;
constexpr double longestGap = 60.0; ///< seconds; longer pauses look alike

bool fromServer(const flow::Observation& packet)
{
    return (packet.marks & flow::FromServer) != 0;
}

double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0.0;
}

double packets(const StatisticInput& in)
{
    return static_cast<double>(in.sums.packets[outward] + in.sums.packets[inward]);
}

double payload(const StatisticInput& in)
{
    return in.sums.payload[outward].sum + in.sums.payload[inward].sum;
}

/// Quantile (nearest rank) of the non-empty payloads of one direction among the first packets; 0 without any.
double payloadQuantile(const StatisticInput& in, std::size_t direction, double share)
{
    std::array<std::uint32_t, sequenceLength> sizes{};
    std::size_t count = 0;
    for (const auto& packet : in.packets) {
        if (packet.payloadLength > 0 && fromServer(packet) == (direction == inward))
            sizes[count++] = packet.payloadLength;
    }
    if (count == 0)
        return 0;
    std::sort(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(count));
    return sizes[static_cast<std::size_t>(std::lround(share * static_cast<double>(count - 1)))];
}

double firstPayload(const StatisticInput& in, std::size_t direction)
{
    const auto found = std::ranges::find_if(in.packets, [&](const flow::Observation& packet) {
        return packet.payloadLength > 0 && fromServer(packet) == (direction == inward);
    });
    return found == in.packets.end() ? 0.0 : found->payloadLength;
}

double flagShare(const StatisticInput& in, std::size_t direction, std::size_t bit)
{
    return ratio(in.sums.flags[direction][bit], static_cast<double>(in.sums.packets[direction]));
}

template <std::size_t bit>
double flagCount(const StatisticInput& in)
{
    return static_cast<double>(in.sums.flags[outward][bit]) + in.sums.flags[inward][bit];
}

double noiseShare(const StatisticInput& in)
{
    const auto& sums = in.sums;
    return ratio(static_cast<double>(sums.retransmissions) + sums.outOfOrder + sums.keepAlives + sums.duplicateAcks,
                 packets(in));
}

using In = const StatisticInput&;

constexpr std::array<StatisticRow, 45> statistics{{
    {{"packets_out", "Packets, client to server", "packets", "count of packets sent by the client", Squash::Log},
     [](In in) { return static_cast<double>(in.sums.packets[outward]); }},
    {{"packets_in", "Packets, server to client", "packets", "count of packets sent by the server", Squash::Log},
     [](In in) { return static_cast<double>(in.sums.packets[inward]); }},
    {{"payload_out", "Payload, client to server", "bytes",
      "sum of transport payload sent by the client, noise left out", Squash::Log},
     [](In in) { return in.sums.payload[outward].sum; }},
    {{"payload_in", "Payload, server to client", "bytes", "sum of transport payload sent by the server, noise left out",
      Squash::Log},
     [](In in) { return in.sums.payload[inward].sum; }},
    {{"payload_out_mean", "Mean payload, client to server", "bytes",
      "payload_out / packets of the client without noise", Squash::Log},
     [](In in) { return in.sums.payload[outward].mean(); }},
    {{"payload_in_mean", "Mean payload, server to client", "bytes", "payload_in / packets of the server without noise",
      Squash::Log},
     [](In in) { return in.sums.payload[inward].mean(); }},
    {{"payload_out_std", "Spread of payload, client to server", "bytes",
      "population standard deviation of the client's payload sizes", Squash::Log},
     [](In in) { return in.sums.payload[outward].deviation(); }},
    {{"payload_in_std", "Spread of payload, server to client", "bytes",
      "population standard deviation of the server's payload sizes", Squash::Log},
     [](In in) { return in.sums.payload[inward].deviation(); }},
    {{"payload_out_max", "Largest payload, client to server", "bytes", "max of the client's payload sizes",
      Squash::Log},
     [](In in) { return in.sums.payload[outward].largest; }},
    {{"payload_in_max", "Largest payload, server to client", "bytes", "max of the server's payload sizes", Squash::Log},
     [](In in) { return in.sums.payload[inward].largest; }},
    {{"with_payload_out", "Packets with payload, client to server", "packets",
      "count of the client's packets with payload > 0", Squash::Log},
     [](In in) { return static_cast<double>(in.sums.withPayload[outward]); }},
    {{"with_payload_in", "Packets with payload, server to client", "packets",
      "count of the server's packets with payload > 0", Squash::Log},
     [](In in) { return static_cast<double>(in.sums.withPayload[inward]); }},
    {{"payload_out_share", "Client's share of payload", "ratio",
      "payload_out / (payload_out + payload_in), 0 without payload", Squash::None},
     [](In in) { return ratio(in.sums.payload[outward].sum, payload(in)); }},
    {{"packets_out_share", "Client's share of packets", "ratio", "packets_out / (packets_out + packets_in)",
      Squash::None},
     [](In in) { return ratio(static_cast<double>(in.sums.packets[outward]), packets(in)); }},
    {{"duration", "Duration", "ms", "time from the first to the last packet", Squash::Log},
     [](In in) { return in.seconds * milliseconds; }},
    {{"gap_mean", "Mean gap", "ms", "mean time between consecutive packets, noise left out", Squash::Log},
     [](In in) { return in.sums.allGaps.mean() * milliseconds; }},
    {{"gap_std", "Spread of gaps", "ms", "population standard deviation of the gaps", Squash::Log},
     [](In in) { return in.sums.allGaps.deviation() * milliseconds; }},
    {{"gap_max", "Longest gap", "ms", "max of the gaps", Squash::Log},
     [](In in) { return in.sums.allGaps.largest * milliseconds; }},
    {{"gap_min", "Shortest gap", "us", "min of the gaps", Squash::Log},
     [](In in) { return in.sums.allGaps.smallest * microseconds; }},
    {{"gap_cv", "Irregularity of gaps", "ratio", "gap_std / gap_mean, 0 without gaps", Squash::Log},
     [](In in) { return ratio(in.sums.allGaps.deviation(), in.sums.allGaps.mean()); }},
    {{"gap_out_mean", "Mean gap, client to server", "ms", "mean time between consecutive packets of the client",
      Squash::Log},
     [](In in) { return in.sums.gaps[outward].mean() * milliseconds; }},
    {{"gap_out_std", "Spread of gaps, client to server", "ms", "population standard deviation of the client's gaps",
      Squash::Log},
     [](In in) { return in.sums.gaps[outward].deviation() * milliseconds; }},
    {{"gap_in_mean", "Mean gap, server to client", "ms", "mean time between consecutive packets of the server",
      Squash::Log},
     [](In in) { return in.sums.gaps[inward].mean() * milliseconds; }},
    {{"gap_in_std", "Spread of gaps, server to client", "ms", "population standard deviation of the server's gaps",
      Squash::Log},
     [](In in) { return in.sums.gaps[inward].deviation() * milliseconds; }},
    {{"turns", "Turns", "count", "how often the direction of payload changed", Squash::Log},
     [](In in) { return static_cast<double>(in.sums.turns); }},
    {{"handshake_rtt", "Handshake round trip", "us", "time from the SYN to the SYN-ACK, 0 when not seen", Squash::Log},
     [](In in) { return static_cast<double>(std::max<std::int64_t>(0, in.sums.handshakeRtt)) / 1e3; }},
    {{"handshake_seen", "Handshake seen", "flag", "1 when SYN and SYN-ACK were seen", Squash::None},
     [](In in) { return in.sums.handshakeRtt >= 0 ? 1.0 : 0.0; }},
    {{"syn", "SYN segments", "packets", "count of SYN flags, both directions", Squash::Log}, flagCount<1>},
    {{"fin", "FIN segments", "packets", "count of FIN flags, both directions", Squash::Log}, flagCount<0>},
    {{"rst", "RST segments", "packets", "count of RST flags, both directions", Squash::Log}, flagCount<2>},
    {{"psh_out_share", "PSH share, client to server", "ratio", "client's packets with PSH / packets_out", Squash::None},
     [](In in) { return flagShare(in, outward, 3); }},
    {{"psh_in_share", "PSH share, server to client", "ratio", "server's packets with PSH / packets_in", Squash::None},
     [](In in) { return flagShare(in, inward, 3); }},
    {{"first_payload_out", "First payload, client to server", "bytes",
      "size of the client's first payload among the first 32", Squash::Log},
     [](In in) { return firstPayload(in, outward); }},
    {{"first_payload_in", "First payload, server to client", "bytes",
      "size of the server's first payload among the first 32", Squash::Log},
     [](In in) { return firstPayload(in, inward); }},
    {{"payload_out_q25", "Lower quartile of payload, client", "bytes",
      "25 % of the client's payloads among the first 32", Squash::Log},
     [](In in) { return payloadQuantile(in, outward, 0.25); }},
    {{"payload_out_q50", "Median payload, client", "bytes", "median of the client's payloads among the first 32",
      Squash::Log},
     [](In in) { return payloadQuantile(in, outward, 0.5); }},
    {{"payload_out_q75", "Upper quartile of payload, client", "bytes",
      "75 % of the client's payloads among the first 32", Squash::Log},
     [](In in) { return payloadQuantile(in, outward, 0.75); }},
    {{"payload_in_q25", "Lower quartile of payload, server", "bytes",
      "25 % of the server's payloads among the first 32", Squash::Log},
     [](In in) { return payloadQuantile(in, inward, 0.25); }},
    {{"payload_in_q50", "Median payload, server", "bytes", "median of the server's payloads among the first 32",
      Squash::Log},
     [](In in) { return payloadQuantile(in, inward, 0.5); }},
    {{"payload_in_q75", "Upper quartile of payload, server", "bytes",
      "75 % of the server's payloads among the first 32", Squash::Log},
     [](In in) { return payloadQuantile(in, inward, 0.75); }},
    {{"payload_rate", "Payload per second", "bytes/s", "(payload_out + payload_in) / (duration + 1 ms)", Squash::Log},
     [](In in) { return payload(in) / (in.seconds + 1e-3); }},
    {{"packet_rate", "Packets per second", "packets/s", "(packets_out + packets_in) / (duration + 1 ms)", Squash::Log},
     [](In in) { return packets(in) / (in.seconds + 1e-3); }},
    {{"noise_share", "Share of noise", "ratio",
      "(retransmissions + out-of-order + keep-alives + duplicate ACKs) / all packets", Squash::None},
     noiseShare},
    {{"zero_windows", "Zero windows", "packets", "count of segments that announce a window of 0", Squash::Log},
     [](In in) { return static_cast<double>(in.sums.zeroWindows); }},
    {{"is_tcp", "TCP", "flag", "1 when the flow is TCP", Squash::None},
     [](In in) { return in.protocol == static_cast<std::uint8_t>(packet::Protocol::Tcp) ? 1.0 : 0.0; }},
}};

using Packet = const PacketInput&;

constexpr std::array<PacketRow, sequenceFields> fields{{
    {{"size", "Signed payload size", "bytes", "+payload from the client, -payload from the server", Squash::SignedLog},
     [](Packet in) { return (fromServer(in.packet) ? -1.0 : 1.0) * in.packet.payloadLength; }},
    {{"direction", "Direction", "flag", "+1 from the client, -1 from the server", Squash::None},
     [](Packet in) { return fromServer(in.packet) ? -1.0 : 1.0; }},
    {{"gap", "Gap", "us", "time since the packet before, 0 for the first, at most 60 s", Squash::Log},
     [](Packet in) {
         if (in.before == nullptr)
             return 0.0;
         const double seconds = static_cast<double>(in.packet.sinceStart - in.before->sinceStart) / 1e9;
         return std::clamp(seconds, 0.0, longestGap) * microseconds;
     }},
    {{"opens_or_closes", "SYN, FIN or RST", "flag", "1 when any of the three flags is set", Squash::None},
     [](Packet in) { return (in.packet.tcpFlags & (TcpFlag::Syn | TcpFlag::Fin | TcpFlag::Rst)) != 0 ? 1.0 : 0.0; }},
    {{"push", "PSH", "flag", "1 when PSH is set", Squash::None},
     [](Packet in) { return (in.packet.tcpFlags & TcpFlag::Psh) != 0 ? 1.0 : 0.0; }},
    {{"window_ratio", "Change of window", "log ratio",
      "log((window + 1) / (first window of the same direction + 1)), 0 unless TCP", Squash::None},
     [](Packet in) { return std::log((in.packet.tcpWindow + 1.0) / (in.firstWindow + 1.0)); }},
    {{"burst", "Place in burst", "packets", "packets of the same direction in a row before this one", Squash::Log},
     [](Packet in) { return static_cast<double>(in.burst); }},
    {{"valid", "Packet present", "flag", "1 for a packet, 0 where the flow has ended", Squash::None},
     [](Packet) { return 1.0; }},
}};

} // namespace

std::span<const StatisticRow> statisticRows()
{
    return statistics;
}

std::span<const PacketRow> packetRows()
{
    return fields;
}

} // namespace flowscent::features
