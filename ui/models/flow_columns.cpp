// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/flow_columns.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace flowscent::ui {

namespace {

using enum UsedByModel;

constexpr auto forPeople = "It is for people and filters: a detector that knew it would find the laboratory again.";

constexpr std::array<FlowColumnText, flowColumns> texts{{
    {"label", "Label", "Label", "What you said of the flow: threat (M), not this (X), unsure (U). Del clears it.",
     nullptr, nullptr, Partly, "Flows marked as threat and not this are what a detector learns from.", "label",
     "not this mm"},
    {"verdict", "Verdict", "Verdict",
     "Threat when the score lies at or above the line, unsure where the detector does not know, else normal.",
     "score ≥ line; the line follows from the false-alarm budget, or is the detector's own (0.5)", nullptr, Answer,
     nullptr, "verdict", "mm normal"},
    {"score", "Score", "Score",
     "Likeness to your examples; alarms of the detector's own line begin at 0.5. It ranks: it is no probability of "
     "guilt.",
     "1 / (1 + e^(-(logit - line) / temperature))", "0 to 1", Answer, nullptr, "score", "mmmmmm 0.000", true},
    {"rank", "Rank", "Rank", "Place among all flows of the capture; 1 is the highest score.",
     "1 + number of flows with a higher score", "place", Answer, nullptr, nullptr, "000 000", true},
    {"one_in_n", "1 in N", "One in N",
     "How rare such a score is among flows taken for normal: of so many normal flows one scores as high.",
     "1 / p; p = (1 + baseline flows that score as high) / (1 + baseline flows)", "flows", Answer, nullptr, "p",
     "1 in 000 000", true},
    {"score_b", "Score B", "Score B", "Score by the adaptation that was kept for comparison.",
     "as the score, by the kept detector", "0 to 1", Answer, nullptr, nullptr, "mmmmmm 0.000", true},
    {"change", "Δ", "Change of score", "What the latest adaptation changed against the one kept for comparison.",
     "score - score B", "-1 to 1", Answer, nullptr, "delta", "+0.000", true},
    {"adaptation", "By", "Adaptation", "The adaptation that the score comes from: a7 is the seventh of this hunt.",
     nullptr, nullptr, Answer, nullptr, nullptr, "a0000"},
    {"start", "Start", "Start", "Time of the first packet, UTC.", nullptr, "date and time", No,
     "Times between packets are used, the hour of the day is not.", "start", "00:00:00.000"},
    {"duration", "Duration", "Duration", "How long the flow lasted.", "time of the last packet - time of the first",
     "seconds", Yes, nullptr, "dur", "0000.000 s", true},
    {"source", "Source", "Source", "The end that opened the conversation; ~ where this is a guess.", nullptr,
     "IP address", No, forPeople, "ip.src", "~ 000.000.000.000"},
    {"source_port", "Port", "Source port", "Port of the source; for ICMP the type.", nullptr, "0 to 65535", No,
     forPeople, "port.src", "00000", true},
    {"destination", "Destination", "Destination", "The end that was spoken to.", nullptr, "IP address", No, forPeople,
     "ip.dst", "000.000.000.000"},
    {"destination_port", "Port", "Destination port",
     "Port of the destination; for ICMP the code or the answering type.", nullptr, "0 to 65535", No, forPeople,
     "port.dst", "00000", true},
    {"protocol", "Proto", "Protocol", "Transport protocol.", nullptr, "keyword of IANA", Partly,
     "Only whether it is TCP.", "proto", "icmp6"},
    {"application", "App", "Application",
     "Application, as the first bytes tell; italic, with a question mark, where only the port does.", nullptr,
     "nDPI's name", No, forPeople, "app", "TLS.Microsoft"},
    {"host", "Host", "Host", "TLS server name, HTTP host or DNS question.", nullptr, nullptr, No, forPeople, "host",
     "updates.example.org"},
    {"packets_out", "Pkts →", "Packets, source to destination", "Packets from the source.", "count", "packets", Yes,
     nullptr, "pkts.out", "00 000", true},
    {"packets_in", "Pkts ←", "Packets, destination to source", "Packets from the destination.", "count", "packets", Yes,
     nullptr, "pkts.in", "00 000", true},
    {"bytes_out", "Bytes →", "Bytes, source to destination", "Bytes on the wire from the source.",
     "sum of frame lengths", "bytes", Partly, "It sees payload, not the frames around it.", "bytes.out", "0 000 000",
     true},
    {"bytes_in", "Bytes ←", "Bytes, destination to source", "Bytes on the wire from the destination.",
     "sum of frame lengths", "bytes", Partly, "It sees payload, not the frames around it.", "bytes.in", "0 000 000",
     true},
    {"state", "State", "State", "How the TCP connection went, in Zeek's letters.", nullptr, nullptr, Partly,
     "It counts SYN, FIN and RST and whether the handshake was seen; the letters themselves it does not see.", "state",
     "RSTOS0"},
    {"shape", "Shape", "Shape", "The first 32 packets: up from the source, down from the destination.",
     "height = log(1 + payload) / log(1501)", "bytes of payload", Yes, "Without packets that are noise.", nullptr,
     "mmmmmmmm"},
    {"packets", "Pkts", "Packets", "Packets of both directions.", "packets → + packets ←", "packets", Partly,
     "Each direction by itself.", "pkts", "00 000", true},
    {"bytes", "Bytes", "Bytes", "Bytes on the wire, both directions.", "bytes → + bytes ←", "bytes", Partly,
     "It sees payload, not the frames around it.", "bytes", "0 000 000", true},
    {"gap_mean", "Gap", "Mean gap", "Mean time between one packet and the next, of either direction, noise left out.",
     "sum of gaps / number of gaps", "seconds", Yes, nullptr, "iat.mean", "0000.000 s", true},
    {"gap_deviation", "Gap σ", "Spread of gaps",
     "How far gaps scatter around their mean. Beacons have little of it for the length of their gaps.",
     "population standard deviation of the gaps", "seconds", Yes, nullptr, "iat.std", "0000.000 s", true},
    {"icmp_errors", "ICMP", "ICMP errors", "ICMP errors of others about the flow while it was open.", "count",
     "messages", No, nullptr, "icmp.errors", "00 000", true},
    {"guessed", "Guessed", "Direction guessed",
     "Whether source and destination are a guess, because no opening packet was seen.", nullptr, nullptr, No, nullptr,
     "guessed", "guessed"},
    {"vlan", "VLAN", "VLAN", "Id of the outermost VLAN tag.", nullptr, "1 to 4094", No, forPeople, "vlan", "0000",
     true},
    {"tunnel", "Tunnel", "Tunnel", "What carried the flow inside other datagrams.", nullptr, nullptr, No, forPeople,
     "tunnel", "geneve"},
    {"origin", "Origin", "Origin", "Where the flow was counted: packets, Zeek's conn.log or Suricata's EVE.", nullptr,
     nullptr, No, "Flows of logs have no packets and so no score.", "origin", "suricata"},
    {"file", "File", "File", "The capture that holds the flow's first packet.", nullptr, nullptr, No, nullptr, "file",
     "first-hunt-2026.pcap"},
    {"community_id", "Community ID", "Community ID", "Flow hash that Zeek, Suricata and SIEMs share. Y copies it.",
     "1: and the SHA-1 of protocol, addresses and ports in base64", nullptr, No, nullptr, "cid",
     "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
    {"category", "Category", "Category", "nDPI's category of the application.", nullptr, nullptr, No, forPeople,
     "category", "RemoteAccess"},
    {"alpn", "ALPN", "ALPN", "Protocol within TLS: the one chosen, else those offered.", nullptr, nullptr, No,
     forPeople, "alpn", "h2,http/1.1"},
    {"agent", "Agent", "Agent", "HTTP User-Agent, or the SSH client's version line.", nullptr, nullptr, No, forPeople,
     "agent", "SSH-2.0-OpenSSH_9.2p1"},
    {"software", "Software", "Software", "HTTP Server, or the SSH server's version line.", nullptr, nullptr, No,
     forPeople, "software", "SSH-2.0-OpenSSH_9.2p1"},
    {"client_print", "JA3 / HASSH", "JA3 or HASSH", "Fingerprint of the TLS or SSH client.",
     "MD5 of what the client offers, in its order", nullptr, No, forPeople, "ja3", "e7d705a3286e19ea42f587b344ee6865"},
    {"server_print", "JA3S / HASSH server", "JA3S or HASSH server", "Fingerprint of the TLS or SSH server.",
     "MD5 of what the server chose or offers", nullptr, No, forPeople, "ja3s", "e7d705a3286e19ea42f587b344ee6865"},
    {"ja4", "JA4", "JA4", "Fingerprint of the TLS or QUIC client that does not see the order of what it offers.",
     "counts in clear, then two truncated SHA-256", nullptr, No, forPeople, "ja4",
     "t13d1516h2_8daaf6152771_e5627efa2ab1"},
    {"risks", "Risks", "Risks", "What nDPI finds odd.", nullptr, nullptr, No, forPeople, "risk",
     "Self-signed Certificate"},
}};

QString translated(const char* text)
{
    return QCoreApplication::translate("FlowTableModel", text);
}

QString usageText(const FlowColumnText& column)
{
    QString text;
    switch (column.used) {
    case No:
        text = translated("no.");
        break;
    case Yes:
        text = translated("yes.");
        break;
    case Partly:
        text = translated("in part.");
        break;
    case Answer:
        text = translated("no; it is the model's answer.");
        break;
    }
    return column.usage == nullptr ? text : text + QLatin1Char(' ') + translated(column.usage);
}

} // namespace

const FlowColumnText& columnText(FlowColumn column)
{
    return texts[static_cast<std::size_t>(column)];
}

std::optional<FlowColumn> columnOfKey(const QString& key)
{
    const auto* found =
        std::ranges::find_if(texts, [&](const FlowColumnText& text) { return key == QLatin1String(text.key); });
    return found == texts.end() ? std::nullopt : std::optional(static_cast<FlowColumn>(found - texts.begin()));
}

QString columnExplanation(FlowColumn column)
{
    const FlowColumnText& text = columnText(column);
    QString rows;
    const auto row = [&rows](const QString& name, const QString& value) {
        rows += QStringLiteral("<tr><td><b>%1</b>&nbsp;&nbsp;</td><td>%2</td></tr>").arg(name, value.toHtmlEscaped());
    };
    if (text.formula != nullptr)
        row(translated("Formula"), translated(text.formula));
    if (text.unit != nullptr)
        row(translated("Unit"), translated(text.unit));
    row(translated("Used by the model"), usageText(text));
    row(translated("Filter field"), text.field != nullptr ? QString::fromUtf8(text.field) : translated("none"));
    return QStringLiteral("<p>%1</p><table>%2</table>").arg(translated(text.what).toHtmlEscaped(), rows);
}

} // namespace flowscent::ui
