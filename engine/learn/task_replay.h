// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "engine/base/random.h"
#include "engine/learn/episodes.h"

namespace flowscent::learn {

/// Experience replay over tasks: past episodes come back with probability proportional to (query loss)^0.6, so that
/// what is still hard is seen again (Schaul et al., "Prioritized experience replay", ICLR 2016, applied to tasks). When
/// full, the easiest episode makes room. Not thread-safe.
class TaskReplay {
public:
    explicit TaskReplay(std::size_t capacity);

    /// Remembers an episode with its latest query loss; a capacity of 0 remembers nothing.
    void remember(const Episode& episode, double loss);
    /// Draws an index by priority; the buffer must not be empty.
    [[nodiscard]] std::size_t draw(base::Rng& rng) const;
    [[nodiscard]] const Episode& episode(std::size_t index) const { return m_items[index].episode; }
    void update(std::size_t index, double loss);
    [[nodiscard]] std::size_t size() const { return m_items.size(); }

private:
    struct Item {
        Episode episode;
        double priority = 0;
    };
    std::size_t m_capacity;
    std::vector<Item> m_items;
};

} // namespace flowscent::learn
