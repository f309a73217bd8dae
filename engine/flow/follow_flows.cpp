// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/follow_flows.h"

#include "engine/capture/capture_file.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace flowscent::flow {

using Clock = std::chrono::steady_clock;

namespace {

/// The wall's time in terms of the capture's own clock, which may be set differently.
class CaptureClock {
public:
    void packetCame(base::Nanoseconds time)
    {
        m_last = time;
        m_came = Clock::now();
    }
    [[nodiscard]] base::Nanoseconds now() const
    {
        const auto passed = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - m_came).count();
        return m_last + std::min<base::Nanoseconds>(passed, std::numeric_limits<base::Nanoseconds>::max() - m_last);
    }

private:
    base::Nanoseconds m_last = 0;
    Clock::time_point m_came = Clock::now();
};

} // namespace

base::Result<FollowOutcome> followFlows(const std::filesystem::path& file, const AssemblerSettings& settings,
                                        const FollowSinks& sinks, const std::stop_token& stop)
{
    auto source = capture::CaptureFile::open(file, {.follow = true, .stop = stop});
    if (!source)
        return base::failure(source.error());
    bool wanted = true;
    FlowAssembler assembler(settings, [&](FlowId, const FlowView& flow) {
        if (wanted && flow.end != FlowEnd::Open)
            wanted = sinks.ended(flow.record());
    });
    FollowOutcome outcome;
    CaptureClock clock;
    bool fresh = false; ///< packets came since the clock was read
    base::Nanoseconds last = 0;
    while (wanted && !stop.stop_requested()) {
        const auto packet = source->next();
        if (!packet)
            outcome.damage = packet.error();
        if (!packet || (!*packet && source->finished()))
            break;
        if (*packet) {
            assembler.add(**packet);
            last = (*packet)->time;
            fresh = true;
            continue;
        }
        // Looking at the wall's clock for every packet would cost more than the packet: what came without a pause came
        // just now.
        if (fresh)
            clock.packetCame(last);
        else if (assembler.counters().packets > 0)
            assembler.advanceTo(clock.now());
        fresh = false;
        if (sinks.waiting)
            wanted = wanted && sinks.waiting();
    }
    assembler.finish();
    outcome.counters = assembler.counters();
    if (outcome.damage && outcome.counters.packets == 0)
        return base::failure(*outcome.damage);
    return outcome;
}

} // namespace flowscent::flow
