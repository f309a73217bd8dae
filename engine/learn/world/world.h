// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/error.h"

/// Training on more than one machine: who takes part, and where they meet.
namespace flowscent::learn {

/// As torchrun and Slurm users give it. Plain; at least one rank, and rank < worldSize.
struct WorldAddress {
    std::string masterAddress;    ///< name or address of the machine on which rank 0 runs
    std::uint16_t masterPort = 0; ///< there rank 0 listens, on that address alone
    std::uint32_t rank = 0;
    std::uint32_t worldSize = 1; ///< processes that take part
    friend bool operator==(const WorldAddress&, const WorldAddress&) = default;
};

/// Every rank keeps a connection to every other, so the number has an end.
constexpr std::uint32_t largestWorld = 256;
/// How long a rank is waited for: at the start, at every exchange, and for a sign of life.
constexpr std::chrono::milliseconds defaultWorldTimeout = std::chrono::seconds(60);

/// From MASTER_ADDR, MASTER_PORT, RANK and WORLD_SIZE; nothing when none of them is set. Argument error that names the
/// variable when one is missing or has no meaning. Reads the environment: not while another thread changes it.
[[nodiscard]] base::Result<std::optional<WorldAddress>> worldFromEnvironment();
/// Argument error for what worldFromEnvironment would refuse.
[[nodiscard]] base::Result<void> check(const WorldAddress& address);

/// "rank 1 of 2"
[[nodiscard]] std::string rankText(std::uint32_t rank, std::uint32_t worldSize);
/// "5 s", "0.3 s"
[[nodiscard]] std::string secondsText(std::chrono::steady_clock::duration time);

} // namespace flowscent::learn
