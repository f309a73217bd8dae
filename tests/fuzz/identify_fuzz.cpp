// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/dns_question.h"
#include "engine/identify/flow_head.h"
#include "engine/identify/http_head.h"
#include "engine/identify/quic_initial.h"
#include "engine/identify/ssh_head.h"
#include "engine/identify/tls_messages.h"
#include "engine/identify/tls_prints.h"
#include "tests/fuzz/check.h"

#include <algorithm>
#include <array>

using namespace flowscent::identify;

namespace {

void tls(Bytes bytes)
{
    HelloMessage message;
    if (findHello(bytes, message) == Finding::Found) {
        FLOWSCENT_CHECK(message.body.size() <= longestHello);
        FLOWSCENT_CHECK(beginsHello(bytes) || bytes.size() > 5);
    }
    for (const bool datagram : {false, true}) {
        if (const auto hello = parseClientHello(bytes, datagram)) {
            FLOWSCENT_CHECK(ja3(*hello).size() == 32);
            FLOWSCENT_CHECK(ja4(*hello, Carrier::Tcp).size() == 36);
            FLOWSCENT_CHECK(2 * hello->ciphers.size() <= bytes.size());
        }
    }
    if (const auto hello = parseServerHello(bytes))
        FLOWSCENT_CHECK(ja3s(*hello).size() == 32);
    (void)findDatagramHello(bytes, message);
}

void http(Bytes bytes)
{
    HttpHead head;
    (void)parseHttpHead(bytes, head);
    FLOWSCENT_CHECK(head.host.size() <= bytes.size() && head.agent.size() <= bytes.size());
    FLOWSCENT_CHECK(hostText(head.host).size() <= 4 * 255);
}

void dns(Bytes bytes)
{
    DnsQuestion question;
    const Finding strict = parseDnsMessage(bytes, true, question);
    if (parseDnsMessage(bytes, false, question = {}) == Finding::Found)
        FLOWSCENT_CHECK(!question.name.empty() && question.name.size() <= 2 * 255);
    else
        FLOWSCENT_CHECK(strict != Finding::Found);
    (void)parseDnsStream(bytes, question = {});
}

void ssh(Bytes bytes)
{
    SshHead head;
    if (parseSshHead(bytes, head) == Finding::Found)
        FLOWSCENT_CHECK(head.clientAlgorithms.size() <= bytes.size() + 3);
    FLOWSCENT_CHECK(head.banner.size() <= 255);
}

void quic(Bytes bytes)
{
    Bytes datagram = bytes;
    while (const auto packet = nextInitial(datagram))
        (void)openInitial(*packet, packet->connection, true);
    FirstBytes stream;
    (void)collectCrypto(bytes, stream);
    FLOWSCENT_CHECK(stream.bytes().size() <= std::min(bytes.size(), FirstBytes::most));
}

/// A conversation: per packet a byte of side and protocol, a port from a few, a sequence number and a length.
void conversation(Bytes bytes)
{
    Names names;
    Identity identity;
    FlowHead head;
    Cursor script(bytes);
    const std::uint8_t protocol = (script.u8() & 1) != 0 ? 6 : 17;
    while (!script.atEnd()) {
        const std::uint8_t first = script.u8();
        const std::uint16_t sequence = script.u16();
        const Bytes payload = script.take(std::min<std::size_t>(script.u16(), script.left().size()));
        const FlowPacket packet{.payload = payload,
                                .sequence = sequence,
                                .sourcePort = static_cast<std::uint16_t>((first & 2) != 0 ? 53 : 4000),
                                .protocol = protocol,
                                .side = static_cast<std::uint8_t>(first & 1)};
        (void)head.take(packet, 0, names, identity);
        FLOWSCENT_CHECK(head.memory() <= 45'000);
        FLOWSCENT_CHECK(identity.host.value < names.size() && identity.alpn.value < names.size());
    }
}

} // namespace

/// The first byte chooses the parser, the rest is its input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::array parsers{tls, http, dns, ssh, quic, conversation};
    if (size > 0)
        parsers[data[0] % parsers.size()](Bytes(data + 1, size - 1));
    return 0;
}
