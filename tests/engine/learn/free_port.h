// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/// A port of 127.0.0.1 that nobody else gets: bound here without listening, so that who sets SO_REUSEADDR, as the
/// coordinator does, may still bind and listen there.
class FreePort {
public:
    FreePort()
    {
        const int on = 1;
        setsockopt(m_socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t bytes = sizeof address;
        if (bind(m_socket, reinterpret_cast<const sockaddr*>(&address), bytes) == 0 &&
            getsockname(m_socket, reinterpret_cast<sockaddr*>(&address), &bytes) == 0)
            m_port = ntohs(address.sin_port);
    }
    ~FreePort() { close(m_socket); }
    FreePort(const FreePort&) = delete;
    FreePort& operator=(const FreePort&) = delete;

    [[nodiscard]] std::uint16_t number() const { return m_port; }

private:
    int m_socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::uint16_t m_port = 0;
};
