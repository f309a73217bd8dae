// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace flowscent::base {

/// A small generator whose sequence is the same on every platform, unlike the standard distributions.
/// xoshiro256** seeded through SplitMix64 (Blackman and Vigna, "Scrambled linear pseudorandom number
/// generators", ACM TOMS 2021). Not for secrets. Not thread-safe: one generator belongs to one thread.
class Rng {
public:
    using State = std::array<std::uint64_t, 4>;

    explicit Rng(std::uint64_t seed);

    /// Everything there is to a generator: one made from this state goes on where this one stands.
    [[nodiscard]] const State& state() const { return m_state; }
    /// Nothing for four zeros, from which the generator would never leave; every other state is a good one.
    [[nodiscard]] static std::optional<Rng> fromState(const State& state);

    [[nodiscard]] std::uint64_t next();
    /// Uniform in [0, bound); bound must not be 0. Unbiased (rejection).
    [[nodiscard]] std::uint64_t below(std::uint64_t bound);
    /// Uniform in [0, 1).
    [[nodiscard]] double uniform();
    /// Standard normal (Box-Muller).
    [[nodiscard]] double normal();
    /// An independent generator for a named sub-task, so that adding draws in one place moves none elsewhere.
    [[nodiscard]] Rng fork(std::uint64_t stream) const;

    template <class T>
    void shuffle(std::span<T> items)
    {
        for (std::size_t left = items.size(); left > 1; --left)
            std::swap(items[left - 1], items[below(left)]);
    }
    /// `count` distinct indices of [0, size) in random order; all of them when count >= size.
    [[nodiscard]] std::vector<std::uint32_t> sample(std::uint32_t size, std::uint32_t count);

private:
    explicit Rng(const State& state)
        : m_state(state)
    {
    }

    State m_state{};
};

} // namespace flowscent::base
