// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/ssh_head.h"

#include <algorithm>
#include <array>

namespace flowscent::identify {

namespace {

constexpr std::size_t longestLine = 255;     ///< RFC 4253, section 4.2
constexpr std::size_t longestPreface = 2048; ///< of lines that a server may send ahead of it
constexpr std::size_t longestPacket = 35000; ///< section 6.1
constexpr std::uint8_t kexInit = 20;

/// The line that begins with "SSH-"; `text` goes on behind it.
Finding readBanner(std::string_view& text, std::string& banner)
{
    constexpr std::string_view mark = "SSH-";
    if (text.substr(0, mark.size()) != mark.substr(0, text.size())) {
        const std::size_t before = text.substr(0, longestPreface).find("\nSSH-");
        if (before == std::string_view::npos)
            return Finding::Other;
        text.remove_prefix(before + 1);
    }
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos)
        return text.size() > longestLine ? Finding::Other : Finding::Incomplete;
    banner = text.substr(0, std::min(end, longestLine));
    if (banner.ends_with('\r'))
        banner.pop_back();
    text.remove_prefix(end + 1);
    return Finding::Found;
}

Finding readKexInit(Bytes bytes, SshHead& head)
{
    Cursor packet(bytes);
    const std::size_t length = packet.u32();
    packet.skip(1); // padding length
    const std::uint8_t type = packet.u8();
    if (packet.failed())
        return Finding::Incomplete;
    if (type != kexInit || length < 2 || length > longestPacket)
        return Finding::Other;
    Cursor message(packet.take(length - 2));
    if (packet.failed())
        return Finding::Incomplete;
    message.skip(16); // cookie
    std::array<std::string_view, 8> lists;
    for (std::string_view& list : lists)
        list = characters(message.take(message.u32()));
    if (message.failed())
        return Finding::Other;
    // key exchange, host key, then encryption, MAC and compression, each outward and inward
    const auto joined = [&lists](std::size_t direction) {
        std::string text(lists[0]);
        for (const std::size_t list : {2U, 4U, 6U})
            text.append(";").append(lists[list + direction]);
        return text;
    };
    head.clientAlgorithms = joined(0);
    head.serverAlgorithms = joined(1);
    return Finding::Found;
}

} // namespace

Finding parseSshHead(Bytes stream, SshHead& head)
{
    std::string_view text = characters(stream);
    if (const Finding finding = readBanner(text, head.banner); finding != Finding::Found)
        return finding;
    return readKexInit(stream.last(text.size()), head);
}

} // namespace flowscent::identify
