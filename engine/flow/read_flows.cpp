// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/read_flows.h"

#include "engine/capture/merged_capture.h"
#include "engine/flow/table_builder.h"

#include <algorithm>
#include <chrono>

namespace flowscent::flow {

using base::Error;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t batch = 1024;   ///< packets between two looks at the clock and the stop token
constexpr std::size_t firstRows = 2000; ///< as many flows are worth showing before the first pause is over

/// Decides when the reader tells what it has: progress often, snapshots at intervals that grow with the size.
class Reporter {
public:
    Reporter(const base::ProgressSink& progress, const SnapshotSink& snapshots)
        : m_progress(progress)
        , m_snapshots(snapshots)
    {
    }

    void report(const capture::PacketSource& source, const TableBuilder& table, const FlowAssembler& assembler)
    {
        const auto now = Clock::now();
        if (m_progress && now >= m_nextProgress) {
            m_progress({"reading " + source.name(), source.bytesDone(), source.bytesTotal()});
            m_nextProgress = now + 100ms;
        }
        const bool fills = !m_shown && table.size() + assembler.openFlows() >= firstRows;
        if (m_snapshots && (fills || now >= m_nextSnapshot)) {
            const auto begun = Clock::now();
            m_shown = true;
            m_snapshots(table.snapshot(assembler));
            // Copying takes longer the more there is, so the pauses grow: at most about a fifth of the time goes here.
            m_nextSnapshot = Clock::now() + std::max<Clock::duration>(m_pause, 4 * (Clock::now() - begun));
            m_pause = std::min<Clock::duration>(m_pause * 3 / 2, 2s);
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

} // namespace

base::Result<ReadOutcome> readFlows(const std::vector<std::filesystem::path>& files, const AssemblerSettings& settings,
                                    const base::ProgressSink& progress, const SnapshotSink& snapshots,
                                    const std::stop_token& stop)
{
    if (files.empty())
        return base::failure(Error::Code::Argument, "there is no capture to read");
    if (files.size() > 65535)
        return base::failure(Error::Code::Argument, "at most 65535 files can be read as one capture");
    ReadOutcome outcome;
    outcome.files = files;
    TableBuilder table;
    FlowAssembler assembler(settings, [&table](FlowId id, const FlowRecord& record) {
        if (record.end != FlowEnd::Open)
            table.add(id, record);
    });
    Reporter reporter(progress, snapshots);
    capture::MergedCapture source(files, stop);
    for (std::uint64_t read = 1;; ++read) {
        const auto packet = source.next();
        outcome.cancelled = !packet;
        if (!packet || !*packet)
            break;
        assembler.add(**packet);
        if (read % batch == 0) {
            reporter.report(source, table, assembler);
            outcome.cancelled = stop.stop_requested();
            if (outcome.cancelled)
                break;
        }
    }
    assembler.finish();
    outcome.counters = assembler.counters();
    outcome.damage = source.damage();
    outcome.remark = source.remark();
    if (outcome.damage && outcome.counters.packets == 0)
        return base::failure(*outcome.damage);
    outcome.table = table.take();
    return outcome;
}

} // namespace flowscent::flow
