// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/http_head.h"

#include <algorithm>
#include <array>

namespace flowscent::identify {

namespace {

constexpr std::size_t longestMethod = 16;

/// Those of RFC 9110 and WebDAV (RFC 4918), and what media players and proxies use. A word that is none of these may
/// still be one: then the line must end in HTTP/1.
bool isTokenCharacter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool isNamed(std::string_view field, std::string_view name)
{
    return std::ranges::equal(field, name, {}, lower);
}

std::string_view trimmed(std::string_view text)
{
    const auto blank = " \t\r";
    const std::size_t begin = text.find_first_not_of(blank);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

/// "example.org:8080" and "[::1]:80" without their ports.
std::string_view withoutPort(std::string_view host)
{
    if (host.starts_with('[')) {
        const std::size_t end = host.find(']');
        return end == std::string_view::npos ? host : host.substr(1, end - 1);
    }
    return host.substr(0, host.find(':'));
}

/// The authority in the target of "CONNECT host:port" or "GET http://host/path".
std::string_view authorityOf(std::string_view method, std::string_view target)
{
    if (method == "CONNECT")
        return target;
    const std::size_t scheme = target.find("://");
    if (target.starts_with('/') || scheme == std::string_view::npos)
        return {};
    target.remove_prefix(scheme + 3);
    target = target.substr(0, target.find_first_of("/?#"));
    const std::size_t user = target.rfind('@');
    return user == std::string_view::npos ? target : target.substr(user + 1);
}

/// Other as soon as the first bytes cannot begin a request or response.
Finding judgeStart(std::string_view text)
{
    constexpr std::string_view version = "HTTP/1.";
    if (text.substr(0, version.size()) == version.substr(0, text.size()))
        return text.size() < version.size() ? Finding::Incomplete : Finding::Found;
    const auto end = std::ranges::find_if_not(text, isTokenCharacter) - text.begin();
    const auto length = static_cast<std::size_t>(end);
    if (length == 0 || length > longestMethod || (length < text.size() && text[length] != ' '))
        return Finding::Other;
    return length == text.size() ? Finding::Incomplete : Finding::Found;
}

/// "GET /path HTTP/1.1": method, target, version.
Finding readRequestLine(std::string_view line, HttpHead& head)
{
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(" HTTP/1.");
    if (first == std::string_view::npos || last == std::string_view::npos || last < first)
        return Finding::Other;
    head.request = true;
    if (last > first)
        head.host = withoutPort(authorityOf(line.substr(0, first), trimmed(line.substr(first, last - first))));
    return Finding::Found;
}

void readField(std::string_view line, bool& hostSeen, HttpHead& head)
{
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
        return;
    const std::string_view name = trimmed(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (head.request && !hostSeen && isNamed(name, "host")) {
        hostSeen = true;
        if (!value.empty())
            head.host = withoutPort(value);
    } else if (head.request && head.agent.empty() && isNamed(name, "user-agent")) {
        head.agent = value;
    } else if (!head.request && head.server.empty() && isNamed(name, "server")) {
        head.server = value;
    }
}

} // namespace

Finding parseHttpHead(Bytes stream, HttpHead& head)
{
    std::string_view text = characters(stream);
    while (text.starts_with("\r\n")) // RFC 9112, section 2.2: a server ought to look past these
        text.remove_prefix(2);
    if (const Finding start = judgeStart(text); start != Finding::Found)
        return start;
    bool hostSeen = false;
    for (bool first = true;; first = false) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos)
            return Finding::Incomplete;
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty())
            return Finding::Found;
        if (first && !line.starts_with("HTTP/1.")) {
            if (readRequestLine(line, head) == Finding::Other)
                return Finding::Other;
        } else if (!first) {
            readField(line, hostSeen, head);
        }
    }
}

} // namespace flowscent::identify
