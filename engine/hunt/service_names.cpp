// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/service_names.h"

#include "engine/packet/headers.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace flowscent::hunt {

namespace {

// The code is the place in this list.
constexpr std::array<std::string_view, 28> names{"",      "ftp",  "ssh",      "telnet",     "smtp", "dns",   "dhcp",
                                                 "tftp",  "http", "kerberos", "pop3",       "ntp",  "msrpc", "smb",
                                                 "imap",  "snmp", "ldap",     "tls",        "ipp",  "ldaps", "mqtt",
                                                 "mysql", "rdp",  "sip",      "postgresql", "mdns", "vnc",   "netbios"};

constexpr std::uint32_t code(std::string_view name)
{
    return static_cast<std::uint32_t>(std::ranges::find(names, name) - names.begin());
}

struct Registered {
    std::uint16_t port;
    std::uint32_t code;
};

constexpr std::array<Registered, 38> registered{
    {{20, code("ftp")},   {21, code("ftp")},    {22, code("ssh")},      {23, code("telnet")},
     {25, code("smtp")},  {53, code("dns")},    {67, code("dhcp")},     {68, code("dhcp")},
     {69, code("tftp")},  {80, code("http")},   {88, code("kerberos")}, {110, code("pop3")},
     {123, code("ntp")},  {135, code("msrpc")}, {137, code("netbios")}, {138, code("netbios")},
     {139, code("smb")},  {143, code("imap")},  {161, code("snmp")},    {162, code("snmp")},
     {389, code("ldap")}, {443, code("tls")},   {445, code("smb")},     {465, code("smtp")},
     {587, code("smtp")}, {631, code("ipp")},   {636, code("ldaps")},   {853, code("tls")},
     {993, code("imap")}, {995, code("pop3")},  {1883, code("mqtt")},   {3306, code("mysql")},
     {3389, code("rdp")}, {5060, code("sip")},  {5353, code("mdns")},   {5432, code("postgresql")},
     {5900, code("vnc")}, {8080, code("http")}}};
static_assert(std::ranges::is_sorted(registered, {}, &Registered::port));

} // namespace

std::uint32_t serviceAt(std::uint8_t protocol, std::uint16_t port)
{
    using packet::Protocol;
    if (protocol != static_cast<std::uint8_t>(Protocol::Tcp) && protocol != static_cast<std::uint8_t>(Protocol::Udp))
        return 0;
    const auto* found = std::ranges::lower_bound(registered, port, {}, &Registered::port);
    return found == registered.end() || found->port != port ? 0 : found->code;
}

std::string serviceName(std::uint32_t code)
{
    return std::string(names.at(code));
}

std::uint32_t serviceCount()
{
    return static_cast<std::uint32_t>(names.size());
}

std::vector<std::uint16_t> servicePorts(std::uint32_t code)
{
    std::vector<std::uint16_t> ports;
    for (const Registered& one : registered) {
        if (one.code == code)
            ports.push_back(one.port);
    }
    return ports;
}

} // namespace flowscent::hunt
