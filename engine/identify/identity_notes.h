// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/identify/dns_question.h"
#include "engine/identify/http_head.h"
#include "engine/identify/identity.h"
#include "engine/identify/ssh_head.h"
#include "engine/identify/tls_messages.h"
#include "engine/identify/tls_prints.h"

/// What each protocol's first bytes put into an Identity. What is known already stays; a later protocol within the same
/// flow (TLS after CONNECT or STARTTLS) adds to it.
namespace flowscent::identify {

/// False when the message is broken.
bool noteHello(const HelloMessage& hello, Carrier carrier, Names& names, Identity& identity);
void noteHttp(const HttpHead& head, Names& names, Identity& identity);
void noteDns(const DnsQuestion& question, Names& names, Identity& identity);
/// `complete`: the algorithms are there, not only the banner.
void noteSsh(const SshHead& head, bool fromClient, bool complete, Names& names, Identity& identity);

} // namespace flowscent::identify
