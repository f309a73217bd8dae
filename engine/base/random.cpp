// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/random.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

namespace flowscent::base {

namespace {

std::uint64_t splitMix(std::uint64_t& state)
{
    state += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

} // namespace

Rng::Rng(std::uint64_t seed)
{
    for (auto& word : m_state)
        word = splitMix(seed);
}

std::optional<Rng> Rng::fromState(const State& state)
{
    if (state == State{})
        return std::nullopt;
    return Rng(state);
}

std::uint64_t Rng::next()
{
    const std::uint64_t result = std::rotl(m_state[1] * 5, 7) * 9;
    const std::uint64_t t = m_state[1] << 17;
    m_state[2] ^= m_state[0];
    m_state[3] ^= m_state[1];
    m_state[1] ^= m_state[2];
    m_state[0] ^= m_state[3];
    m_state[2] ^= t;
    m_state[3] = std::rotl(m_state[3], 45);
    return result;
}

std::uint64_t Rng::below(std::uint64_t bound)
{
    assert(bound > 0);
    const std::uint64_t reject = (0 - bound) % bound; // the first 2^64 mod bound values would be drawn too often
    std::uint64_t drawn = next();
    while (drawn < reject)
        drawn = next();
    return drawn % bound;
}

double Rng::uniform()
{
    return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

double Rng::normal()
{
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform())); // 1 - u is never 0
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

Rng Rng::fork(std::uint64_t stream) const
{
    std::uint64_t mixed = m_state[0] ^ std::rotl(m_state[3], 13) ^ stream * 0xd1342543de82ef95ULL;
    return Rng(splitMix(mixed));
}

std::vector<std::uint32_t> Rng::sample(std::uint32_t size, std::uint32_t count)
{
    std::vector<std::uint32_t> indices(size);
    std::iota(indices.begin(), indices.end(), 0U);
    count = std::min(count, size);
    for (std::uint32_t i = 0; i < count; ++i)
        std::swap(indices[i], indices[i + below(size - i)]);
    indices.resize(count);
    return indices;
}

} // namespace flowscent::base
