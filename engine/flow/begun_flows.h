// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <deque>

#include "engine/identify/identifier.h"

namespace flowscent::flow {

/// Flows whose identification has begun, oldest first; most are done by now. Whoever was begun first has had most time
/// to say what it is, and makes room.
template <class Flow>
class BegunFlows {
public:
    void add(const Flow& flow) { m_flows.push_back(flow); }

    /// Has flows finished until `identifier` takes another. `waits`: whether a flow is still being identified.
    template <class Waits, class Finish>
    void makeRoom(const identify::Identifier& identifier, const Waits& waits, const Finish& finish)
    {
        while (!m_flows.empty() && (identifier.full() || !waits(m_flows.front()))) {
            const Flow oldest = m_flows.front();
            m_flows.pop_front();
            if (waits(oldest))
                finish(oldest);
        }
        if (m_flows.size() >= most) // the first of them waits long, those behind it do not
            std::erase_if(m_flows, [&waits](const Flow& flow) { return !waits(flow); });
    }

private:
    static constexpr std::size_t most = 131072; ///< four times what an identifier keeps open

    std::deque<Flow> m_flows;
};

} // namespace flowscent::flow
