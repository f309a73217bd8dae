// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/packet_export.h"

#include "engine/base/atomic_file.h"
#include "engine/capture/capture_file.h"
#include "engine/capture/pcapng_writer.h"
#include "engine/capture/read_ahead.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <span>

namespace flowscent::store {

using base::Error;
using base::failure;
using base::Result;
using capture::PacketPlace;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t fewPackets = 4096; ///< of one file: fetched singly; more are found faster in one pass
constexpr std::uint64_t batch = 1024;    ///< packets between two looks at the clock and the stop token

struct Wanted {
    PacketPlace place;
    std::uint32_t chosen = 0; ///< index into PacketExport::flows
    bool first = false;       ///< of its flow
};

std::uint64_t orderOf(const Wanted& wanted)
{
    return std::uint64_t{wanted.place.file} << 48 | wanted.place.offset;
}

std::string endText(const packet::Endpoint& end)
{
    const std::string address = packet::text(end.address);
    return (end.address.v6 ? "[" + address + "]" : address) + ":" + std::to_string(end.port);
}

std::string commentOf(const flow::FlowTable& table, const ExportFlow& chosen)
{
    const flow::FlowKey key = table.key(chosen.flow);
    return "flow " + std::to_string(std::uint64_t{chosen.flow.value} + 1) + " " + flow::protocolText(key.protocol) +
           " " + endText(key.client) + " -> " + endText(key.server) +
           (chosen.label.empty() ? "" : " label: " + chosen.label);
}

std::string sectionComment(const std::vector<std::filesystem::path>& files, std::size_t flows)
{
    constexpr std::size_t named = 20;
    std::string text = "Packets of " + std::to_string(flows) + " flows, exported by Flowscent from ";
    for (std::size_t i = 0; i < std::min(named, files.size()); ++i)
        text += (i == 0 ? "" : ", ") + files[i].filename().string();
    return files.size() > named ? text + " and " + std::to_string(files.size() - named) + " more" : text;
}

Error changed(const std::filesystem::path& file)
{
    return {Error::Code::Format, "a packet is no longer where it was: the file has changed since it was read",
            file.string()};
}

/// Takes packets in order of their places, writes them and tells how far it is.
class Exporter {
public:
    Exporter(const PacketExport& chosen, std::span<const Wanted> wanted, std::ostream& out,
             const base::ProgressSink& progress, const std::stop_token& stop, const std::string& comment)
        : m_chosen(chosen)
        , m_wanted(wanted)
        , m_progress(progress)
        , m_stop(stop)
        , m_writer(out, comment)
    {
    }

    /// All packets that lie in one file.
    Result<void> copy(std::span<const Wanted> wanted, const std::filesystem::path& file)
    {
        std::error_code unknown;
        const bool once = file == "-" || !std::filesystem::is_regular_file(file, unknown);
        return once || wanted.size() <= fewPackets ? fetch(wanted) : pass(wanted, file);
    }

private:
    Result<void> fetch(std::span<const Wanted> wanted)
    {
        std::vector<PacketPlace> places;
        std::ranges::transform(wanted, std::back_inserter(places), &Wanted::place);
        capture::announceFetches(m_chosen.files, places);
        capture::PacketFetcher fetcher(m_chosen.files, m_chosen.descriptions);
        for (const Wanted& next : wanted) {
            const auto stored = fetcher.fetch(next.place);
            if (!stored)
                return failure(stored.error());
            const capture::PacketView packet{stored->bytes, stored->originalLength, stored->time, stored->linkType,
                                             next.place};
            if (auto written = write(packet, next); !written)
                return written;
        }
        return {};
    }

    Result<void> pass(std::span<const Wanted> wanted, const std::filesystem::path& file)
    {
        auto source = capture::CaptureFile::open(file);
        if (!source)
            return failure(source.error());
        for (std::uint64_t read = 1; !wanted.empty(); ++read) {
            const auto packet = source->next();
            if (!packet)
                return failure(packet.error());
            if (!*packet || (*packet)->place.offset > wanted.front().place.offset)
                return failure(changed(file));
            if (read % batch == 0 && m_stop.stop_requested())
                return stopped();
            if ((*packet)->place.offset < wanted.front().place.offset)
                continue;
            if (auto written = write(**packet, wanted.front()); !written)
                return written;
            wanted = wanted.subspan(1);
        }
        return {};
    }

