// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/replay/task_replay.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

namespace flowscent::learn {

namespace {

constexpr double largestLoss = 1e6; ///< keeps every power and quotient below far from overflow

double usable(double loss)
{
    return std::isfinite(loss) ? std::clamp(loss, 0.0, largestLoss) : 0.0;
}

std::vector<double> weightsOf(const std::vector<double>& probabilities, double beta)
{
    std::vector<double> weights;
    if (probabilities.empty())
        return weights;
    // (N P)^-beta / max (N P)^-beta = (P / min P)^-beta
    const double least = std::ranges::min(probabilities);
    for (const double probability : probabilities)
        weights.push_back(std::pow(probability / least, -beta));
    return weights;
}

std::size_t drawIndex(const std::vector<double>& probabilities, base::Rng& rng)
{
    double left = rng.uniform();
    for (std::size_t i = 0; i + 1 < probabilities.size(); ++i) {
        left -= probabilities[i];
        if (left < 0)
            return i;
    }
    return probabilities.size() - 1; // what rounding leaves over
}

} // namespace

double LinearAnnealing::at(std::uint64_t step) const
{
    if (step >= steps)
        return to;
    return from + (to - from) * static_cast<double>(step) / static_cast<double>(steps);
}

TaskReplay::TaskReplay(const TaskReplaySettings& settings, const base::Rng& rng)
    : m_settings(settings)
    , m_rng(rng)
{
    assert(settings.sharpness >= 0 && settings.sharpness <= 10);
    assert(settings.leastLoss >= 1e-12 && settings.leastLoss <= 1);
    assert(settings.staleShare >= 0 && settings.staleShare <= 1);
}

std::optional<std::uint64_t> TaskReplay::remember(const Episode& episode, double loss)
{
    const RememberedTask task{.id = m_nextId,
                              .episode = episode,
                              .loss = usable(loss),
                              .rememberedAt = m_step,
                              .lastDrawn = m_step,
                              .draws = 0};
    if (m_tasks.size() >= m_settings.capacity) {
        const auto easiest = std::ranges::min_element(
            m_tasks, {}, [](const RememberedTask& one) { return std::pair(one.loss, one.id); });
        if (easiest == m_tasks.end() || task.loss <= easiest->loss) {
            ++m_turnedDown;
            return std::nullopt;
        }
        m_tasks.erase(easiest);
        ++m_evicted;
    }
    m_tasks.push_back(task);
    return m_nextId++;
}

bool TaskReplay::stale(const RememberedTask& task) const
{
    return m_step - task.lastDrawn > m_settings.staleAfter;
}

std::vector<double> TaskReplay::probabilities() const
{
    std::vector<double> shares;
    for (const RememberedTask& task : m_tasks)
        shares.push_back(std::pow(task.loss + m_settings.leastLoss, m_settings.sharpness));
    const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (double& share : shares)
        share /= total;

    const double floor = m_settings.staleShare / static_cast<double>(shares.size());
    std::vector<bool> raised(shares.size(), false);
    for (bool again = true; again;) {
        again = false;
        double mass = 1.0;      // for those that are not raised
        double proportions = 0; // of them, as they are now
        for (std::size_t i = 0; i < shares.size(); ++i) {
            if (!raised[i] && stale(m_tasks[i]) && shares[i] < floor) {
                raised[i] = again = true;
                shares[i] = floor;
            }
            mass -= raised[i] ? floor : 0.0;
            proportions += raised[i] ? 0.0 : shares[i];
        }
        for (std::size_t i = 0; again && i < shares.size(); ++i) {
            if (!raised[i])
                shares[i] *= mass / proportions;
        }
    }
    return shares;
}

std::vector<double> TaskReplay::weights(double beta) const
{
    return weightsOf(probabilities(), beta);
}

std::vector<ReplayedTask> TaskReplay::draw(std::uint32_t count, double beta)
{
    std::vector<ReplayedTask> drawn;
    if (m_tasks.empty())
        return drawn;
    const auto shares = probabilities();
    const auto factors = weightsOf(shares, beta);
    ++m_step;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::size_t index = drawIndex(shares, m_rng);
        RememberedTask& task = m_tasks[index];
        task.lastDrawn = m_step;
        ++task.draws;
        ++m_draws;
        drawn.push_back({task.id, task.episode, shares[index], factors[index]});
    }
    return drawn;
}

void TaskReplay::update(std::uint64_t id, double loss)
{
    const auto found = std::ranges::find(m_tasks, id, &RememberedTask::id);
    if (found != m_tasks.end())
        found->loss = usable(loss);
}

TaskReplaySummary TaskReplay::summary() const
{
    TaskReplaySummary summary{.size = m_tasks.size(),
                              .capacity = m_settings.capacity,
                              .steps = m_step,
                              .draws = m_draws,
                              .evicted = m_evicted,
                              .turnedDown = m_turnedDown};
    double ages = 0;
    for (const RememberedTask& task : m_tasks) {
        const std::uint64_t age = m_step - task.rememberedAt;
        ages += static_cast<double>(age);
        summary.oldestAge = std::max(summary.oldestAge, age);
        summary.longestUndrawn = std::max(summary.longestUndrawn, m_step - task.lastDrawn);
        summary.stale += stale(task) ? 1U : 0U;
    }
    double squares = 0;
    for (const double share : probabilities())
        squares += share * share;
    if (!m_tasks.empty()) {
        summary.meanAge = ages / static_cast<double>(m_tasks.size());
        summary.effectiveSize = 1 / squares;
    }
    return summary;
}

bool operator==(const TaskReplay& one, const TaskReplay& other)
{
    return one.m_settings == other.m_settings && one.m_rng.state() == other.m_rng.state() &&
           one.m_step == other.m_step && one.m_nextId == other.m_nextId && one.m_draws == other.m_draws &&
           one.m_evicted == other.m_evicted && one.m_turnedDown == other.m_turnedDown && one.m_tasks == other.m_tasks;
}

} // namespace flowscent::learn
