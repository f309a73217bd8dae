// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/world/world_wire.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <system_error>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace flowscent::learn {

using base::Error;
using base::failure;

namespace {

constexpr std::size_t lengthBytes = 4;

std::string numeric(const sockaddr* address, socklen_t bytes)
{
    std::array<char, NI_MAXHOST> host{};
    if (getnameinfo(address, bytes, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST) != 0)
        return "?";
    return host.data();
}

using NameOfEnd = int (*)(int, sockaddr*, socklen_t*);

std::string endAddress(int descriptor, NameOfEnd name)
{
    sockaddr_storage storage{};
    auto* address = reinterpret_cast<sockaddr*>(&storage);
    socklen_t bytes = sizeof storage;
    if (name(descriptor, address, &bytes) != 0)
        return "?";
    return numeric(address, bytes);
}

using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

base::Result<Addresses> lookUp(const std::string& host, const char* port, int flags)
{
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = flags;
    addrinfo* found = nullptr;
    if (const int error = getaddrinfo(host.c_str(), port, &wanted, &found); error != 0)
        return failure(Error::Code::Unavailable, std::string("no such machine is known: ") + gai_strerror(error), host);
    return Addresses(found);
}

} // namespace

BodyWriter& BodyWriter::number(std::uint64_t value, std::size_t bytes)
{
    for (std::size_t i = 0; i < bytes; ++i)
        m_body += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
    return *this;
}

BodyWriter& BodyWriter::text(std::string_view value)
{
    number(value.size(), lengthBytes);
    m_body += value;
    return *this;
}

std::uint64_t BodyReader::number(std::size_t bytes)
{
    if (m_rest.size() < bytes) {
        m_sound = false;
        m_rest = {};
        return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        value |= std::uint64_t{static_cast<unsigned char>(m_rest[i])} << (8 * i);
    m_rest.remove_prefix(bytes);
    return value;
}

std::string BodyReader::text()
{
    const std::uint64_t bytes = number(lengthBytes);
    if (bytes > m_rest.size()) {
        m_sound = false;
        m_rest = {};
        return {};
    }
    std::string value(m_rest.substr(0, bytes));
    m_rest.remove_prefix(bytes);
    return value;
}

base::Result<std::optional<Frame>> FrameReader::next()
{
    if (m_bytes.size() < lengthBytes)
        return std::nullopt;
    const std::uint64_t length = BodyReader(std::string_view(m_bytes).substr(0, lengthBytes)).number(lengthBytes);
    if (length == 0 || length > largestFrame)
        return failure(Error::Code::Format, "something that does not speak Flowscent's protocol is at the other end");
    if (m_bytes.size() < lengthBytes + length)
        return std::nullopt;
    Frame frame{.kind = static_cast<FrameKind>(m_bytes[lengthBytes]),
                .body = m_bytes.substr(lengthBytes + 1, length - 1)};
    if (frame.kind < FrameKind::Hello || frame.kind > FrameKind::Over)
        return failure(Error::Code::Format, "something that does not speak Flowscent's protocol is at the other end");
    m_bytes.erase(0, lengthBytes + length);
    return frame;
}

std::string encode(const Frame& frame)
{
    return BodyWriter()
               .number(frame.body.size() + 1, lengthBytes)
               .number(static_cast<std::uint8_t>(frame.kind), 1)
               .take() +
           frame.body;
}

Socket::~Socket()
{
    if (open())
        close(m_descriptor);
}

void FreeAddresses::operator()(addrinfo* addresses) const noexcept
{
    freeaddrinfo(addresses);
}

base::Result<std::vector<std::string>> numericAddresses(const std::string& host)
{
    const auto found = lookUp(host, nullptr, 0);
    if (!found)
        return failure(found.error());
    std::vector<std::string> addresses;
    for (const int family : {AF_INET, AF_INET6})
        for (const addrinfo* one = found->get(); one != nullptr; one = one->ai_next)
            if (one->ai_family == family)
                addresses.push_back(numeric(one->ai_addr, one->ai_addrlen));
    return addresses;
}

base::Result<Endpoint> endpoint(const std::string& numericAddress, std::uint16_t port)
{
    const auto found = lookUp(numericAddress, std::to_string(port).c_str(), AI_NUMERICHOST | AI_NUMERICSERV);
    if (!found)
        return failure(found.error());
    const addrinfo& one = **found;
    Endpoint end{.socket = Socket(socket(one.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), .address = {}};
    if (!end.socket.open())
        return failure(Error::Code::Io, systemText(errno), numericAddress);
    const int on = 1; // frames are small, and somebody waits for each
    setsockopt(end.socket.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    end.address.assign(reinterpret_cast<const char*>(one.ai_addr), one.ai_addrlen);
    return end;
}

std::string localAddress(int descriptor)
{
    return endAddress(descriptor, getsockname);
}

std::string peerAddress(int descriptor)
{
    return endAddress(descriptor, getpeername);
}

std::string withPort(const std::string& address, std::uint16_t port)
{
    const bool colons = address.find(':') != std::string::npos;
    return (colons ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

std::string systemText(int error)
{
    return std::generic_category().message(error);
}

} // namespace flowscent::learn
