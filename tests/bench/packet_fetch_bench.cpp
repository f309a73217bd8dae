// SPDX-License-Identifier: GPL-3.0-or-later
// packet_fetch_bench CAPTURE [FLOWS] - how long it takes from a flow to all of its packets: FLOWS random flows of at
// most 1000 packets (500 unless given), and as many of the longest such, by a fetcher for each flow and by one that
// is kept. Cold: the system forgets the file before each flow.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "engine/base/random.h"
#include "engine/capture/capture_file.h"
#include "engine/capture/read_ahead.h"
#include "engine/flow/read_flows.h"

using namespace flowscent;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t mostPackets = 1000;

double milliseconds(Clock::duration time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

/// Takes effect for pages that are written to the disk.
void forget(const std::filesystem::path& file)
{
    const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    fsync(descriptor);
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
    close(descriptor);
}

enum class Way {
    Plain, ///< a fetcher for each flow
    Ahead, ///< a fetcher for each flow, the packets announced before
    Kept   ///< one fetcher for all flows, the packets announced before
};
constexpr const char* wayNames[] = {"a fetcher each", "announced", "announced, kept"};

struct Figures {
    std::vector<double> times; ///< ms a flow
    std::uint64_t packets = 0;
};

Figures measure(const flow::ReadOutcome& read, const std::vector<std::uint32_t>& rows, bool cold, Way way)
{
    Figures figures;
    capture::PacketFetcher kept(read.files, read.descriptions);
    for (const std::uint32_t row : rows) {
        if (cold)
            forget(read.files[0]);
        const auto begun = Clock::now();
        const auto places = read.table->places(flow::FlowId(row));
        if (way != Way::Plain)
            capture::announceFetches(read.files, places);
        std::optional<capture::PacketFetcher> fresh;
        if (way != Way::Kept)
            fresh.emplace(read.files, read.descriptions);
        for (const capture::PacketPlace place : places) {
            const auto packet = (fresh ? *fresh : kept).fetch(place);
            if (!packet) {
                std::fprintf(stderr, "%s\n", packet.error().sentence().c_str());
                std::exit(1);
            }
            ++figures.packets;
        }
        figures.times.push_back(milliseconds(Clock::now() - begun));
    }
    return figures;
}

void print(const std::string& what, Figures figures)
{
    std::ranges::sort(figures.times);
    const auto at = [&](double share) {
        return figures.times[static_cast<std::size_t>(share * static_cast<double>(figures.times.size() - 1))];
    };
    std::printf("%-36s %4zu flows %8llu packets   median %8.3f ms   p99 %8.3f ms   worst %8.3f ms\n", what.c_str(),
                figures.times.size(), static_cast<unsigned long long>(figures.packets), at(0.5), at(0.99), at(1));
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "packet_fetch_bench CAPTURE [FLOWS]\n");
        return 2;
    }
    const std::size_t count = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 500;
    const auto begun = Clock::now();
    const auto read = flow::readFlows({argv[1]}, {}, {}, {}, {});
    if (!read) {
        std::fprintf(stderr, "%s\n", read.error().sentence().c_str());
        return 1;
    }
    const flow::FlowTable& table = *read->table;
    std::printf("%s: %llu packets, %zu flows, read in %.1f s\n", argv[1],
                static_cast<unsigned long long>(read->counters.packets), table.size(),
                milliseconds(Clock::now() - begun) / 1000);

    std::vector<std::uint32_t> rows;
    for (std::uint32_t row = 0; row < table.size(); ++row) {
        const std::size_t packets = table.places(flow::FlowId(row)).size();
        if (packets > 0 && packets <= mostPackets)
            rows.push_back(row);
    }
    auto longest = rows;
    std::ranges::stable_sort(longest, std::greater<>{},
                             [&](std::uint32_t row) { return table.places(flow::FlowId(row)).size(); });
    longest.resize(std::min(count, longest.size()));
    base::Rng(1).shuffle(std::span(rows));
    rows.resize(std::min(count, rows.size()));
    for (const bool cold : {false, true}) {
        for (const Way way : {Way::Plain, Way::Ahead, Way::Kept}) {
            const std::string words = std::string(cold ? ", cold, " : ", warm, ") + wayNames[static_cast<int>(way)];
            print("random" + words, measure(*read, rows, cold, way));
            print("longest" + words, measure(*read, longest, cold, way));
        }
    }
    return 0;
}
