// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/id.h"
#include "engine/base/timestamp.h"
#include "engine/capture/packet_source.h"
#include "engine/identify/identity.h"
#include "engine/packet/headers.h"

namespace flowscent::flow {

/// Row of a flow in its FlowTable: the n-th flow whose first packet was seen. Stays true while a capture is read.
using FlowId = base::Id<struct FlowTag>;

/// Who spoke with whom. `client` is the end that opened the conversation as far as one can tell.
struct FlowKey {
    packet::Endpoint client;
    packet::Endpoint server;
    std::uint8_t protocol = 0; ///< IP protocol number

    friend auto operator<=>(const FlowKey&, const FlowKey&) = default;
};

/// Zeek's conn_state letters (https://docs.zeek.org, base/protocols/conn/main.zeek); None for what is not TCP.
enum class TcpState : std::uint8_t { None, S0, S1, SF, REJ, S2, S3, RSTO, RSTR, RSTOS0, RSTRH, SH, SHR, OTH };
[[nodiscard]] std::string_view text(TcpState state);

/// Why a flow is over.
enum class FlowEnd : std::uint8_t { Open, Idle, ActiveTimeout, TcpClose, SourceEnded, PortReused };

/// Where a row was counted: from packets that we have seen, or by a sensor whose log says so.
enum class Origin : std::uint8_t { Packets, ZeekLog, SuricataEve, Count };
/// "packets", "zeek", "suricata".
[[nodiscard]] std::string_view text(Origin origin);
/// "Zeek's conn.log", "Suricata's EVE log"; "a capture" for Packets.
[[nodiscard]] std::string_view sourceText(Origin origin);

/// Why a row of a log has no score and can be no example.
inline constexpr std::string_view withoutPackets = "imported from a log, without packets";

/// Marks of one packet within its flow.
enum ObservationMark : std::uint8_t {
    FromServer = 0x01,
    Retransmission = 0x02, ///< TCP payload whose sequence range was seen before
    OutOfOrder = 0x04,     ///< TCP payload that fills a gap
    KeepAlive = 0x08,      ///< TCP probe of at most one byte just below the next expected sequence number
    DuplicateAck = 0x10,   ///< no payload and nothing new acknowledged
};
inline constexpr std::uint8_t noiseMarks = Retransmission | OutOfOrder | KeepAlive | DuplicateAck;

/// What the model may know of one packet, in native units.
struct Observation {
    std::int64_t sinceStart = 0;     ///< ns since the flow's first packet; may run backwards on a bad clock
    std::uint32_t payloadLength = 0; ///< bytes of transport payload
    std::uint16_t tcpWindow = 0;     ///< unscaled
    std::uint8_t tcpFlags = 0;
    std::uint8_t marks = 0; ///< ObservationMark bits

    friend bool operator==(const Observation&, const Observation&) = default;
};
static_assert(sizeof(Observation) == 16);

/// Running sums over all packets of one direction (or of both, for gaps), exact whatever the flow's length.
struct Sums {
    std::uint64_t count = 0;
    double sum = 0;
    double sumOfSquares = 0;
    double smallest = 0; ///< 0 while count == 0
    double largest = 0;

    void add(double value)
    {
        smallest = count == 0 || value < smallest ? value : smallest;
        largest = count == 0 || value > largest ? value : largest;
        ++count;
        sum += value;
        sumOfSquares += value * value;
    }
    [[nodiscard]] double mean() const { return count == 0 ? 0.0 : sum / static_cast<double>(count); }
    [[nodiscard]] double deviation() const; ///< population standard deviation
    friend bool operator==(const Sums&, const Sums&) = default;
};

/// Counters of 32 bits stand still at their greatest value: "at least so many" is true, beginning anew is not.
inline void countUpIf(bool condition, std::uint32_t& counter)
{
    counter += condition && counter != UINT32_MAX ? 1 : 0;
}

/// Index of a direction in two-element arrays.
inline constexpr std::size_t outward = 0; ///< client to server
inline constexpr std::size_t inward = 1;  ///< server to client

/// Everything counted over the whole life of a flow, noise included unless said otherwise. Of a flow turned round once
/// its client was known, as if it had been known from the start.
struct FlowStatistics {
    std::array<std::uint64_t, 2> packets{};
    std::array<std::uint64_t, 2> bytes{}; ///< bytes on the wire (frame lengths)
    std::array<Sums, 2> payload{};        ///< transport payload bytes per packet, noise left out
    std::array<Sums, 2> gaps{};           ///< seconds between packets of the same direction, noise left out
    Sums allGaps;                         ///< seconds between consecutive packets of either direction, noise left out
    std::array<std::array<std::uint32_t, 6>, 2> flags{}; ///< FIN SYN RST PSH ACK URG counts per direction
    std::array<std::uint32_t, 2> withPayload{};          ///< packets that carry payload, noise left out
    std::uint32_t turns = 0;                             ///< how often the direction of payload changed
    std::int64_t handshakeRtt = -1;                      ///< ns from SYN to the answering SYN-ACK; -1 when not seen
    std::uint32_t retransmissions = 0;
    std::uint32_t outOfOrder = 0;
    std::uint32_t keepAlives = 0;
    std::uint32_t duplicateAcks = 0;
    std::uint32_t zeroWindows = 0;
    std::uint32_t icmpErrors = 0; ///< messages of others about this flow while it was open
    std::uint8_t icmpType = 0;    ///< of the latest of them
    std::uint8_t icmpCode = 0;

    friend bool operator==(const FlowStatistics&, const FlowStatistics&) = default;
};

/// How many packets of a flow the model can look at (engine/features uses the first 32 that are not noise).
inline constexpr std::size_t keptObservations = 48;

/// One conversation as a value. A finished one, or a snapshot of one that goes on (end == Open).
struct FlowRecord {
    FlowKey key;
    base::Nanoseconds start = 0;
    base::Nanoseconds last = 0; ///< time of the last packet
    TcpState state = TcpState::None;
    FlowEnd end = FlowEnd::Open;
    bool directionGuessed = false; ///< client chosen by port or by the first packet, not by SYN
    std::uint16_t vlan = 0;
    packet::Tunnel tunnel = packet::Tunnel::None; ///< of the first packet
    Origin origin = Origin::Packets;              ///< of a log: no observations, no places, and most statistics unknown
    identify::Identity identity;                  ///< texts are in the names of the assembler's settings
    FlowStatistics statistics;
    std::vector<Observation> observations;    ///< the first keptObservations packets
    std::vector<capture::PacketPlace> places; ///< every packet, in order of arrival; empty for a live source

    friend bool operator==(const FlowRecord&, const FlowRecord&) = default;
};

/// "tcp", "udp", "icmp", "icmp6", "sctp", another keyword of IANA's, or the number.
[[nodiscard]] std::string protocolText(std::uint8_t protocol);
/// The inverse, in any case; also reads numbers. 0 when unknown.
[[nodiscard]] std::uint8_t protocolNumber(std::string_view text);

} // namespace flowscent::flow
