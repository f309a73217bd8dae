// SPDX-License-Identifier: GPL-3.0-or-later
#include "settings.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

namespace flowscent::wan {
namespace {

using Words = std::map<std::string, std::string>;

constexpr std::string_view namespaces = "/run/netns/fslab-";
constexpr std::size_t mostLinks = 256;
constexpr std::size_t mostPrefixes = 4096;

Address fromBytes(const unsigned char* bytes)
{
    Address address;
    for (int i = 0; i < 8; ++i) {
        address.high = address.high << 8 | bytes[i];
        address.low = address.low << 8 | bytes[i + 8];
    }
    return address;
}

Address masked(const Address& address, int bits)
{
    const auto keep = [](std::uint64_t word, int count) {
        return count <= 0 ? 0 : count >= 64 ? word : word & ~(~std::uint64_t{0} >> count);
    };
    return {keep(address.high, bits), keep(address.low, bits - 64)};
}

bool isName(const std::string& text, std::size_t longest)
{
    const auto ordinary = [](unsigned char letter) {
        return std::isalnum(letter) != 0 || letter == '-' || letter == '_' || letter == '.';
    };
    return !text.empty() && text.size() <= longest && text.front() != '.' && std::ranges::all_of(text, ordinary);
}

std::vector<std::string> split(const std::string& text, char separator)
{
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);)
        parts.push_back(part);
    if (text.empty() || text.back() == separator)
        parts.emplace_back();
    return parts;
}

/// The first thing that is wrong; caught in readSettings, where the line is known.
struct Wrong {
    std::string text;
};

template <class Number>
Number number(const std::string& name, const std::string& text, Number least, Number most)
{
    Number value{};
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    // Written so that "nan" is refused.
    if (error != std::errc() || stop != end || !(value >= least && value <= most)) {
        std::ostringstream range;
        range << name << "=" << text << " is not a number from " << least << " to " << most;
        throw Wrong{range.str()};
    }
    return value;
}

Time milliseconds(const std::string& name, const std::string& text)
{
    return Time(std::llround(number<double>(name, text, 0, 5000) * 1e6));
}

double share(const std::string& name, const std::string& text)
{
    return number<double>(name, text, 0, 1);
}

std::vector<std::string> parts(const std::string& name, const std::string& text, std::size_t count)
{
    auto found = split(text, ':');
    if (found.size() != count)
        throw Wrong{name + "=" + text + " needs " + std::to_string(count) + " parts with colons between"};
    return found;
}

Jitter parseJitter(const std::string& text)
{
    const auto found = parts("jitter", text, 3);
    if (found[0] == "gamma")
        return {Jitter::Shape::Gamma, number<double>("jitter", found[1], 0.05, 100),
                number<double>("jitter", found[2], 0, 1000)};
    if (found[0] == "lognormal")
        return {Jitter::Shape::Lognormal, number<double>("jitter", found[1], 0, 1000),
                number<double>("jitter", found[2], 0, 3)};
    if (found[0] == "normal")
        return {Jitter::Shape::Normal, number<double>("jitter", found[1], 0, 1000),
                number<double>("jitter", found[2], 0, 1000)};
    throw Wrong{"jitter=" + text + " is neither gamma, lognormal nor normal"};
}

Loss parseLoss(const std::string& text)
{
    const auto found = parts("loss", text, 4);
    return {share("loss", found[0]), share("loss", found[1]), share("loss", found[2]), share("loss", found[3])};
}

Prefix parsePrefix(const std::string& text)
{
    const auto found = split(text, '/');
    const auto address = parseAddress(found[0]);
    if (!address || found.size() > 2)
        throw Wrong{"prefix " + text + " is not an address with a length"};
    const int all = address->isIpv4() ? 32 : 128;
    const int bits = found.size() == 2 ? number<int>("prefix length", found[1], 0, all) : all;
    const Prefix prefix{*address, bits + 128 - all};
    if (masked(*address, prefix.bits) != *address)
        throw Wrong{"prefix " + text + " has bits beyond its length"};
    if (!isForExamples(prefix))
        throw Wrong{"prefix " + text + " is outside the documentation and benchmark ranges"};
    return prefix;
}

Address parseRouter(const std::string& text, bool ipv4)
{
    const auto address = parseAddress(text);
    if (!address || address->isIpv4() != ipv4)
        throw Wrong{"router " + text + " is not an " + (ipv4 ? "IPv4" : "IPv6") + " address"};
    if (!isForExamples({*address, 128}))
        throw Wrong{"router " + text + " is outside the documentation and benchmark ranges"};
    return *address;
}

std::string parseNamespace(const std::string& text)
{
    if (!text.starts_with(namespaces) || !isName(text.substr(namespaces.size()), 200))
        throw Wrong{"namespace " + text + " is not one of the lab's (" + std::string(namespaces) + "NAME)"};
    return text;
}

std::string parseDevice(const std::string& text)
{
    if (!isName(text, 15))
        throw Wrong{"device " + text + " is no name for an interface (15 letters, digits, - _ . at most)"};
    return text;
}