    Result<void> write(const capture::PacketView& packet, const Wanted& wanted)
    {
        if (m_done % batch == 0 && m_stop.stop_requested())
            return stopped();
        if (m_progress && Clock::now() >= m_nextProgress) {
            m_progress({"exporting packets", m_done, m_wanted.size()});
            m_nextProgress = Clock::now() + 100ms;
        }
        ++m_done;
        return m_writer.write(packet,
                              wanted.first ? commentOf(*m_chosen.table, m_chosen.flows[wanted.chosen]) : std::string());
    }

    static tl::unexpected<Error> stopped() { return failure(Error::Code::Cancelled, "stopped; nothing was written"); }

    const PacketExport& m_chosen;
    std::span<const Wanted> m_wanted;
    const base::ProgressSink& m_progress;
    const std::stop_token& m_stop;
    capture::PcapngWriter m_writer;
    std::uint64_t m_done = 0;
    Clock::time_point m_nextProgress = Clock::now();
};

std::vector<Wanted> wantedPackets(const PacketExport& chosen, ExportReport& report)
{
    std::vector<Wanted> wanted;
    for (std::uint32_t i = 0; i < chosen.flows.size(); ++i) {
        const auto places = chosen.table->places(chosen.flows[i].flow);
        ++(places.empty() ? report.withoutPackets : report.flows);
        for (std::size_t packet = 0; packet < places.size(); ++packet)
            wanted.push_back({places[packet], i, packet == 0});
    }
    std::ranges::stable_sort(wanted, {}, orderOf);
    report.packets = wanted.size();
    return wanted;
}

Result<void> checkOutput(const std::vector<std::filesystem::path>& files, const std::filesystem::path& output)
{
    for (const auto& file : files) {
        std::error_code unknown;
        if (std::filesystem::equivalent(file, output, unknown))
            return failure(Error::Code::Argument, "is the capture itself: choose another file to write",
                           output.string());
    }
    return {};
}

} // namespace

Result<ExportReport> exportPackets(const PacketExport& chosen, const std::filesystem::path& output,
                                   const base::ProgressSink& progress, const std::stop_token& stop)
{
    if (chosen.flows.empty())
        return failure(Error::Code::Argument, "no flow is chosen, so there is nothing to write", output.string());
    if (auto fine = checkOutput(chosen.files, output); !fine)
        return failure(fine.error());
    ExportReport report;
    const auto wanted = wantedPackets(chosen, report);
    if (wanted.empty())
        return failure(Error::Code::Unavailable,
                       "none of the chosen flows has packets to write: " + std::string(flow::withoutPackets),
                       output.string());

    const std::string comment = sectionComment(chosen.files, report.flows);
    const auto written = base::writeAtomically(output, [&](std::ostream& out) -> Result<void> {
        Exporter exporter(chosen, wanted, out, progress, stop, comment);
        for (auto rest = std::span(wanted); !rest.empty();) {
            const std::uint64_t file = rest.front().place.file;
            const auto end = std::ranges::find_if(rest, [file](const Wanted& next) { return next.place.file != file; });
            const auto here = rest.first(static_cast<std::size_t>(end - rest.begin()));
            if (file >= chosen.files.size())
                return failure(Error::Code::Argument, "a packet belongs to a file that is not open");
            if (auto copied = exporter.copy(here, chosen.files[file]); !copied)
                return copied;
            rest = rest.subspan(here.size());
        }
        return {};
    });
    if (!written) {
        Error error = written.error();
        if (error.where.empty() && error.code == Error::Code::Io)
            error.where = output.string();
        return failure(error);
    }
    return report;
}

} // namespace flowscent::store
