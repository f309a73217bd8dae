// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/flow_columns.h"

#include <array>

namespace flowscent::ui {

const FlowColumnText& columnText(FlowColumn column)
{
    static constexpr std::array<FlowColumnText, flowColumns> texts{{
        {"Label", "What you said of the flow: threat (M), not this (X), unsure (U). Del clears it.", "not this mm"},
        {"Verdict", "Threat when the score lies at or above the detector's line.", "mm normal"},
        {"Score", "Likeness to your examples, 0 to 1; alarms begin at 0.5. It ranks: it is no probability of guilt.",
         "mmmmmm 0.000", true},
        {"Rank", "Place among all flows of the capture; 1 is the highest score.", "000 000", true},
        {"Score B", "Score by the adaptation that was kept for comparison.", "mmmmmm 0.000", true},
        {"Δ", "Score minus score B: what the latest adaptation changed.", "+0.000", true},
        {"Start", "Time of the first packet, UTC. Unit: date and time. Used by the model: no.", "00:00:00.000"},
        {"Duration", "Time from the first to the last packet. Unit: seconds. Used by the model: yes.", "0000.000 s",
         true},
        {"Source", "The end that opened the conversation; ~ where this is a guess. Used by the model: no.",
         "~ 000.000.000.000"},
        {"Port", "Source port; for ICMP the type. Used by the model: no.", "00000", true},
        {"Destination", "The end that was spoken to. Used by the model: no.", "000.000.000.000"},
        {"Port", "Destination port; for ICMP the code or answering type. Used by the model: no.", "00000", true},
        {"Proto", "Transport protocol.", "icmp6"},
        {"App", "Application, as its first bytes tell; ? where only the port does. Used by the model: no.",
         "TLS.Microsoft"},
        {"Host", "TLS server name, HTTP host or DNS question. Used by the model: no.", "updates.example.org"},
        {"Pkts →", "Packets from source to destination. Used by the model: yes.", "00 000", true},
        {"Pkts ←", "Packets from destination to source. Used by the model: yes.", "00 000", true},
        {"Bytes →", "Bytes on the wire from source to destination. Used by the model: as payload sums.", "0 000 000",
         true},
        {"Bytes ←", "Bytes on the wire from destination to source. Used by the model: as payload sums.", "0 000 000",
         true},
        {"State", "How the TCP connection went, in Zeek's letters.", "RSTOS0"},
        {"Shape",
         "Payload of the first 32 packets: up from the source, down from the destination. Used by the model: yes.",
         "mmmmmmmm"},
        {"Community ID", "Flow hash that Zeek, Suricata and SIEMs share. Y copies it.",
         "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
        {"Category", "nDPI's category of the application. Used by the model: no.", "RemoteAccess"},
        {"ALPN", "Protocol within TLS: the one chosen, else those offered. Used by the model: no.", "h2,http/1.1"},
        {"Agent", "HTTP User-Agent, or the SSH client's version line. Used by the model: no.", "SSH-2.0-OpenSSH_9.2p1"},
        {"Software", "HTTP Server, or the SSH server's version line. Used by the model: no.", "SSH-2.0-OpenSSH_9.2p1"},
        {"JA3 / HASSH", "Fingerprint of the TLS or SSH client. Used by the model: no.",
         "e7d705a3286e19ea42f587b344ee6865"},
        {"JA3S / HASSH server", "Fingerprint of the TLS or SSH server. Used by the model: no.",
         "e7d705a3286e19ea42f587b344ee6865"},
        {"JA4", "Fingerprint of the TLS or QUIC client that does not see their order. Used by the model: no.",
         "t13d1516h2_8daaf6152771_e5627efa2ab1"},
        {"Risks", "What nDPI finds odd. Used by the model: no.", "Self-signed Certificate"},
    }};
    return texts[static_cast<std::size_t>(column)];
}

} // namespace flowscent::ui
