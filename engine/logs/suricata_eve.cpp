// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/logs/suricata_eve.h"

#include "engine/packet/icmp.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace flowscent::logs {

using flow::LineFault;
using flow::TcpState;
using packet::Protocol;
using packet::TcpFlag;

namespace {

enum Member : std::uint8_t {
    EventType,
    SourceAddress,
    SourcePort,
    DestinationAddress,
    DestinationPort,
    ProtocolName,
    IcmpType,
    IcmpCode,
    Vlan,
    CommunityId,
    PacketsToServer,
    PacketsToClient,
    BytesToServer,
    BytesToClient,
    Start,
    End,
    Reason,
    FlagsToServer,
    FlagsToClient,
    Members
};
struct MemberName {
    std::string_view inside;
    std::string_view name;
};
constexpr std::array<MemberName, Members> names{{{"", "event_type"},
                                                 {"", "src_ip"},
                                                 {"", "src_port"},
                                                 {"", "dest_ip"},
                                                 {"", "dest_port"},
                                                 {"", "proto"},
                                                 {"", "icmp_type"},
                                                 {"", "icmp_code"},
                                                 {"", "vlan"},
                                                 {"", "community_id"},
                                                 {"flow", "pkts_toserver"},
                                                 {"flow", "pkts_toclient"},
                                                 {"flow", "bytes_toserver"},
                                                 {"flow", "bytes_toclient"},
                                                 {"flow", "start"},
                                                 {"flow", "end"},
                                                 {"flow", "reason"},
                                                 {"tcp", "tcp_flags_ts"},
                                                 {"tcp", "tcp_flags_tc"}}};

/// The members that are read, and the first thing that was wrong with them.
class Event {
public:
    void set(std::string_view inside, std::string_view name, const FieldValue& value)
    {
        const auto* found = std::ranges::find_if(
            names, [&](const MemberName& member) { return member.inside == inside && member.name == name; });
        if (found != names.end())
            m_values[static_cast<std::size_t>(found - names.begin())] = value;
    }

    [[nodiscard]] bool has(Member member) const { return m_values[member].has_value(); }

    template <class Value>
    std::optional<Value> get(Member member, std::optional<Value> (*read)(const FieldValue&), LineFault wrong)
    {
        if (!has(member))
            return std::nullopt;
        auto meant = read(*m_values[member]);
        if (!meant)
            note(wrong);
        return meant;
    }

    template <class Value>
    Value need(Member member, std::optional<Value> (*read)(const FieldValue&), LineFault wrong)
    {
        if (!has(member))
            note(LineFault::MissingField);
        return get(member, read, wrong).value_or(Value{});
    }

    std::uint64_t count(Member member) { return get(member, countOf, LineFault::BadNumber).value_or(0); }
    std::string_view text(Member member)
    {
        return get<std::string_view>(member, textOf, LineFault::Malformed).value_or("");
    }

