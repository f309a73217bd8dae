// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/identity_notes.h"

#include "engine/base/digest.h"

namespace flowscent::identify {

namespace {

constexpr std::size_t longestAgent = 512;

void setOnce(NameId& name, Names& names, const std::string& text)
{
    if (name == NameId{} && !text.empty())
        name = names.add(text);
}

std::string joined(const std::vector<std::string>& protocols)
{
    std::string text;
    for (const std::string& protocol : protocols) {
        if (!text.empty())
            text += ',';
        text += protocol;
    }
    return printable(text);
}

Spoken spokenOver(Carrier carrier)
{
    switch (carrier) {
    case Carrier::Tcp:
        return Spoken::Tls;
    case Carrier::Quic:
        return Spoken::Quic;
    case Carrier::Datagrams:
        return Spoken::Dtls;
    }
    return Spoken::Tls;
}

void noteClientHello(const ClientHello& hello, Carrier carrier, Names& names, Identity& identity)
{
    const bool known = identity.clientPrint != NameId{};
    setOnce(identity.host, names, hostText(hello.serverName));
    setOnce(identity.clientPrint, names, ja3(hello));
    setOnce(identity.ja4, names, ja4(hello, carrier));
    if (!known && identity.serverPrint == NameId{}) { // else the server has chosen already
        identity.tlsVersion = bestVersion(hello);
        setOnce(identity.alpn, names, joined(hello.alpn));
    }
}

void noteServerHello(const ServerHello& hello, Names& names, Identity& identity)
{
    if (identity.serverPrint != NameId{})
        return;
    identity.tlsVersion = hello.chosenVersion;
    if (!hello.alpn.empty())
        identity.alpn = names.add(printable(hello.alpn));
    identity.serverPrint = names.add(ja3s(hello));
}

} // namespace

bool noteHello(const HelloMessage& message, Carrier carrier, Names& names, Identity& identity)
{
    if (message.type == 1) {
        const auto hello = parseClientHello(message.body, carrier == Carrier::Datagrams);
        if (!hello)
            return false;
        noteClientHello(*hello, carrier, names, identity);
    } else {
        const auto hello = parseServerHello(message.body);
        if (!hello)
            return false;
        noteServerHello(*hello, names, identity);
    }
    identity.spoken = spokenOver(carrier);
    return true;
}

void noteHttp(const HttpHead& head, Names& names, Identity& identity)
{
    if (identity.spoken == Spoken::Nothing)
        identity.spoken = Spoken::Http;
    setOnce(identity.host, names, hostText(head.host));
    setOnce(identity.agent, names, printable(head.agent, longestAgent));
    setOnce(identity.software, names, printable(head.server, longestAgent));
}

void noteDns(const DnsQuestion& question, Names& names, Identity& identity)
{
    if (identity.spoken == Spoken::Nothing)
        identity.spoken = Spoken::Dns;
    setOnce(identity.host, names, hostText(question.name));
}

void noteSsh(const SshHead& head, bool fromClient, bool complete, Names& names, Identity& identity)
{
    identity.spoken = Spoken::Ssh;
    setOnce(fromClient ? identity.agent : identity.software, names, printable(head.banner));
    if (complete && fromClient)
        setOnce(identity.clientPrint, names, base::md5Hex(head.clientAlgorithms));
    else if (complete)
        setOnce(identity.serverPrint, names, base::md5Hex(head.serverAlgorithms));
}

} // namespace flowscent::identify
