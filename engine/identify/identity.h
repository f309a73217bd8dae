// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/identify/names.h"

namespace flowscent::identify {

/// What we ourselves understood of a flow's first bytes.
enum class Spoken : std::uint8_t { Nothing, Tls, Dtls, Quic, Http, Dns, Ssh };
[[nodiscard]] std::string_view text(Spoken spoken);

/// How the application was found, weakest first, as nDPI grades it.
enum class Confidence : std::uint8_t {
    None,
    Port,    ///< by the server's port alone: a guess
    Address, ///< by the addresses
    Cache,   ///< by what other flows of the same host had said
    Payload, ///< by the bytes
};
/// "port", "address", ...; empty for None.
[[nodiscard]] std::string_view text(Confidence confidence);

/// Who and what a flow is, as far as its first bytes tell. For people: the model never sees it. Texts are ids in the
/// Names of the table that the flow belongs to.
struct Identity {
    NameId application;           ///< "TLS.YouTube": the protocol, then the service when it is known
    NameId category;              ///< nDPI's, such as "Web" or "RemoteAccess"
    NameId host;                  ///< TLS server name, HTTP host or DNS question, in lower case
    NameId alpn;                  ///< the protocol that the server chose, or all that the client offered: "h2,http/1.1"
    NameId agent;                 ///< HTTP User-Agent, or the SSH client's version line
    NameId software;              ///< HTTP Server, or the SSH server's version line
    NameId clientPrint;           ///< JA3 of TLS, HASSH of SSH
    NameId serverPrint;           ///< JA3S of TLS, hasshServer of SSH
    NameId ja4;                   ///< of TLS and QUIC
    std::uint16_t tlsVersion = 0; ///< 0x0304 for TLS 1.3: the server's choice, else the client's best offer
    Spoken spoken = Spoken::Nothing;
    Confidence confidence = Confidence::None; ///< in `application`
    std::uint64_t risks = 0;                  ///< bit n: nDPI's risk n

    [[nodiscard]] bool ssh() const { return spoken == Spoken::Ssh; }
    friend bool operator==(const Identity&, const Identity&) = default;
};
static_assert(sizeof(Identity) == 48, "millions of them are kept");

/// "TLS 1.3", "DTLS 1.2", "SSL 3.0"; hex for others, empty for 0.
[[nodiscard]] std::string tlsVersionText(std::uint16_t version);

/// What nDPI calls the risk of that bit; empty when there is none (or this build has no nDPI).
[[nodiscard]] std::string_view riskText(unsigned bit);
/// All of them, e.g. {"Self-signed Certificate", "Missing SNI TLS Extension"}.
[[nodiscard]] std::vector<std::string_view> riskTexts(std::uint64_t risks);

/// Bytes off the wire as text that can stand in a table: printable ASCII stays, the rest becomes \xNN. At most `most`
/// bytes are looked at.
[[nodiscard]] std::string printable(std::string_view bytes, std::size_t most = 255);
/// The same in lower case and without a final full stop, as host names compare.
[[nodiscard]] std::string hostText(std::string_view bytes);

} // namespace flowscent::identify
