// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>

#include "engine/base/error.h"
#include "engine/learn/world/world.h"

namespace flowscent::learn {

/// The place where the ranks of a world meet, on a thread of its own in the process of rank 0. It admits each rank
/// once, starts an exchange when all have come to it and want the same, and tells everybody by name who is missing, has
/// gone or does not answer. Data do not pass here. c10d::TCPStore would listen on every address of the machine, and
/// gloo alone knows neither names nor, when sizes differ, anything better than std::terminate.
///
/// Listens on the machine's MASTER_ADDR alone. There is no password: the network is trusted, as torchrun's is;
/// strangers are refused or ignored, but one who knows the protocol could take a free rank.
class Coordinator {
public:
    /// Argument error when MASTER_ADDR is not of this machine or its port is taken (another rank 0, say). `timeout` is
    /// for all to come, for all to come to an exchange, and for a sign of life. The ranks meet it by
    /// CoordinatorLine::join, rank 0 as well.
    [[nodiscard]] static base::Result<std::unique_ptr<Coordinator>> listen(const WorldAddress& address,
                                                                           std::chrono::milliseconds timeout);
    /// Says what there is left to say, without waiting, and closes.
    ~Coordinator();
    Coordinator(const Coordinator&) = delete;
    Coordinator& operator=(const Coordinator&) = delete;

private:
    class Desk;
    explicit Coordinator(std::unique_ptr<Desk> desk);
    std::unique_ptr<Desk> m_desk;
};

/// Signs of life per rank; short enough to tell a stuck process from one that computes when time is over.
[[nodiscard]] std::chrono::milliseconds pingPeriod(std::chrono::milliseconds timeout);

} // namespace flowscent::learn