/// One line of the file: what it is about, its bare words, and its key=value words; each is taken once.
class Line {
public:
    explicit Line(const std::string& text)
    {
        std::istringstream in(text);
        in >> m_kind;
        for (std::string word; in >> word;) {
            const auto equals = word.find('=');
            if (equals == std::string::npos)
                m_bare.push_back(word);
            else if (!m_pairs.emplace(word.substr(0, equals), word.substr(equals + 1)).second)
                throw Wrong{word.substr(0, equals) + " stands twice"};
        }
    }

    [[nodiscard]] const std::string& kind() const { return m_kind; }

    [[nodiscard]] const std::vector<std::string>& bare(std::size_t count) const
    {
        if (m_bare.size() != count)
            throw Wrong{m_kind + " needs " + std::to_string(count) + " words without = after it"};
        return m_bare;
    }

    std::optional<std::string> take(const std::string& key)
    {
        const auto node = m_pairs.extract(key);
        return node.empty() ? std::nullopt : std::optional(node.mapped());
    }

    std::string need(const std::string& key)
    {
        if (auto value = take(key))
            return *value;
        throw Wrong{m_kind + " needs " + key + "="};
    }

    void end() const
    {
        if (!m_pairs.empty())
            throw Wrong{m_kind + " knows no " + m_pairs.begin()->first + "="};
    }

private:
    std::string m_kind;
    std::vector<std::string> m_bare;
    Words m_pairs;
};

PipeSettings parsePipe(Line& line)
{
    PipeSettings pipe;
    if (const auto text = line.take("rate"))
        pipe.rate = number<std::uint64_t>("rate", *text, 0, 10'000'000);
    if (pipe.rate != 0)
        pipe.queue = number<std::uint64_t>("queue", line.need("queue"), 2048, 64'000'000);
    pipe.delay = milliseconds("delay", line.need("delay"));
    if (const auto text = line.take("jitter"))
        pipe.jitter = parseJitter(*text);
    if (const auto text = line.take("memory"))
        pipe.memory = milliseconds("memory", *text);
    if (const auto text = line.take("loss"))
        pipe.loss = parseLoss(*text);
    if (const auto text = line.take("reorder")) {
        const auto found = parts("reorder", *text, 2);
        pipe.reorder = share("reorder", found[0]);
        pipe.reorderBy = milliseconds("reorder", found[1]);
    }
    if (const auto text = line.take("duplicate"))
        pipe.duplicate = share("duplicate", *text);
    return pipe;
}

class Reader {
public:
    std::variant<Settings, Problem> read(std::istream& in)
    {
        m_settings.links.push_back({.name = "access", .line = 0, .prefixes = {}, .mtu = 65535, .up = {}, .down = {}});
        std::size_t count = 0;
        for (std::string text; std::getline(in, text);) {
            ++count;
            try {
                take(text.substr(0, text.find('#')), count);
            } catch (const Wrong& wrong) {
                return Problem{"line " + std::to_string(count) + ": " + wrong.text};
            }
        }
        try {
            checkWhole();
        } catch (const Wrong& wrong) {
            return Problem{wrong.text};
        }
        return m_settings;
    }

private:
    void take(const std::string& text, std::size_t count)
    {
        Line line(text);
        const auto& kind = line.kind();
        if (kind.empty())
            return;
        if (kind == "link")
            takeLink(line, count);
        else if (kind == "pipe")
            takePipe(line);
        else if (!m_seen.insert(kind).second)
            throw Wrong{kind + " stands twice"};
        else if (kind == "namespace")
            takeNamespaces(line);
        else if (kind == "device")
            takeDevices(line);
        else if (kind == "router")
            takeRouters(line);
        else if (kind == "run")
            takeRun(line);
        else
            throw Wrong{"\"" + kind + "\" is neither namespace, device, router, run, link nor pipe"};
        line.end();
    }

    void takeNamespaces(Line& line)
    {
        (void)line.bare(0);
        m_settings.insideNamespace = parseNamespace(line.need("inside"));
        m_settings.outsideNamespace = parseNamespace(line.need("outside"));
        if (m_settings.insideNamespace == m_settings.outsideNamespace)
            throw Wrong{"inside and outside are the same namespace"};
    }

    void takeDevices(Line& line)
    {
        (void)line.bare(0);
        m_settings.insideDevice = parseDevice(line.need("inside"));
        m_settings.outsideDevice = parseDevice(line.need("outside"));
    }

    void takeRouters(Line& line)
    {
        (void)line.bare(0);
        if (const auto text = line.take("ipv4"))
            m_settings.router4 = parseRouter(*text, true);
        if (const auto text = line.take("ipv6"))
            m_settings.router6 = parseRouter(*text, false);
    }