    void note(LineFault fault)
    {
        if (!m_fault)
            m_fault = fault;
    }
    [[nodiscard]] const std::optional<LineFault>& fault() const { return m_fault; }

private:
    std::array<std::optional<FieldValue>, Members> m_values;
    std::optional<LineFault> m_fault;
};

/// Suricata writes the flags that were seen in one direction as a hexadecimal number: "1b".
std::optional<std::uint8_t> flagsOf(const FieldValue& value)
{
    const auto text = textOf(value);
    unsigned flags = 0;
    if (!text || text->empty() || text->size() > 2 ||
        std::from_chars(text->data(), text->data() + text->size(), flags, 16).ptr != text->data() + text->size())
        return std::nullopt;
    return static_cast<std::uint8_t>(flags);
}

bool has(std::uint8_t flags, TcpFlag flag)
{
    return (flags & flag) != 0;
}

/// Zeek's letters from the flags of both ends. Suricata does not say in what order they came: where both broke the
/// connection off, the client counts; a reset after a close by both is a close.
TcpState stateFrom(std::uint8_t client, std::uint8_t server)
{
    using enum TcpFlag;
    const bool asked = has(client, Syn);
    const bool answered = has(server, Syn);
    if (asked && answered) {
        if (has(client, Fin) && has(server, Fin))
            return TcpState::SF;
        return has(client, Rst)   ? TcpState::RSTO
               : has(server, Rst) ? TcpState::RSTR
               : has(client, Fin) ? TcpState::S2
               : has(server, Fin) ? TcpState::S3
                                  : TcpState::S1;
    }
    if (asked)
        return has(server, Rst)   ? TcpState::REJ
               : has(client, Rst) ? TcpState::RSTOS0
               : has(client, Fin) ? TcpState::SH
                                  : TcpState::S0;
    if (answered)
        return has(server, Rst) ? TcpState::RSTRH : has(server, Fin) ? TcpState::SHR : TcpState::OTH;
    return TcpState::OTH;
}

std::uint8_t readProtocol(Event& event, bool v6)
{
    const std::string_view name = event.need<std::string_view>(ProtocolName, textOf, LineFault::BadProtocol);
    const std::uint8_t protocol = flow::protocolNumber(name);
    if (protocol == 0)
        event.note(LineFault::BadProtocol);
    const bool icmp = protocol == static_cast<std::uint8_t>(Protocol::Icmp);
    return icmp && v6 ? static_cast<std::uint8_t>(Protocol::Icmp6) : protocol;
}

/// Messages of ICMP have no ports but type and code, which make the key's ports as in our own flows.
void readPorts(Event& event, flow::FlowKey& key)
{
    const bool icmp6 = key.protocol == static_cast<std::uint8_t>(Protocol::Icmp6);
    if (icmp6 || key.protocol == static_cast<std::uint8_t>(Protocol::Icmp)) {
        const auto type = event.need(IcmpType, portOf, LineFault::BadNumber);
        const auto code = event.get(IcmpCode, portOf, LineFault::BadNumber).value_or(0);
        if (type > 255 || code > 255)
            return event.note(LineFault::BadNumber);
        key.client.port = type;
        key.server.port =
            packet::icmpCounterpart(static_cast<std::uint8_t>(type), icmp6).value_or(static_cast<std::uint8_t>(code));
        return;
    }
    const bool ported = key.protocol == static_cast<std::uint8_t>(Protocol::Tcp) ||
                        key.protocol == static_cast<std::uint8_t>(Protocol::Udp) ||
                        key.protocol == static_cast<std::uint8_t>(Protocol::Sctp);
    if (ported && (!event.has(SourcePort) || !event.has(DestinationPort)))
        event.note(LineFault::MissingField);
    key.client.port = event.get(SourcePort, portOf, LineFault::BadNumber).value_or(0);
    key.server.port = event.get(DestinationPort, portOf, LineFault::BadNumber).value_or(0);
}

void readEnds(Event& event, flow::FlowKey& key)
{
    key.client.address = event.need(SourceAddress, addressOf, LineFault::BadAddress);
    key.server.address = event.need(DestinationAddress, addressOf, LineFault::BadAddress);
    if (key.client.address.v6 != key.server.address.v6)
        event.note(LineFault::BadAddress);
    key.protocol = readProtocol(event, key.client.address.v6);
    readPorts(event, key);
}

void readTimes(Event& event, flow::FlowRecord& record)
{
    record.start = event.need(Start, timeOf, LineFault::BadTime);
    record.last = event.get(End, timeOf, LineFault::BadTime).value_or(record.start);
    if (record.last < record.start)
        event.note(LineFault::BadTime);
}

void readTcp(Event& event, flow::FlowRecord& record)
{
    if (record.key.protocol != static_cast<std::uint8_t>(Protocol::Tcp))
        return;
    const auto client = event.get(FlagsToServer, flagsOf, LineFault::BadNumber);
    const auto server = event.get(FlagsToClient, flagsOf, LineFault::BadNumber);
    if (!client && !server)
        return;
    record.state = stateFrom(client.value_or(0), server.value_or(0));
    record.directionGuessed = !has(client.value_or(0), packet::Syn) && !has(server.value_or(0), packet::Syn);
}

flow::FlowEnd endOf(Event& event, TcpState state)
{
    const bool closed = state == TcpState::SF || state == TcpState::RSTO || state == TcpState::RSTR ||
                        state == TcpState::REJ || state == TcpState::RSTOS0;
    if (closed)
        return flow::FlowEnd::TcpClose;
    return event.text(Reason) == "shutdown" ? flow::FlowEnd::SourceEnded : flow::FlowEnd::Idle;
}

ParsedLine flowOf(Event& event)
{
    LoggedFlow logged;
    flow::FlowRecord& record = logged.record;
    record.origin = flow::Origin::SuricataEve;
    readTimes(event, record);
    readEnds(event, record.key);
    readTcp(event, record);
    record.end = endOf(event, record.state);
    record.statistics.packets = {event.count(PacketsToServer), event.count(PacketsToClient)};
    record.statistics.bytes = {event.count(BytesToServer), event.count(BytesToClient)};
    const auto vlan = event.count(Vlan);
    if (vlan > 4095)
        event.note(LineFault::BadNumber);
    record.vlan = static_cast<std::uint16_t>(vlan & 0xfff);
    logged.communityId = event.text(CommunityId);
    if (event.fault())
        return *event.fault();
    return logged;
}

} // namespace

ParsedLine SuricataEve::parse(const Line& line)
{
    if (line.text.empty())
        return NoEvent{};
    Event event;
    const bool whole = m_json.parse(line.text, [&event](std::string_view inside, std::string_view name,
                                                        const FieldValue& value) { event.set(inside, name, value); });
    if (!whole)
        return line.ended ? LineFault::Malformed : LineFault::CutOff;
    if (!event.has(EventType))
        return LineFault::MissingField;
    return event.text(EventType) == "flow" ? flowOf(event) : OtherEvent{};
}

} // namespace flowscent::logs
