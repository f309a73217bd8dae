// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/dns_question.h"

namespace flowscent::identify {

namespace {

constexpr std::size_t longestName = 255;

/// The question comes first in a message, so nothing lies before its name that a pointer could mean.
bool readName(Cursor& message, std::string& name)
{
    std::size_t length = 0;
    while (true) {
        const std::size_t label = message.u8();
        if (message.failed() || label > 63)
            return false;
        if (label == 0)
            break;
        length += label + 1;
        if (length > longestName)
            return false;
        if (!name.empty())
            name += '.';
        for (const char c : characters(message.take(label))) {
            if (c == '.' || c == '\\')
                name += '\\';
            name += c;
        }
    }
    if (name.empty())
        name = ".";
    return !message.failed();
}

struct Counts {
    std::uint16_t questions = 0;
    std::uint16_t answers = 0;
    std::uint16_t authorities = 0;
    std::uint16_t additionals = 0;
};

/// Opcode QUERY, reserved bit clear; a query answers nothing and claims no result.
bool isPlain(std::uint16_t flags, const Counts& counts)
{
    const bool response = (flags & 0x8000) != 0;
    if ((flags & 0x7840) != 0 || counts.questions != 1)
        return false;
    return response ||
           ((flags & 0x000f) == 0 && counts.answers == 0 && counts.authorities == 0 && counts.additionals <= 2);
}

} // namespace

Finding parseDnsMessage(Bytes bytes, bool anyPort, DnsQuestion& question)
{
    Cursor message(bytes);
    message.skip(2); // transaction id
    const std::uint16_t flags = message.u16();
    const Counts counts{message.u16(), message.u16(), message.u16(), message.u16()};
    question.response = (flags & 0x8000) != 0;
    if (message.failed() || counts.questions == 0 || !readName(message, question.name))
        return Finding::Other;
    question.type = message.u16();
    const std::uint16_t dnsClass = message.u16();
    if (message.failed())
        return Finding::Other;
    if (!anyPort)
        return Finding::Found;
    const bool plain = isPlain(flags, counts) && dnsClass == 1 && question.type != 0 && question.name != ".";
    const bool whole = counts.answers + counts.authorities + counts.additionals > 0 || message.atEnd();
    return plain && whole ? Finding::Found : Finding::Other;
}

Finding parseDnsStream(Bytes stream, DnsQuestion& question)
{
    Cursor cursor(stream);
    const std::size_t length = cursor.u16();
    if (cursor.failed())
        return Finding::Incomplete;
    const Bytes message = cursor.take(length);
    if (cursor.failed()) // the question lies at the front: the rest need not be there
        return parseDnsMessage(stream.subspan(2), false, question) == Finding::Found ? Finding::Found
                                                                                     : Finding::Incomplete;
    return parseDnsMessage(message, false, question);
}

} // namespace flowscent::identify
