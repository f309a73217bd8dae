// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/flow_record.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace flowscent::flow {

namespace {

struct ProtocolName {
    std::uint8_t number;
    std::string_view name;
};
/// Those that become flows, and those that other tools' lists of flows name (IANA's keywords).
constexpr std::array<ProtocolName, 14> protocolNames{{{1, "icmp"},
                                                      {2, "igmp"},
                                                      {4, "ipip"},
                                                      {6, "tcp"},
                                                      {17, "udp"},
                                                      {41, "ipv6"},
                                                      {47, "gre"},
                                                      {50, "esp"},
                                                      {51, "ah"},
                                                      {58, "icmp6"},
                                                      {89, "ospf"},
                                                      {103, "pim"},
                                                      {112, "vrrp"},
                                                      {132, "sctp"}}};

} // namespace

std::string_view text(TcpState state)
{
    constexpr std::array<std::string_view, 14> names{"-",    "S0",   "S1",     "SF",    "REJ", "S2",  "S3",
                                                     "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH",  "SHR", "OTH"};
    return names[static_cast<std::size_t>(state)];
}

std::string_view text(Origin origin)
{
    constexpr std::array<std::string_view, 4> names{"packets", "zeek", "suricata", ""};
    return names[static_cast<std::size_t>(origin)];
}

std::string_view sourceText(Origin origin)
{
    constexpr std::array<std::string_view, 4> names{"a capture", "Zeek's conn.log", "Suricata's EVE log", ""};
    return names[static_cast<std::size_t>(origin)];
}

double Sums::deviation() const
{
    if (count == 0)
        return 0.0;
    const double average = mean();
    return std::sqrt(std::max(0.0, sumOfSquares / static_cast<double>(count) - average * average));
}

std::string protocolText(std::uint8_t protocol)
{
    const auto* found = std::ranges::find(protocolNames, protocol, &ProtocolName::number);
    return found != protocolNames.end() ? std::string(found->name) : std::to_string(protocol);
}

std::uint8_t protocolNumber(std::string_view text)
{
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower == "icmpv6" || lower == "ipv6-icmp")
        lower = "icmp6";
    const auto* found = std::ranges::find(protocolNames, std::string_view(lower), &ProtocolName::name);
    if (found != protocolNames.end())
        return found->number;
    std::uint8_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? number : std::uint8_t{0};
}

} // namespace flowscent::flow
