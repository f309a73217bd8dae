// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/address_scope.h"

#include <algorithm>

namespace flowscent::hunt {

bool staysInside(const packet::IpAddress& address)
{
    const auto& bytes = address.bytes;
    if (packet::isMulticast(address))
        return true;
    if (!address.v6) {
        const bool everybody = std::all_of(bytes.begin(), bytes.begin() + 4, [](auto byte) { return byte == 0xff; });
        return bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xf0) == 16) || (bytes[0] == 192 && bytes[1] == 168) ||
               (bytes[0] == 169 && bytes[1] == 254) || bytes[0] == 127 || bytes[0] == 0 || everybody;
    }
    const bool zeros = std::all_of(bytes.begin(), bytes.end() - 1, [](auto byte) { return byte == 0; });
    return (bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80) || (zeros && bytes[15] <= 1);
}

Heading heading(const packet::IpAddress& client, const packet::IpAddress& server)
{
    const bool from = staysInside(client);
    const bool to = staysInside(server);
    if (from)
        return to ? Heading::Lateral : Heading::Out;
    return to ? Heading::In : Heading::Elsewhere;
}

} // namespace flowscent::hunt
