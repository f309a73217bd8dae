// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <torch/types.h>

#include "engine/base/error.h"
#include "engine/learn/world/world.h"

/// Data-parallel training: the ranks of a world exchange numbers over c10d::ProcessGroupGloo; inside the plugin only.
namespace flowscent::learn {

/// This process among the others. All ranks must call the same functions in the same order; each first waits for all to
/// come to it, so that a rank that is missing, has ended, is stuck or wants something else is named in the error of all
/// others within the timeout, and gloo never starts what cannot end. After an error the group is over: every later call
/// answers the same error, and what a call should have changed is as it was. One thread calls. A world of one process
/// needs no network and answers at once.
///
/// gloo listens on the address that reaches MASTER_ADDR, or on the interfaces that GLOO_SOCKET_IFNAME names (with
/// commas). The network is trusted: nothing is encrypted, and nobody shows a password.
class ProcessGroup {
public:
    /// Waits until all ranks are there. Rank 0 becomes the coordinator as well. A process that leaves a world and joins
    /// the next one at the same port may meet the old coordinator and fail: a world lasts as long as its training.
    [[nodiscard]] static base::Result<std::unique_ptr<ProcessGroup>>
    join(const WorldAddress& address, std::chrono::milliseconds timeout = defaultWorldTimeout);
    /// The others cannot go on without this rank, and hear that it has left.
    ~ProcessGroup();
    ProcessGroup(const ProcessGroup&) = delete;
    ProcessGroup& operator=(const ProcessGroup&) = delete;

    [[nodiscard]] std::uint32_t rank() const { return m_address.rank; }
    [[nodiscard]] std::uint32_t size() const { return m_address.worldSize; }

    /// In place, the sum over the ranks of each tensor; dense, on the CPU, of one type, of the same sizes on all ranks.
    /// The result is the same on every rank to the last bit, and from run to run: gloo's ring adds up every element in
    /// one place, in an order given by ranks and sizes, and hands the sum around.
    [[nodiscard]] base::Result<void> sum(std::vector<torch::Tensor>& tensors);
    /// In place, the tensors of one rank on all: first weights, or those of a checkpoint.
    [[nodiscard]] base::Result<void> broadcast(std::vector<torch::Tensor>& tensors, std::uint32_t from = 0);
    /// The numbers of rank 0, then those of rank 1, ...; as many as each likes to give.
    [[nodiscard]] base::Result<std::vector<double>> gather(std::span<const double> own);
    /// Argument error that names both when two ranks have not the same; `topic` is what it is about ("settings and
    /// data"), `digest` a short text (a hash).
    [[nodiscard]] base::Result<void> agree(std::string_view topic, std::string_view digest);
    /// True on all ranks when it is on one: who is asked to stop takes all along, at the same step.
    [[nodiscard]] base::Result<bool> any(bool own);
    /// Waits for all.
    [[nodiscard]] base::Result<void> barrier();

private:
    struct Gloo;
    explicit ProcessGroup(const WorldAddress& address);

    base::Result<std::vector<std::int64_t>> meet(std::string_view topic, std::string_view text,
                                                 std::int64_t number = 0);
    template <class Work>
    base::Result<void> exchange(Work work);
    template <class Work>
    base::Result<void> together(std::string_view text, std::vector<torch::Tensor>& tensors, Work work);
    tl::unexpected<base::Error> over(base::Error reason);

    WorldAddress m_address;
    std::unique_ptr<Gloo> m_gloo; ///< none in a world of one
    std::optional<base::Error> m_over;
};

} // namespace flowscent::learn
