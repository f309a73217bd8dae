// SPDX-License-Identifier: GPL-3.0-or-later
// flow_bench CAPTURE [Google Benchmark's options] - what each step from bytes to a table of flows costs, from reading
// alone to everything, beside two limits on the same file: read() through a buffer of 1 MiB, and libpcap's empty loop.
// Pin it to a core (taskset -c 0) to see one core's work; "two threads" needs two.
#include <array>
#include <iostream>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <unistd.h>

#include "engine/capture/capture_file.h"
#include "engine/features/extract.h"
#include "engine/flow/read_flows.h"

using namespace flowscent;

namespace {

std::string file; // NOLINT: Google Benchmark hands no arguments on

void fail(benchmark::State& state, const base::Error& error)
{
    state.SkipWithError(error.sentence().c_str());
}

/// Packets a second and nanoseconds a packet, whatever was done with them.
void report(benchmark::State& state, std::uint64_t packets)
{
    state.SetItemsProcessed(static_cast<std::int64_t>(packets));
}

void readBytes(benchmark::State& state)
{
    std::vector<char> buffer(1U << 20);
    for (auto _ : state) {
        const int input = open(file.c_str(), O_RDONLY | O_CLOEXEC);
        while (read(input, buffer.data(), buffer.size()) > 0)
            benchmark::DoNotOptimize(buffer.data());
        close(input);
    }
}

void emptyPcapLoop(benchmark::State& state)
{
    std::uint64_t packets = 0;
    for (auto _ : state) {
        std::array<char, PCAP_ERRBUF_SIZE> trouble{};
        pcap_t* input = pcap_open_offline(file.c_str(), trouble.data());
        if (input == nullptr)
            return state.SkipWithError(trouble.data());
        pcap_pkthdr* head = nullptr;
        const u_char* bytes = nullptr;
        while (pcap_next_ex(input, &head, &bytes) == 1)
            ++packets;
        pcap_close(input);
    }
    report(state, packets);
}

template <class Take>
std::uint64_t forEachPacket(benchmark::State& state, const Take& take)
{
    auto source = capture::CaptureFile::open(file);
    if (!source) {
        fail(state, source.error());
        return 0;
    }
    std::uint64_t packets = 0;
    for (auto packet = source->next(); packet && *packet; packet = source->next(), ++packets)
        take(**packet);
    return packets;
}

void reader(benchmark::State& state)
{
    std::uint64_t packets = 0;
    for (auto _ : state)
        packets +=
            forEachPacket(state, [](const capture::PacketView& packet) { benchmark::DoNotOptimize(packet.time); });
    report(state, packets);
}

void decoding(benchmark::State& state)
{
    std::uint64_t packets = 0;
    for (auto _ : state) {
        flow::NoteTaker notes({.seed = 1});
        flow::PacketBatch batch;
        packets += forEachPacket(state, [&](const capture::PacketView& packet) {
            notes.take(packet, batch);
            if (batch.notes.size() >= 512)
                batch.clear();
        });
    }
    report(state, packets);
}

void flowsWithoutTable(benchmark::State& state)
{
    std::uint64_t packets = 0;
    for (auto _ : state) {
        flow::FlowAssembler assembler(
            {}, [](flow::FlowId, const flow::FlowView& seen) { benchmark::DoNotOptimize(seen.start); });
        flow::NoteTaker notes(assembler.noteSettings());
        flow::PacketBatch batch;
        packets += forEachPacket(state, [&](const capture::PacketView& packet) {
            notes.take(packet, batch);
            if (batch.notes.size() >= 512) {
                assembler.add(batch);
                batch.clear();
            }
        });
        notes.finish(batch);
        assembler.add(batch);
        assembler.finish();
    }
    report(state, packets);
}

enum class Identities { Without, With };

void flowTable(benchmark::State& state, flow::Reading reading, Identities identities)
{
    std::uint64_t packets = 0;
    for (auto _ : state) {
        flow::AssemblerSettings settings;
        if (identities == Identities::With)
            settings.names = std::make_shared<identify::Names>();
        const auto read = flow::readFlows({file}, settings, {}, {}, {}, reading);
        if (!read)
            return fail(state, read.error());
        packets += read->counters.packets;
        state.counters["flows"] = static_cast<double>(read->table->size());
    }
    report(state, packets);
}

void featuresOfFlows(benchmark::State& state)
{
    const auto read = flow::readFlows({file}, {}, {}, {}, {});
    if (!read)
        return fail(state, read.error());
    for (auto _ : state)
        benchmark::DoNotOptimize(features::extract(*read->table, {}, {}));
    state.counters["flows/s"] =
        benchmark::Counter(static_cast<double>(read->table->size()), benchmark::Counter::kIsIterationInvariantRate);
}

} // namespace

int main(int count, char** arguments)
{
    benchmark::Initialize(&count, arguments);
    if (count != 2) {
        std::cerr << "usage: flow_bench CAPTURE [--benchmark_...]\n";
        return 2;
    }
    file = arguments[1];
    const auto add = [](const char* name, const auto& work) {
        return benchmark::RegisterBenchmark(name, work)->Unit(benchmark::kMillisecond);
    };
    add("limit: read()", readBytes);
    add("limit: empty libpcap loop", emptyPcapLoop);
    add("reader", reader);
    add("reader + decoding", decoding);
    add("flows", flowsWithoutTable);
    add("flows + table",
        [](benchmark::State& state) { flowTable(state, flow::Reading::OneThread, Identities::Without); });
    add("flows + table, two threads", [](benchmark::State& state) {
        flowTable(state, flow::Reading::TwoThreads, Identities::Without);
    })->UseRealTime();
    add("flows + table + identities",
        [](benchmark::State& state) { flowTable(state, flow::Reading::OneThread, Identities::With); });
    add("flows + table + identities, two threads", [](benchmark::State& state) {
        flowTable(state, flow::Reading::TwoThreads, Identities::With);
    })->UseRealTime();
    add("features of all flows", featuresOfFlows);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
