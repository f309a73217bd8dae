// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "engine/base/timestamp.h"

namespace flowscent::flow {

/// The time that has passed by packets' clocks, which may be wrong. It advances with theirs and stands still while they
/// run backwards: one wrong time stamp can neither end every flow twice nor keep flows alive for ever. Where a clock
/// that jumped back is right again, as with two clocks in one capture at every other packet, no more time has passed
/// than since it was left.
class FlowClock {
public:
    using Time = std::uint64_t; ///< ns since the first packet, never running backwards

    /// `patience`: packets that are late by as much are only out of order. `longest`: how far one step moves at most.
    FlowClock(base::Nanoseconds patience, base::Nanoseconds longest)
        : m_patience(patience)
        , m_longest(longest)
    {
    }

    /// A packet's time. False when it is older than one before.
    bool moveTo(base::Nanoseconds time)
    {
        constexpr Time endOfTime = Time{1} << 63;
        base::Nanoseconds step = m_started ? time - m_last : 0;
        const bool back = step < 0;
        m_started = true;
        if (back) {
            if (-step <= m_patience)
                return false; // reordered packets: wait until time catches up
            m_left = m_last;
        } else if (step > m_patience && m_left && time >= *m_left - m_patience) {
            time = std::max(time, *m_left);
            step = time - *m_left;
        }
        m_last = time;
        m_now = std::min(m_now + static_cast<Time>(std::clamp<base::Nanoseconds>(step, 0, m_longest)), endOfTime);
        return !back;
    }
    [[nodiscard]] Time now() const { return m_now; }
    /// Whether more than `span` has passed since.
    [[nodiscard]] bool passed(Time since, base::Nanoseconds span) const
    {
        return static_cast<base::Nanoseconds>(m_now - since) > span;
    }
    /// Whether a packet came already, and before that time.
    [[nodiscard]] bool isBefore(base::Nanoseconds time) const { return m_started && m_last < time; }

private:
    base::Nanoseconds m_patience;
    base::Nanoseconds m_longest;
    Time m_now = 0;
    base::Nanoseconds m_last = 0;            ///< of the packets' clock
    std::optional<base::Nanoseconds> m_left; ///< where it stood when it jumped back last
    bool m_started = false;
};

} // namespace flowscent::flow
