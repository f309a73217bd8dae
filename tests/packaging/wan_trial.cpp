// SPDX-License-Identifier: GPL-3.0-or-later
// wan_trial SETTINGS - the lab's links without devices, privileges or a clock. Reads lines "TIME_US up|down SIZE
// ADDRESS [df]" in order of time, where the address is the outside end's, and carries one packet for each; or "TIME_US
// up|down hex BYTES", whatever those are. Prints "NUMBER TIME_US up|down SIZE" for each packet that comes out (the
// number is the line's, from 0; "icmp" for an answer), then the counters.
#include "../../packaging/lab/wan/forwarder.h"

#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

using namespace flowscent::wan;

namespace {

constexpr std::size_t number4 = 20; // where in a packet the line's number stands: behind the header
constexpr std::size_t number6 = 40;
constexpr std::uint8_t udp = 17;

void put(std::uint8_t* to, const Address& address)
{
    for (int i = 0; i < 8; ++i) {
        to[i] = static_cast<std::uint8_t>(address.high >> (56 - 8 * i));
        to[i + 8] = static_cast<std::uint8_t>(address.low >> (56 - 8 * i));
    }
}

void put4(std::uint8_t* to, const Address& address)
{
    for (int i = 0; i < 4; ++i)
        to[i] = static_cast<std::uint8_t>(address.low >> (24 - 8 * i));
}

Bytes fromHex(const std::string& text)
{
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
    return bytes;
}

Bytes packet(const Address& source, const Address& destination, std::size_t size, bool whole, std::uint32_t number)
{
    Bytes bytes(size);
    if (source.isIpv4()) {
        bytes[0] = 0x45;
        bytes[2] = static_cast<std::uint8_t>(size >> 8);
        bytes[3] = static_cast<std::uint8_t>(size);
        bytes[6] = whole ? 0x40 : 0;
        bytes[9] = udp;
        put4(&bytes[12], source);
        put4(&bytes[16], destination);
    } else {
        bytes[0] = 0x60;
        bytes[4] = static_cast<std::uint8_t>((size - number6) >> 8);
        bytes[5] = static_cast<std::uint8_t>(size - number6);
        bytes[6] = udp;
        put(&bytes[8], source);
        put(&bytes[24], destination);
    }
    std::memcpy(&bytes[source.isIpv4() ? number4 : number6], &number, sizeof number);
    return bytes;
}

void print(Way way, std::span<const std::uint8_t> bytes, Time due)
{
    const bool ipv4 = bytes[0] >> 4 == 4;
    const std::size_t at = ipv4 ? number4 : number6;
    if (bytes[ipv4 ? 9 : 6] == udp && bytes.size() >= at + sizeof(std::uint32_t)) {
        std::uint32_t number = 0;
        std::memcpy(&number, &bytes[at], sizeof number);
        std::cout << number;
    } else {
        std::cout << "icmp";
    }
    std::cout << ' ' << static_cast<double>(due.count()) / 1000 << ' ' << (way == Way::Up ? "up" : "down") << ' '
              << bytes.size() << '\n';
}

} // namespace

int main(int count, char** words)
{
    if (count != 2)
        return 2;
    std::ifstream in(words[1]);
    const auto settings = readSettings(in);
    if (const auto* problem = std::get_if<Problem>(&settings)) {
        std::cerr << problem->text << '\n';
        return 2;
    }
    std::cout.precision(15);
    Forwarder forwarder(std::get<Settings>(settings));
    std::uint32_t number = 0;
    for (std::string text; std::getline(std::cin, text); ++number) {
        std::istringstream line(text);
        double time = 0;
        std::string size;
        std::string way;
        std::string outside;
        std::string whole;
        line >> time >> way >> size >> outside >> whole;
        const bool up = way == "up";
        const auto now = Time(static_cast<std::int64_t>(time * 1000));
        forwarder.advance(now, print);
        if (size == "hex") {
            forwarder.take(up ? Way::Up : Way::Down, fromHex(outside), now);
            continue;
        }
        const auto address = parseAddress(outside);
        const auto bytes = std::stoul(size);
        if (!address || bytes < number6 + sizeof number || bytes > 65535)
            return 2;
        const auto inside = parseAddress(address->isIpv4() ? "198.18.0.1" : "2001:db8::1").value();
        forwarder.take(up ? Way::Up : Way::Down,
                       packet(up ? inside : *address, up ? *address : inside, bytes, whole == "df", number), now);
    }
    forwarder.advance(Time::max(), print);
    std::cout << forwarder.counters() << '\n';
    return 0;
}
