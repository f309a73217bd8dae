// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/ready_detector.h"

#include "engine/base/atomic_file.h"
#include "engine/capture/capture_file.h"
#include "engine/capture/live_capture.h"
#include "engine/detect/live_detector.h"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

namespace flowscent::cli {

namespace {

constexpr std::size_t mostProposals = 100'000; ///< alerts remembered for the nftables proposal

struct DetectOptions {
    std::string detector;
    std::string interface;
    std::string replay;
    std::string filter;
    std::string eve;
    std::string nft;
    double speed = 0;
};

base::Result<std::unique_ptr<capture::PacketSource>> openSource(const DetectOptions& options)
{
    if (options.interface.empty()) {
        auto file = capture::CaptureFile::open(options.replay);
        if (!file)
            return base::failure(file.error());
        return std::make_unique<capture::CaptureFile>(std::move(*file));
    }
    auto live = capture::LiveCapture::open(options.interface, {.filter = options.filter});
    if (!live)
        return base::failure(live.error());
    return std::make_unique<capture::LiveCapture>(std::move(*live));
}

/// Alerts leave at once, line by line, so that whoever follows the file sees them as they happen. The file is appended
/// to, as every EVE log is: an earlier run's alerts are never lost.
class AlertLog {
public:
    explicit AlertLog(const std::string& file)
        : m_name(file)
    {
        if (!file.empty() && file != "-")
            m_file.open(file, std::ios::app);
    }
    /// Io error when alerts were lost; nothing is lost when the reader of a pipe has gone.
    [[nodiscard]] base::Result<void> usable()
    {
        if (out() || m_reason == EPIPE)
            return {};
        return base::failure(base::Error::Code::Io,
                             std::string("alerts cannot be written: ") +
                                 std::strerror(m_reason != 0 ? m_reason : errno),
                             m_name.empty() ? "standard output" : m_name);
    }
    void write(const std::string& line)
    {
        errno = 0;
        out() << line << '\n' << std::flush;
        if (!out() && m_reason == 0)
            m_reason = errno;
    }

private:
    std::ostream& out() { return m_name.empty() || m_name == "-" ? std::cout : m_file; }

    std::string m_name;
    std::ofstream m_file;
    int m_reason = 0; ///< errno of the first write that failed
};

void sayCounters(const detect::LiveCounters& counters, const DetectOptions& options)
{
    say(std::to_string(counters.assembler.packets) + " packets, " + std::to_string(counters.flowsJudged) +
        " verdicts, " + std::to_string(counters.alerts) + " alerts; " + std::to_string(counters.dropped) +
        " packets dropped");
    if (!options.nft.empty())
        say("wrote " + options.nft + ": a proposal to read; nothing has been applied");
}

int run(const DetectOptions& options, const std::stop_token& stop)
{
    if (auto writable = checkWritable(options.nft); !writable)
        return fail(writable.error());
    const auto ready = readyDetector(options.detector);
    if (!ready)
        return fail(ready.error());
    auto source = openSource(options);
    if (!source)
        return fail(source.error());
    AlertLog log(options.eve);
    if (auto usable = log.usable(); !usable)
        return fail(usable.error());
    if (!options.interface.empty())
        say("listening on " + options.interface + "; stop with Ctrl+C");

    const detect::AlertOrigin origin{(*source)->name(), ready->detector.base->identity().substr(0, 16)};
    std::vector<detect::Alert> alerts;
    const auto counters = detect::detectOn(
        **source, ready->detector, *ready->encoder, {.replaySpeed = options.speed},
        [&](const detect::Alert& alert) {
            log.write(detect::eveLine(alert, ready->detector, origin));
            if (!options.nft.empty() && alerts.size() < mostProposals)
                alerts.push_back(alert);
        },
        stop);
    if (!counters)
        return fail(counters.error());
    if (!options.nft.empty()) {
        if (auto saved = base::writeAtomically(options.nft, detect::nftScript(alerts, ready->detector)); !saved)
            return fail(saved.error());
    }
    sayCounters(*counters, options);
    if (const std::string remark = (*source)->remark(); !remark.empty())
        say(remark);
    if (counters->damage) {
        say(counters->damage->sentence() + "; what came before was judged");
        return counters->assembler.packets > 0 ? DamagedInput : Failed;
    }
    if (auto usable = log.usable(); !usable)
        return fail(usable.error());
    return Good;
}

} // namespace

void addDetectCommand(CLI::App& program, const Choose& choose)
{
    auto options = std::make_shared<DetectOptions>();
    CLI::App* command = program.add_subcommand("detect", "Judge flows as their packets come, and raise alerts");
    command->add_option("--detector", options->detector, "A file made by 'adapt'")->type_name("FILE")->required();
    auto* source = command->add_option_group("source", "Where packets come from");
    auto* interface = source->add_option("--interface", options->interface, "A network interface")->type_name("IF");
    auto* replay = source->add_option("--replay", options->replay, "A capture, replayed")->type_name("CAPTURE");
    source->require_option(1);
    command
        ->add_option("--speed", options->speed,
                     "Replay at this multiple of the recorded speed; 0 for as fast as possible")
        ->needs(replay)
        ->check(CLI::Range(0.0, 1e6));
    command->add_option("--filter", options->filter, "BPF capture filter")->type_name("BPF")->needs(interface);
    command
        ->add_option("--eve", options->eve, "Append alerts as EVE JSON lines to this file instead of standard output")
        ->type_name("FILE");
    command
        ->add_option("--nft", options->nft, "Write the offending addresses as an nftables script; it is never applied")
        ->type_name("FILE");
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
