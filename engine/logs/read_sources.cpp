// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/logs/read_sources.h"

#include "engine/logs/read_log.h"

#include <algorithm>
#include <chrono>

namespace flowscent::logs {

using base::Error;
using Clock = std::chrono::steady_clock;
using Files = std::vector<std::filesystem::path>;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t mostFiles = 65535;

struct LogFile {
    std::filesystem::path file;
    LogKind kind;
};

struct Sorted {
    Files captures;
    std::vector<std::uint16_t> placed; ///< per capture: its index among all files
    std::vector<LogFile> logs;
};

Sorted sortByContent(const Files& files)
{
    Sorted sorted;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (const auto kind = recogniseLogFile(files[i])) {
            sorted.logs.push_back({files[i], *kind});
        } else {
            sorted.captures.push_back(files[i]);
            sorted.placed.push_back(static_cast<std::uint16_t>(i));
        }
    }
    return sorted;
}

/// What is no capture is no log either by now.
Error alsoNoLog(Error error)
{
    if (error.code == Error::Code::Format && error.what.find("not a capture") != std::string::npos)
        error.what += " nor a log of flows (Zeek's conn.log, Suricata's eve.json)";
    return error;
}

std::shared_ptr<flow::FlowTable> withPlaces(const flow::FlowTable& table, const std::vector<std::uint16_t>& placed)
{
    auto copy = std::make_shared<flow::FlowTable>(table);
    copy->renumberFiles(placed);
    return copy;
}

std::vector<capture::Descriptions> withPlaces(std::vector<capture::Descriptions> told,
                                              const std::vector<std::uint16_t>& placed)
{
    std::vector<capture::Descriptions> moved(placed.back() + std::size_t{1});
    for (std::size_t i = 0; i < told.size(); ++i)
        moved[placed[i]] = std::move(told[i]);
    return moved;
}

/// Tells how far the logs are: progress often, tables at pauses that grow with them.
class Teller {
public:
    Teller(const base::ProgressSink& progress, const flow::SnapshotSink& snapshots)
        : m_progress(progress)
        , m_snapshots(snapshots)
    {
    }

    void tell(const LogFile& log, std::uint64_t done, std::uint64_t total, const flow::FlowTable& table)
    {
        const auto now = Clock::now();
        if (m_progress && now >= m_nextProgress) {
            m_progress({"reading " + log.file.string(), done, total});
            m_nextProgress = now + 100ms;
        }
        if (!m_snapshots || now < m_nextSnapshot || table.size() == 0)
            return;
        m_snapshots(std::make_shared<flow::FlowTable>(table));
        m_nextSnapshot = Clock::now() + std::max<Clock::duration>(300ms, 4 * (Clock::now() - now));
    }

private:
    const base::ProgressSink& m_progress;
    const flow::SnapshotSink& m_snapshots;
    Clock::time_point m_nextProgress = Clock::now();
    Clock::time_point m_nextSnapshot = Clock::now();
};

void readLogs(const std::vector<LogFile>& logs, flow::FlowTable& table, flow::ReadOutcome& outcome, Teller& teller,
              const std::stop_token& stop)
{
    const auto sizeOf = [](const LogFile& log) {
        std::error_code unknown;
        const auto size = std::filesystem::file_size(log.file, unknown);
        return unknown ? std::uint64_t{0} : std::uint64_t{size};
    };
    std::uint64_t total = 0;
    for (const LogFile& log : logs)
        total += sizeOf(log);
    std::uint64_t before = 0;
    for (const LogFile& log : logs) {
        const auto tick = [&](std::uint64_t done) { teller.tell(log, before + done, total, table); };
        outcome.logs.push_back(readLog(log.file, log.kind, table, tick, stop));
        before += sizeOf(log);
        outcome.cancelled = stop.stop_requested();
        if (outcome.cancelled)
            return;
        if (!outcome.damage)
            outcome.damage = outcome.logs.back().damage();
    }
}

/// The captures' part; without captures an empty table.
base::Result<flow::ReadOutcome> readCaptures(const Sorted& sorted, const flow::AssemblerSettings& settings,
                                             const base::ProgressSink& progress, const flow::SnapshotSink& snapshots,
                                             const std::stop_token& stop)
{
    if (sorted.captures.empty()) {
        flow::ReadOutcome outcome;
        outcome.table = std::make_shared<flow::FlowTable>(settings.names);
        return outcome;
    }
    const bool moved = sorted.placed.back() + std::size_t{1} != sorted.placed.size();
    flow::SnapshotSink placing = snapshots;
    if (moved && snapshots)
        placing = [&](const std::shared_ptr<const flow::FlowTable>& table) {
            snapshots(withPlaces(*table, sorted.placed));
        };
    auto outcome = flow::readFlows(sorted.captures, settings, progress, placing, stop);
    if (outcome && moved) {
        outcome->table = withPlaces(*outcome->table, sorted.placed);
        outcome->descriptions = withPlaces(std::move(outcome->descriptions), sorted.placed);
    }
    if (outcome && outcome->damage)
        outcome->damage = alsoNoLog(*outcome->damage);
    return outcome;
}

} // namespace

base::Result<flow::ReadOutcome> readSources(const Files& files, const flow::AssemblerSettings& settings,
                                            const base::ProgressSink& progress, const flow::SnapshotSink& snapshots,
                                            const std::stop_token& stop)
{
    if (files.empty() || files.size() > mostFiles)
        return flow::readFlows(files, settings, progress, snapshots, stop); // has the sentence for it
    const Sorted sorted = sortByContent(files);
    auto outcome = readCaptures(sorted, settings, progress, snapshots, stop);
    if (!outcome && (sorted.logs.empty() || outcome.error().code == Error::Code::Cancelled))
        return base::failure(alsoNoLog(outcome.error()));
    if (sorted.logs.empty())
        return outcome;

    flow::ReadOutcome whole = outcome ? std::move(*outcome) : flow::ReadOutcome{};
    if (!outcome)
        whole.damage = alsoNoLog(outcome.error());
    whole.files = files;
    auto table = whole.table ? std::make_shared<flow::FlowTable>(*whole.table)
                             : std::make_shared<flow::FlowTable>(settings.names);
    if (!whole.cancelled) {
        Teller teller(progress, snapshots);
        readLogs(sorted.logs, *table, whole, teller, stop);
    }
    whole.table = std::move(table);
    const bool sound = std::ranges::any_of(whole.logs, [](const flow::LogReport& log) { return !log.trouble; });
    if (whole.damage && whole.table->size() == 0 && whole.counters.packets == 0 && !sound)
        return base::failure(*whole.damage);
    return whole;
}

} // namespace flowscent::logs
