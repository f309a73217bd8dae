// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"

#include "engine/base/atomic_file.h"
#include "engine/logs/read_sources.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <thread>

#include <pthread.h>
#include <unistd.h>

namespace flowscent::cli {

void say(const std::string& message)
{
    std::cerr << "flowscent-cli: " << message << '\n';
}

int fail(const base::Error& error)
{
    say(error.sentence());
    return Failed;
}

base::ProgressSink progressLine()
{
    if (isatty(STDERR_FILENO) == 0)
        return {};
    return [](const base::Progress& progress) {
        const bool done = progress.total > 0 && progress.done >= progress.total;
        std::fprintf(stderr, "\r\033[K%s %3.0f %%%s", progress.what.c_str(), 100 * progress.fraction(),
                     done ? "\r\033[K" : "");
        std::fflush(stderr);
    };
}

std::stop_token stopOnSignal()
{
    // Blocked in every thread and awaited in one: no work is done inside a signal handler.
    static std::stop_source source;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::thread([signals] {
        int received = 0;
        sigwait(&signals, &received);
        source.request_stop();
        sigwait(&signals, &received); // the second one means it
        std::_Exit(128 + received);
    }).detach();
    return source.get_token();
}

base::Result<void> writeOutput(const std::string& file, const std::function<base::Result<void>(std::ostream&)>& write)
{
    if (!file.empty() && file != "-")
        return base::writeAtomically(file, write);
    errno = 0;
    auto outcome = write(std::cout);
    std::cout.flush();
    if (outcome && !std::cout && errno != EPIPE) // `| head` has seen enough: that is no failure
        return base::failure(base::Error::Code::Io,
                             std::string("standard output cannot be written: ") + std::strerror(errno));
    return outcome;
}

base::Result<void> checkWritable(const std::string& file)
{
    if (file.empty() || file == "-")
        return {};
    const auto folder = std::filesystem::absolute(file).parent_path();
    std::error_code unknown;
    if (std::filesystem::is_directory(file, unknown))
        return base::failure(base::Error::Code::Io, "is a directory; name a file to write", file);
    if (access(folder.c_str(), W_OK) != 0)
        return base::failure(base::Error::Code::Io, std::string("cannot be written: ") + std::strerror(errno), file);
    return {};
}

namespace {

/// "1 packet", "3 packets"
std::string counted(std::uint64_t count, const std::string& thing)
{
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

/// What a log gave besides its flows.
void sayLog(const flow::LogReport& log, int& code)
{
    if (const auto damage = log.damage()) {
        say(damage->sentence());
        code = DamagedInput;
    }
    if (log.otherEvents.count > 0)
        say(log.file.string() + ": passed over " + std::to_string(log.otherEvents.count) +
            " lines about other things than flows");
    if (log.foreignCommunityIds.count > 0)
        say(log.file.string() + ": the Community ID of " + std::to_string(log.foreignCommunityIds.count) +
            " lines, first line " + std::to_string(log.foreignCommunityIds.firstLine) +
            ", is not that of their addresses and ports with seed 0");
    if (log.flows == 0 && !log.trouble)
        say(log.file.string() + ": the log holds no flows");
}

void saySkipped(const flow::AssemblerCounters& counters, const flow::FlowTable& table, bool captures)
{
    std::string parts;
    for (std::size_t reason = 0; reason < counters.skipped.size(); ++reason) {
        if (counters.skipped[reason] == 0)
            continue;
        parts += (parts.empty() ? "" : ", ") + std::to_string(counters.skipped[reason]) + " " +
                 std::string(packet::text(static_cast<packet::SkipReason>(reason)));
        if (counters.firstSkipped[reason] != 0)
            parts += " (first: packet " + std::to_string(counters.firstSkipped[reason]) + ")";
    }
    if (counters.packets == 0 && captures)
        say("the capture is valid but contains no packets");
    else if (!parts.empty())
        say(counted(counters.packets, "packet") + ", " + counted(table.size(), "flow") +
            "; packets in no flow: " + parts);
}

} // namespace

flow::AssemblerSettings rowSettings(bool withoutIdentities)
{
    flow::AssemblerSettings settings;
    if (!withoutIdentities)
        settings.names = std::make_shared<identify::Names>();
    return settings;
}

base::Result<flow::ReadOutcome> readCaptures(const std::vector<std::string>& captures,
                                             const flow::AssemblerSettings& settings, const std::stop_token& stop,
                                             int& code)
{
    const std::vector<std::filesystem::path> files(captures.begin(), captures.end());
    auto outcome = logs::readSources(files, settings, progressLine(), {}, stop);
    if (!outcome && outcome.error().code == base::Error::Code::Truncated)
        outcome.error().what += "; no packet was read: check the file's source for a complete copy";
    if (!outcome)
        return outcome;
    if (outcome->cancelled)
        return base::failure(base::Error::Code::Cancelled, "stopped; nothing was written");
    const bool ofLog =
        std::ranges::any_of(outcome->logs, [&](const flow::LogReport& log) { return log.damage() == outcome->damage; });
    if (outcome->damage && !ofLog) {
        say(outcome->damage->sentence() + "; what was read is used (" + counted(outcome->counters.packets, "packet") +
            "): check the file's source for a complete copy");
        code = DamagedInput;
    }
    if (!outcome->remark.empty())
        say(outcome->remark);
    for (const flow::LogReport& log : outcome->logs)
        sayLog(log, code);
    saySkipped(outcome->counters, *outcome->table, outcome->logs.size() < files.size());
    return outcome;
}

} // namespace flowscent::cli
