// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/identify/flow_packet.h"
#include "engine/identify/identity.h"

namespace flowscent::identify {

/// Names the application of flows by nDPI's 300 dissectors and lists of hosts (https://github.com/ntop/nDPI, LGPL-3.0).
/// A build without nDPI knows none. About 9 MB. Belongs to one thread: what one flow tells is remembered for others.
class Applications {
public:
    /// Texts go into `names`, which must not be null.
    explicit Applications(std::shared_ptr<Names> names);
    ~Applications();
    Applications(const Applications&) = delete;
    Applications& operator=(const Applications&) = delete;

    /// nDPI's memory of one flow: 0.7 kB and what its dissectors add. Must not outlive the Applications.
    class Flow {
    public:
        Flow() = default;
        ~Flow();
        Flow(const Flow&) = delete;
        Flow& operator=(const Flow&) = delete;
        void reset(); ///< ready for another flow; keeps the 0.7 kB

    private:
        friend class Applications;
        void* m_state = nullptr;
        std::uint8_t m_packets = 0;
        bool m_settled = false; ///< nDPI wants no more packets
    };

    /// False when it knows all that it can, or has seen ten packets.
    bool take(Flow& flow, const FlowPacket& packet);
    /// Writes what is known of the application into `identity`; by its ports, when nothing better is.
    void tell(Flow& flow, Identity& identity);

    [[nodiscard]] static bool available(); ///< this build has nDPI, and it is the one that it was built with

private:
    struct Engine;
    std::unique_ptr<Engine> m_engine; ///< null when not available
};

} // namespace flowscent::identify
