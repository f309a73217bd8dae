// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/error.h"

struct addrinfo;

/// What the coordinator and the ranks say to each other, and the sockets they say it through.
namespace flowscent::learn {

enum class FrameKind : std::uint8_t {
    Hello = 1, ///< rank -> coordinator: protocol, rank, world size
    Put,       ///< rank -> coordinator: key, value
    Enter,     ///< rank -> coordinator: which exchange, its topic, what must be the same everywhere, a number
    Pong,      ///< rank -> coordinator: alive
    Bye,       ///< rank -> coordinator: leaves in order
    Welcome,   ///< coordinator -> rank: everybody is here
    Value,     ///< coordinator -> rank: key, value, as some rank put it
    Go,        ///< coordinator -> rank: which exchange, the numbers of all ranks
    Ping,      ///< coordinator -> rank: alive, and you?
    Over,      ///< coordinator -> rank: error code, the reason why nothing goes on
};

/// On the wire: four bytes of length (little-endian, of kind and body), one of kind, then the body.
struct Frame {
    FrameKind kind{};
    std::string body;
};

constexpr std::size_t largestFrame = 65536;
/// Leads the body of Hello.
constexpr std::string_view worldProtocol = "flowscent world 1";

/// Appends little-endian numbers and texts with their length (four bytes).
class BodyWriter {
public:
    BodyWriter& number(std::uint64_t value, std::size_t bytes);
    BodyWriter& text(std::string_view value);
    [[nodiscard]] std::string take() { return std::move(m_body); }

private:
    std::string m_body;
};

/// The reverse; after reading past the end everything is 0 or empty, and `sound` says so.
class BodyReader {
public:
    explicit BodyReader(std::string_view body)
        : m_rest(body)
    {
    }
    [[nodiscard]] std::uint64_t number(std::size_t bytes);
    [[nodiscard]] std::string text();
    /// Nothing was missing and nothing is left.
    [[nodiscard]] bool sound() const { return m_sound && m_rest.empty(); }

private:
    std::string_view m_rest;
    bool m_sound = true;
};

/// Puts frames together from the pieces that a socket gives.
class FrameReader {
public:
    void add(std::string_view bytes) { m_bytes += bytes; }
    /// Nothing while a frame is incomplete; Format error for a length or kind that nobody sends.
    [[nodiscard]] base::Result<std::optional<Frame>> next();

private:
    std::string m_bytes;
};

[[nodiscard]] std::string encode(const Frame& frame);

/// Closes itself. Movable.
class Socket {
public:
    Socket() = default;
    explicit Socket(int descriptor)
        : m_descriptor(descriptor)
    {
    }
    Socket(Socket&& other) noexcept
        : m_descriptor(std::exchange(other.m_descriptor, -1))
    {
    }
    Socket& operator=(Socket&& other) noexcept
    {
        std::swap(m_descriptor, other.m_descriptor);
        return *this;
    }
    ~Socket();

    [[nodiscard]] int descriptor() const { return m_descriptor; }
    [[nodiscard]] bool open() const { return m_descriptor >= 0; }

private:
    int m_descriptor = -1;
};

/// Frees a list of getaddrinfo.
struct FreeAddresses {
    void operator()(addrinfo* addresses) const noexcept;
};

/// Addresses of a machine, IPv4 first: then "localhost" is the same one for everybody. Waits for the name service.
[[nodiscard]] base::Result<std::vector<std::string>> numericAddresses(const std::string& host);
/// For an address as numericAddresses gives it: a TCP socket (not blocking, closed on exec) and the address to bind or
/// connect it to.
struct Endpoint {
    Socket socket;
    std::string address; ///< bytes of a sockaddr
};
[[nodiscard]] base::Result<Endpoint> endpoint(const std::string& numericAddress, std::uint16_t port);
/// "10.0.0.1", of this end and of the other.
[[nodiscard]] std::string localAddress(int descriptor);
[[nodiscard]] std::string peerAddress(int descriptor);
/// "10.0.0.1:29500", "[::1]:29500"
[[nodiscard]] std::string withPort(const std::string& address, std::uint16_t port);
/// The sentence of an errno.
[[nodiscard]] std::string systemText(int error);

} // namespace flowscent::learn
