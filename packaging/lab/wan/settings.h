// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "link_model.h"

#include <istream>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace flowscent::wan {

/// IPv4 addresses lie in ::ffff:0:0/96, as sockets write them.
struct Address {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    [[nodiscard]] bool isIpv4() const { return high == 0 && low >> 32 == 0xffff; }
    friend bool operator==(const Address&, const Address&) = default;
};

struct Prefix {
    Address address;
    int bits = 128; ///< of 128, for IPv4 too
    [[nodiscard]] bool contains(const Address& other) const;
};

/// Not IPv6 written as IPv4 (::ffff:1.2.3.4): in a packet it would be something else.
[[nodiscard]] std::optional<Address> parseAddress(const std::string& text);

/// Whether all of it lies in the ranges of RFC 5737, 2544 and 3849, which no network of the world uses.
[[nodiscard]] bool isForExamples(const Prefix& prefix);

struct LinkSettings {
    std::string name;
    std::size_t line = 0;             ///< of the file
    std::vector<Prefix> prefixes;     ///< outside; none: the access link, which all packets pass
    std::size_t mtu = 65535;          ///< bytes of an IP packet
    std::optional<PipeSettings> up;   ///< from inside to outside
    std::optional<PipeSettings> down; ///< and back
};

/// A file of settings, valid.
struct Settings {
    std::string insideNamespace; ///< paths /run/netns/fslab-...
    std::string outsideNamespace;
    std::string insideDevice;
    std::string outsideDevice;
    std::optional<Address> router4; ///< whence "too big" comes; there if any prefix is of the family
    std::optional<Address> router6;
    std::uint64_t seed = 0;
    std::chrono::seconds seconds{};     ///< the link ends itself then
    std::optional<int> parent;          ///< process that must be the parent
    std::size_t mostPackets = 20'000;   ///< under way, each direction
    std::size_t mostBytes = 32'000'000; ///< under way, each direction
    std::vector<LinkSettings> links;    ///< the first is the access link
};

struct Problem {
    std::string text; ///< one sentence, with the line if it is one line's
};

/// Reads the format that README.md describes.
[[nodiscard]] std::variant<Settings, Problem> readSettings(std::istream& in);

} // namespace flowscent::wan
