// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/logs/zeek_conn.h"

#include "engine/packet/icmp.h"

#include <algorithm>
#include <limits>

namespace flowscent::logs {

using flow::inward;
using flow::LineFault;
using flow::outward;
using flow::TcpState;

namespace {

constexpr std::array<std::string_view, connFields> names{
    "ts",        "id.orig_h",     "id.orig_p",  "id.resp_h",     "id.resp_p",  "proto",
    "ip_proto",  "duration",      "orig_bytes", "resp_bytes",    "conn_state", "history",
    "orig_pkts", "orig_ip_bytes", "resp_pkts",  "resp_ip_bytes", "vlan",       "community_id"};

/// Steps of the reading share the first fault: what is missing or wrong is told once.
class Reading {
public:
    explicit Reading(const ConnRow& row)
        : m_row(row)
    {
    }

    template <class Value>
    std::optional<Value> optional(ConnField field, std::optional<Value> (*read)(const FieldValue&), LineFault wrong)
    {
        const auto& value = m_row[field];
        if (!value)
            return std::nullopt;
        auto meant = read(*value);
        if (!meant)
            note(wrong);
        return meant;
    }

    template <class Value>
    Value required(ConnField field, std::optional<Value> (*read)(const FieldValue&), LineFault wrong)
    {
        if (!m_row[field])
            note(LineFault::MissingField);
        return optional(field, read, wrong).value_or(Value{});
    }

    std::uint64_t count(ConnField field) { return optional(field, countOf, LineFault::BadNumber).value_or(0); }

    void note(LineFault fault)
    {
        if (!m_fault)
            m_fault = fault;
    }
    [[nodiscard]] const std::optional<LineFault>& fault() const { return m_fault; }

private:
    const ConnRow& m_row;
    std::optional<LineFault> m_fault;
};

/// Zeek calls both ICMPs "icmp". What it has no name for comes with its number where the log has that column.
std::uint8_t protocolOf(Reading& reading, bool v6)
{
    const auto name = reading.required<std::string_view>(ConnField::Protocol, textOf, LineFault::BadProtocol);
    const auto number = reading.optional<std::uint64_t>(ConnField::IpProtocol, countOf, LineFault::BadNumber);
    if (name == "icmp")
        return static_cast<std::uint8_t>(v6 ? packet::Protocol::Icmp6 : packet::Protocol::Icmp);
    std::uint8_t protocol = flow::protocolNumber(name);
    if (protocol == 0 && number && *number <= 255)
        protocol = static_cast<std::uint8_t>(*number);
    if (protocol == 0)
        reading.note(LineFault::BadProtocol);
    return protocol;
}

TcpState stateOf(std::string_view letters)
{
    for (int state = static_cast<int>(TcpState::S0); state <= static_cast<int>(TcpState::OTH); ++state) {
        if (flow::text(static_cast<TcpState>(state)) == letters)
            return static_cast<TcpState>(state);
    }
    return TcpState::None;
}

bool closes(TcpState state)
{
    switch (state) {
    case TcpState::SF:
    case TcpState::REJ:
    case TcpState::RSTO:
    case TcpState::RSTR:
    case TcpState::RSTOS0:
    case TcpState::RSTRH:
        return true;
    default:
        return false;
    }
}

/// '^' in the history: Zeek turned the connection round by its ports. Without s or h no opening was seen.
bool guessed(std::string_view history, bool tcp)
{
    const bool opened = history.find_first_of("sShH") != std::string_view::npos;
    return history.find('^') != std::string_view::npos || (tcp && !opened);
}

/// As in our own flows the port of an ICMP query's responder is the answering type (Zeek does the same, whatever its
/// documentation says of a code).
std::uint16_t icmpResponder(std::uint16_t type, std::uint16_t written, bool v6)
{
    return type <= 255 ? packet::icmpCounterpart(static_cast<std::uint8_t>(type), v6)
                             .value_or(static_cast<std::uint8_t>(std::min<std::uint16_t>(written, 255)))
                       : written;
}

void readEnds(Reading& reading, flow::FlowRecord& record)
{
    flow::FlowKey& key = record.key;
    key.client.address = reading.required(ConnField::OriginatorAddress, addressOf, LineFault::BadAddress);
    key.server.address = reading.required(ConnField::ResponderAddress, addressOf, LineFault::BadAddress);
    key.client.port = reading.required(ConnField::OriginatorPort, portOf, LineFault::BadNumber);
    key.server.port = reading.required(ConnField::ResponderPort, portOf, LineFault::BadNumber);
    const bool v6 = key.client.address.v6;
    if (key.server.address.v6 != v6)
        reading.note(LineFault::BadAddress);
    key.protocol = protocolOf(reading, v6);
    if (key.protocol == static_cast<std::uint8_t>(packet::Protocol::Icmp) ||
        key.protocol == static_cast<std::uint8_t>(packet::Protocol::Icmp6))
        key.server.port = icmpResponder(key.client.port, key.server.port, v6);
}

void readTimes(Reading& reading, flow::FlowRecord& record)
{
    record.start = reading.required(ConnField::Time, timeOf, LineFault::BadTime);
    const auto lasted = reading.optional(ConnField::Duration, durationOf, LineFault::BadTime).value_or(0);
    if (lasted > std::numeric_limits<base::Nanoseconds>::max() - record.start)
        reading.note(LineFault::BadTime);
    else
        record.last = record.start + lasted;
}

void readVolume(Reading& reading, flow::FlowStatistics& sums)
{
    sums.packets = {reading.count(ConnField::OriginatorPackets), reading.count(ConnField::ResponderPackets)};
    sums.bytes = {reading.count(ConnField::OriginatorIpBytes), reading.count(ConnField::ResponderIpBytes)};
    const std::array<std::uint64_t, 2> payload{reading.count(ConnField::OriginatorBytes),
                                               reading.count(ConnField::ResponderBytes)};
    for (const std::size_t way : {outward, inward}) {
        sums.payload[way].count = sums.packets[way];
        sums.payload[way].sum = static_cast<double>(payload[way]);
    }
}

} // namespace

std::optional<ConnField> connField(std::string_view name)
{
    const auto* found = std::ranges::find(names, name);
    return found == names.end() ? std::nullopt : std::optional(static_cast<ConnField>(found - names.begin()));
}

ParsedLine flowOf(const ConnRow& row)
{
    Reading reading(row);
    LoggedFlow logged;
    flow::FlowRecord& record = logged.record;
    record.origin = flow::Origin::ZeekLog;
    readTimes(reading, record);
    readEnds(reading, record);
    readVolume(reading, record.statistics);
    const bool tcp = record.key.protocol == static_cast<std::uint8_t>(packet::Protocol::Tcp);
    const auto text = [&](ConnField field) {
        return reading.optional<std::string_view>(field, textOf, LineFault::Malformed).value_or("");
    };
    if (tcp)
        record.state = stateOf(text(ConnField::State));
    record.directionGuessed = guessed(text(ConnField::History), tcp);
    record.end = closes(record.state) ? flow::FlowEnd::TcpClose : flow::FlowEnd::Idle;
    const auto vlan = reading.count(ConnField::Vlan);
    if (vlan > 4095)
        reading.note(LineFault::BadNumber);
    record.vlan = static_cast<std::uint16_t>(vlan & 0xfff);
    logged.communityId = text(ConnField::CommunityId);
    if (reading.fault())
        return *reading.fault();
    return logged;
}

} // namespace flowscent::logs
