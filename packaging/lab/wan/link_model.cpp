// SPDX-License-Identifier: GPL-3.0-or-later
#include "link_model.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace flowscent::wan {
namespace {

constexpr double reach = 6; // of the table, in standard deviations; beyond lies one packet in 10^9
constexpr double step = 0.05;
constexpr int steps = static_cast<int>(2 * reach / step);

std::uint64_t splitmix(std::uint64_t& state)
{
    state += 0x9e3779b97f4a7c15;
    auto mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
}

std::uint64_t fnv1a(std::string_view text)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const unsigned char letter : text)
        hash = (hash ^ letter) * 0x100000001b3;
    return hash;
}

/// The regularized lower incomplete gamma function: its series left of the mode, Lentz's continued fraction right of it
/// (Numerical Recipes, 6.2).
double gammaCdf(double shape, double x)
{
    if (x <= 0)
        return 0;
    const double front = std::exp(shape * std::log(x) - x - std::lgamma(shape));
    if (x < shape + 1) {
        double term = 1 / shape;
        double sum = term;
        for (double k = shape + 1; term > sum * 1e-15; ++k)
            sum += term *= x / k;
        return front * sum;
    }
    constexpr double tiny = 1e-300;
    double b = x + 1 - shape;
    double c = 1 / tiny;
    double d = 1 / b;
    double fraction = d;
    for (int i = 1; i < 500; ++i) {
        const double a = -i * (i - shape);
        b += 2;
        d = a * d + b;
        d = 1 / (std::abs(d) < tiny ? tiny : d);
        c = b + a / c;
        c = std::abs(c) < tiny ? tiny : c;
        fraction *= d * c;
        if (std::abs(d * c - 1) < 1e-15)
            break;
    }
    return 1 - front * fraction;
}

std::vector<double> gammaQuantiles(double shape)
{
    std::vector<double> quantiles;
    quantiles.reserve(steps + 1);
    const double highest = shape + 40 * std::sqrt(shape) + 60;
    double low = 0;
    for (int i = 0; i <= steps; ++i) {
        const double share = std::erfc(-(i * step - reach) / std::numbers::sqrt2) / 2;
        double high = highest;
        for (int halving = 0; halving < 48; ++halving) {
            const double middle = (low + high) / 2;
            (gammaCdf(shape, middle) < share ? low : high) = middle;
        }
        quantiles.push_back(low);
    }
    return quantiles;
}

double interpolate(const std::vector<double>& table, double normal)
{
    const double place = (std::clamp(normal, -reach, reach) + reach) / step;
    const auto before = std::min(static_cast<std::size_t>(place), table.size() - 2);
    const double share = place - static_cast<double>(before);
    return table[before] * (1 - share) + table[before + 1] * share;
}

} // namespace

Rng::Rng(std::uint64_t seed, std::string_view stream)
{
    auto name = fnv1a(stream);
    auto state = seed ^ splitmix(name);
    for (auto& word : m_state)
        word = splitmix(state);
}

std::uint64_t Rng::next()
{
    const auto result = std::rotl(m_state[1] * 5, 7) * 9;
    const auto shifted = m_state[1] << 17;
    m_state[2] ^= m_state[0];
    m_state[3] ^= m_state[1];
    m_state[1] ^= m_state[2];
    m_state[0] ^= m_state[3];
    m_state[2] ^= shifted;
    m_state[3] = std::rotl(m_state[3], 45);
    return result;
}

double Rng::uniform()
{
    return static_cast<double>(next() >> 11) * 0x1p-53;
}

double Rng::normal()
{
    const double radius = std::sqrt(-2 * std::log1p(-uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
}

JitterQuantiles::JitterQuantiles(const Jitter& jitter)
    : m_jitter(jitter)
{
    if (jitter.shape == Jitter::Shape::Gamma)
        m_gamma = gammaQuantiles(jitter.first);
}

Time JitterQuantiles::at(double normal) const
{
    double milliseconds = 0;
    switch (m_jitter.shape) {
    case Jitter::Shape::None:
        break;
    case Jitter::Shape::Gamma:
        milliseconds = m_jitter.second * interpolate(m_gamma, normal);
        break;
    case Jitter::Shape::Lognormal:
        milliseconds = m_jitter.first * std::exp(m_jitter.second * normal);
        break;
    case Jitter::Shape::Normal:
        milliseconds = m_jitter.first + m_jitter.second * normal;
        break;
    }
    const double most = std::chrono::duration<double, std::milli>(longest).count();
    return Time(std::llround(std::clamp(milliseconds, 0.0, most) * 1e6));
}

Pipe::Pipe(const PipeSettings& settings, std::uint64_t seed, std::string_view name)
    : m_settings(settings)
    , m_quantiles(settings.jitter)
    , m_rng(seed, name)
{
}

Passage Pipe::pass(Time arrival, std::size_t bytes)
{
    const double change = m_rng.uniform();
    const double loss = m_rng.uniform();
    const double normal = m_rng.normal();
    const double reorder = m_rng.uniform();
    const double heldBack = m_rng.uniform();
    const double duplicate = m_rng.uniform();

    Passage passage;
    passage.lost = isLost(change, loss);
    const Time jitter = jitterAt(arrival, normal);
    if (!fits(arrival, bytes)) {
        passage.queueFull = true;
        passage.lost = false;
        return passage;
    }
    const Time sent = transmit(arrival, bytes); // a packet that is lost on the way has taken its time on the wire
    if (passage.lost)
        return passage;
    passage.duplicated = duplicate < m_settings.duplicate;
    passage.leaves = std::max(sent + m_settings.delay + jitter, m_lastLeaves);
    if (reorder < m_settings.reorder) {
        passage.reordered = true;
        passage.leaves += Time(std::llround(static_cast<double>(m_settings.reorderBy.count()) * (0.5 + heldBack)));
    } else {
        m_lastLeaves = passage.leaves;
    }
    return passage;
}

bool Pipe::isLost(double change, double loss)
{
    if (change < (m_bad ? m_settings.loss.toGood : m_settings.loss.toBad))
        m_bad = !m_bad;
    return loss < (m_bad ? m_settings.loss.inBad : m_settings.loss.inGood);
}

/// An Ornstein-Uhlenbeck process seen at the arrivals, stationary from the first packet on.
Time Pipe::jitterAt(Time arrival, double normal)
{
    double kept = 0;
    if (m_settings.memory > Time::zero() && m_lastArrival >= Time::zero())
        kept = std::exp(-static_cast<double>((arrival - m_lastArrival).count()) /
                        static_cast<double>(m_settings.memory.count()));
    m_normal = kept * m_normal + std::sqrt(1 - kept * kept) * normal;
    m_lastArrival = arrival;
    return m_quantiles.at(m_normal);
}

bool Pipe::fits(Time arrival, std::size_t bytes) const
{
    if (m_settings.rate == 0)
        return true;
    const auto waiting = std::max(m_busyUntil - arrival, Time::zero());
    const double backlog = static_cast<double>(waiting.count()) * static_cast<double>(m_settings.rate) / 8e6;
    return backlog + static_cast<double>(bytes) <= static_cast<double>(m_settings.queue);
}

Time Pipe::transmit(Time arrival, std::size_t bytes)
{
    if (m_settings.rate == 0)
        return arrival;
    const auto takes = Time((bytes * 8'000'000 + m_settings.rate - 1) / m_settings.rate);
    return m_busyUntil = std::max(arrival, m_busyUntil) + takes;
}

} // namespace flowscent::wan