    void takeRun(Line& line)
    {
        (void)line.bare(0);
        m_settings.seed = number<std::uint64_t>("seed", line.need("seed"), 0, ~std::uint64_t{0});
        m_settings.seconds = std::chrono::seconds(number<int>("seconds", line.need("seconds"), 1, 86'400));
        if (const auto text = line.take("parent"))
            m_settings.parent = number<int>("parent", *text, 1, 1 << 30);
        if (const auto text = line.take("packets"))
            m_settings.mostPackets = number<std::size_t>("packets", *text, 1, 1'000'000);
        if (const auto text = line.take("bytes"))
            m_settings.mostBytes = number<std::size_t>("bytes", *text, 2048, 1'000'000'000);
    }

    void takeLink(Line& line, std::size_t count)
    {
        LinkSettings link;
        link.line = count;
        link.name = line.bare(1)[0];
        if (!isName(link.name, 64))
            throw Wrong{"link " + link.name + " is no name (64 letters, digits, - _ . at most)"};
        if (find(link.name) != nullptr)
            throw Wrong{"link " + link.name + " stands twice"};
        if (m_settings.links.size() > mostLinks)
            throw Wrong{"more than " + std::to_string(mostLinks) + " links"};
        for (const auto& text : split(line.need("prefix"), ','))
            addPrefix(link, text);
        const bool ipv6 =
            std::ranges::any_of(link.prefixes, [](const Prefix& prefix) { return !prefix.address.isIpv4(); });
        if (const auto text = line.take("mtu"))
            link.mtu = number<std::size_t>(ipv6 ? "(IPv6) mtu" : "mtu", *text, ipv6 ? 1280 : 576, 65535);
        m_settings.links.push_back(std::move(link));
    }

    void addPrefix(LinkSettings& link, const std::string& text)
    {
        const auto prefix = parsePrefix(text);
        if (!m_prefixes.emplace(prefix.address.high, prefix.address.low, prefix.bits).second)
            throw Wrong{"prefix " + text + " stands twice"};
        if (m_prefixes.size() > mostPrefixes)
            throw Wrong{"more than " + std::to_string(mostPrefixes) + " prefixes"};
        link.prefixes.push_back(prefix);
    }

    void takePipe(Line& line)
    {
        const auto& words = line.bare(2);
        auto* link = find(words[0]);
        if (link == nullptr)
            throw Wrong{"pipe of a link that no line above declares: " + words[0]};
        if (words[1] != "up" && words[1] != "down")
            throw Wrong{"\"" + words[1] + "\" is neither up nor down"};
        auto& pipe = words[1] == "up" ? link->up : link->down;
        if (pipe)
            throw Wrong{"pipe " + words[0] + " " + words[1] + " stands twice"};
        pipe = parsePipe(line);
    }

    LinkSettings* find(const std::string& name)
    {
        const auto found = std::ranges::find(m_settings.links, name, &LinkSettings::name);
        return found == m_settings.links.end() ? nullptr : &*found;
    }

    void checkWhole() const
    {
        for (const auto* kind : {"namespace", "device", "run"})
            if (!m_seen.contains(kind))
                throw Wrong{std::string("no line says \"") + kind + "\""};
        if (m_settings.links.size() < 2)
            throw Wrong{"there is no link"};
        for (const auto& link : m_settings.links) {
            if (!link.up || !link.down)
                throw Wrong{"link " + link.name + " has no pipe " + (link.up ? "down" : "up")};
            for (const auto& prefix : link.prefixes)
                if (!(prefix.address.isIpv4() ? m_settings.router4 : m_settings.router6))
                    throw Wrong{"line " + std::to_string(link.line) + ": link " + link.name + " needs the router's " +
                                (prefix.address.isIpv4() ? "ipv4=" : "ipv6=")};
        }
    }

    Settings m_settings;
    std::set<std::string> m_seen;
    std::set<std::tuple<std::uint64_t, std::uint64_t, int>> m_prefixes;
};

} // namespace

bool Prefix::contains(const Address& other) const
{
    return masked(other, bits) == address;
}

std::optional<Address> parseAddress(const std::string& text)
{
    std::array<unsigned char, 16> bytes{};
    if (inet_pton(AF_INET, text.c_str(), bytes.data() + 12) == 1) {
        bytes[10] = bytes[11] = 0xff;
        return fromBytes(bytes.data());
    }
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1)
        return std::nullopt;
    const auto address = fromBytes(bytes.data());
    return address.isIpv4() ? std::nullopt : std::optional(address);
}

bool isForExamples(const Prefix& prefix)
{
    const auto ipv4 = [](unsigned a, unsigned b, unsigned c, int bits) {
        return Prefix{{0, std::uint64_t{0xffff'0000'0000} | a << 24 | b << 16 | c << 8}, 96 + bits};
    };
    const std::array ranges{ipv4(192, 0, 2, 24), ipv4(198, 51, 100, 24), ipv4(203, 0, 113, 24), ipv4(198, 18, 0, 15),
                            Prefix{{0x2001'0db8'0000'0000, 0}, 32}};
    return std::ranges::any_of(
        ranges, [&](const Prefix& range) { return prefix.bits >= range.bits && range.contains(prefix.address); });
}

std::variant<Settings, Problem> readSettings(std::istream& in)
{
    return Reader().read(in);
}

} // namespace flowscent::wan
