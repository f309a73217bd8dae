// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/identity_columns.h"

#include "engine/base/csv.h"

#include <array>
#include <string>

namespace flowscent::cli {

namespace {

using identify::Identity;

struct Column {
    std::string_view name;
    std::string (*value)(const flow::FlowTable&, const Identity&);
};

std::string risksText(const Identity& identity)
{
    std::string text;
    for (const std::string_view risk : identify::riskTexts(identity.risks))
        text.append(text.empty() ? "" : "; ").append(risk);
    return text;
}

template <identify::NameId Identity::*name>
std::string nameText(const flow::FlowTable& table, const Identity& identity)
{
    return std::string(table.text(identity.*name));
}

/// JA3 and HASSH share their place; a flow has one or the other.
template <identify::NameId Identity::*name, bool ssh>
std::string printText(const flow::FlowTable& table, const Identity& identity)
{
    return identity.ssh() == ssh ? nameText<name>(table, identity) : std::string();
}

constexpr std::array<Column, 14> columns{{
    {"app", nameText<&Identity::application>},
    {"category", nameText<&Identity::category>},
    {"confidence",
     [](const flow::FlowTable&, const Identity& identity) { return std::string(identify::text(identity.confidence)); }},
    {"host", nameText<&Identity::host>},
    {"alpn", nameText<&Identity::alpn>},
    {"agent", nameText<&Identity::agent>},
    {"software", nameText<&Identity::software>},
    {"tls_version",
     [](const flow::FlowTable&, const Identity& identity) { return identify::tlsVersionText(identity.tlsVersion); }},
    {"ja3", printText<&Identity::clientPrint, false>},
    {"ja3s", printText<&Identity::serverPrint, false>},
    {"ja4", nameText<&Identity::ja4>},
    {"hassh", printText<&Identity::clientPrint, true>},
    {"hassh_server", printText<&Identity::serverPrint, true>},
    {"risks", [](const flow::FlowTable&, const Identity& identity) { return risksText(identity); }},
}};

/// Names are printable ASCII.
std::string jsonText(const std::string& text)
{
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

} // namespace

void writeIdentityHeader(std::ostream& out)
{
    for (const Column& column : columns)
        out << ',' << column.name;
}

void writeIdentityCsv(std::ostream& out, const flow::FlowTable& table, flow::FlowId id)
{
    const Identity identity = table.identity(id);
    for (const Column& column : columns)
        out << ',' << base::csvField(column.value(table, identity));
}

void writeIdentityJson(std::ostream& out, const flow::FlowTable& table, flow::FlowId id)
{
    const Identity identity = table.identity(id);
    for (const Column& column : columns) {
        const std::string value = column.value(table, identity);
        if (!value.empty())
            out << ",\"" << column.name << "\":" << jsonText(value);
    }
}

} // namespace flowscent::cli
