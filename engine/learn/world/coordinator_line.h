// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/learn/world/world.h"

namespace flowscent::learn {

/// A rank's connection to the coordinator; every rank has one, rank 0 too. A thread of its own answers signs of life
/// while the rank computes. One thread calls; every call that waits ends, at the latest a little after the timeout.
class CoordinatorLine {
public:
    /// Waits until all ranks are there. Rank 0 may start later. Unavailable error when somebody does not come, Argument
    /// error when the coordinator refuses (another world size, a rank that is there already).
    [[nodiscard]] static base::Result<std::unique_ptr<CoordinatorLine>> join(const WorldAddress& address,
                                                                             std::chrono::milliseconds timeout);
    /// Says farewell; the others cannot go on without this rank.
    ~CoordinatorLine();
    CoordinatorLine(const CoordinatorLine&) = delete;
    CoordinatorLine& operator=(const CoordinatorLine&) = delete;

    /// Waits until every rank has come to this exchange. `topic` and `text` must be the same everywhere ("the ranks
    /// differ in <topic>: rank 0 has <text>, ..."). Answers the numbers of all ranks, by rank.
    [[nodiscard]] base::Result<std::vector<std::int64_t>> meet(std::string_view topic, std::string_view text,
                                                               std::int64_t number);
    /// A blackboard for addresses. `take` waits until somebody has put the key.
    [[nodiscard]] base::Result<void> put(const std::string& key, const std::string& value);
    [[nodiscard]] base::Result<std::string> take(const std::string& key);
    /// Why the world has ended, if the coordinator says so within `patience`, or is silent itself.
    [[nodiscard]] std::optional<base::Error> whyOver(std::chrono::milliseconds patience);

    /// The address of this machine that reaches MASTER_ADDR: "10.0.0.2".
    [[nodiscard]] const std::string& localAddress() const;

private:
    class Wire;
    explicit CoordinatorLine(std::unique_ptr<Wire> wire);
    std::unique_ptr<Wire> m_wire;
};

} // namespace flowscent::learn
