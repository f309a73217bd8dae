// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace flowscent::flow {

/// Tells when a flow should be looked at again, at no cost per packet: a flow waits in the slot of its due time, and
/// when that comes its owner either ends it or, had it packets meanwhile, puts it back. A list ordered by last packet
/// would have to be mended on every packet, which costs three cache misses.
template <class Entry>
class IdleWheel {
public:
    using Time = std::uint64_t; ///< ns on a clock that never runs backwards

    /// Nothing is ever put further than `horizon` ahead; entries are seen at most about a sixty-fourth of it late.
    explicit IdleWheel(Time horizon)
        : m_shift(static_cast<int>(std::bit_width(std::max<Time>(horizon / 64, 1))) - 1)
        , m_slots((horizon >> m_shift) + 3)
    {
    }

    void put(const Entry& entry, Time due)
    {
        const Time last = m_tick + m_slots.size() - 1;
        const Time tick = std::clamp((due >> m_shift) + 1, m_tick + 1, last);
        m_slots[tick % m_slots.size()].push_back(entry);
    }

    /// Takes out every entry whose due time lies before `now` and shows them to `visit`, some at a time as a span; it
    /// may put them back.
    template <class Visit>
    void advance(Time now, const Visit& visit)
    {
        const Time target = now >> m_shift;
        if (target > m_tick + m_slots.size())
            m_tick = target - m_slots.size(); // a long silence: once around is enough
        while (m_tick < target) {
            ++m_tick;
            m_due.clear();
            m_due.swap(m_slots[m_tick % m_slots.size()]);
            if (!m_due.empty())
                visit(std::span<const Entry>(m_due));
        }
    }

private:
    int m_shift; ///< a tick lasts 2^m_shift ns
    Time m_tick = 0;
    std::vector<std::vector<Entry>> m_slots;
    std::vector<Entry> m_due; ///< kept for its memory
};

} // namespace flowscent::flow
