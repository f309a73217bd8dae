// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/read_flows.h"

#include "engine/flow/capture_reader.h"
#include "engine/flow/table_builder.h"

#include <algorithm>
#include <chrono>

#include <sched.h>

namespace flowscent::flow {

using base::Error;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t firstRows = 2000; ///< as many flows are worth showing before the first pause is over

/// Decides when the reader tells what it has: progress often, snapshots at intervals that grow with the size.
class Reporter {
public:
    Reporter(const base::ProgressSink& progress, const SnapshotSink& snapshots)
        : m_progress(progress)
        , m_snapshots(snapshots)
    {
    }

    void report(const ReadStep& step, const TableBuilder& table, const FlowAssembler& assembler)
    {
        const auto now = Clock::now();
        if (m_progress && now >= m_nextProgress) {
            m_progress({"reading " + step.source, step.bytesDone, step.bytesTotal});
            m_nextProgress = now + 100ms;
        }
        const bool fills = !m_shown && table.size() + assembler.openFlows() >= firstRows;
        if (m_snapshots && (fills || now >= m_nextSnapshot)) {
            const auto begun = Clock::now();
            m_shown = true;
            m_snapshots(table.snapshot(assembler));
            // Copying takes longer the more there is, so the pauses grow: at most about a tenth of the time goes here.
            m_nextSnapshot = Clock::now() + std::max<Clock::duration>(m_pause, 9 * (Clock::now() - begun));
            m_pause = std::min<Clock::duration>(m_pause * 2, 2s);
        }
    }

private:
    const base::ProgressSink& m_progress;
    const SnapshotSink& m_snapshots;
    bool m_shown = false;
    Clock::time_point m_nextProgress = Clock::now();
    Clock::duration m_pause = 200ms;
    Clock::time_point m_nextSnapshot = Clock::now() + m_pause;
};

/// What the scheduler lets us have, which may be less than the machine has.
int coresAllowed()
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    return sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
}

} // namespace

base::Result<ReadOutcome> readFlows(const std::vector<std::filesystem::path>& files, const AssemblerSettings& settings,
                                    const base::ProgressSink& progress, const SnapshotSink& snapshots,
                                    const std::stop_token& stop, Reading reading)
{
    if (files.empty())
        return base::failure(Error::Code::Argument, "there is no capture to read");
    if (files.size() > 65535)
        return base::failure(Error::Code::Argument, "at most 65535 files can be read as one capture");
    ReadOutcome outcome;
    outcome.files = files;
    TableBuilder table(settings.names);
    const bool ahead = reading == Reading::TwoThreads || (reading == Reading::AsCoresAllow && coresAllowed() > 1);
    AssemblerSettings chosen = settings;
    chosen.identifyApart = ahead;
    FlowAssembler assembler(chosen, [&table](FlowId id, const FlowView& flow) {
        if (flow.end != FlowEnd::Open)
            table.add(id, flow);
    });
    Reporter reporter(progress, snapshots);
    CaptureReader reader(files, assembler.noteSettings(), ahead, stop);
    const ReadStep* step = reader.next();
    while (step != nullptr && !outcome.cancelled) {
        assembler.add(step->batch);
        reporter.report(*step, table, assembler);
        outcome.cancelled = stop.stop_requested();
        step = reader.next();
    }
    if (step == nullptr) { // else the reader may be at work still
        outcome.damage = reader.damage();
        outcome.remark = reader.remark();
        outcome.descriptions = reader.descriptions();
    }
    assembler.finish();
    outcome.counters = assembler.counters();
    if (outcome.damage && outcome.counters.packets == 0)
        return base::failure(*outcome.damage);
    outcome.table = table.take(assembler);
    return outcome;
}

} // namespace flowscent::flow
