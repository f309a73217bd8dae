// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/identify/applications.h"
#include "engine/identify/flow_head.h"

namespace flowscent::identify {

struct IdentifierSettings {
    bool applications = true; ///< ask nDPI, where this build has it
};

/// Identifies many flows at once, each from its first packets with payload. A flow needs a Ticket of four bytes; what
/// is kept of it meanwhile (about 2 kB with nDPI, at most 48 kB) exists only until it is identified or 24 packets were
/// looked at. Belongs to one thread.
class Identifier {
public:
    /// Which of the kept flows a flow is.
    struct Ticket {
        static constexpr std::uint32_t unused = 0;
        static constexpr std::uint32_t done = UINT32_MAX;
        std::uint32_t value = unused;

        [[nodiscard]] bool isDone() const { return value == done; }
        [[nodiscard]] bool isOpen() const { return value != unused && value != done; }
    };

    /// Texts go into `names`, which must not be null.
    explicit Identifier(std::shared_ptr<Names> names, const IdentifierSettings& settings = {});
    ~Identifier();

    /// Looks at a packet with payload of a flow that is not done. `clientSide` as far as is known by now.
    void take(Ticket& ticket, const FlowPacket& packet, std::uint8_t clientSide, Identity& identity);
    /// The flow is over, or must make room: what is known so far stands.
    void finish(Ticket& ticket, Identity& identity);

    /// Whether somebody should be finished to make room: 32768 flows, or 128 MiB of first bytes.
    [[nodiscard]] bool full() const { return m_open >= mostOpen || m_bytes >= mostBytes; }
    [[nodiscard]] std::size_t open() const { return m_open; }
    [[nodiscard]] const std::shared_ptr<Names>& names() const { return m_names; }

private:
    static constexpr std::size_t mostOpen = 32768;
    static constexpr std::size_t mostBytes = std::size_t{128} << 20;

    struct Kept;
    Kept& keep(Ticket& ticket);

    std::shared_ptr<Names> m_names;
    Applications m_applications;
    bool m_asksApplications;
    std::vector<std::unique_ptr<Kept>> m_kept; ///< ticket value - 1
    std::vector<std::uint32_t> m_free;
    std::size_t m_open = 0;
    std::size_t m_bytes = 0;
};

} // namespace flowscent::identify
