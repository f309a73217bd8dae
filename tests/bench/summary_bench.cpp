// SPDX-License-Identifier: GPL-3.0-or-later
// summary_bench [FLOWS [HOSTS]] - milliseconds that each summary of made-up flows takes on one core.
#include "engine/base/random.h"
#include "engine/flow/summary/peers.h"
#include "engine/flow/summary/shares.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>

using namespace flowscent;

namespace {

flow::FlowTable madeTable(std::uint32_t flows, std::uint32_t hosts)
{
    flow::FlowTable table;
    base::Rng rng(1);
    flow::FlowRecord record;
    const auto address = [&] {
        packet::IpAddress made;
        const auto host = static_cast<std::uint32_t>(rng.below(hosts));
        std::memcpy(made.bytes.data(), &host, sizeof host);
        return made;
    };
    for (std::uint32_t i = 0; i < flows; ++i) {
        record.key.client = {address(), static_cast<std::uint16_t>(rng.below(65536))};
        record.key.server = {address(), static_cast<std::uint16_t>(rng.below(1024))};
        record.key.protocol = rng.below(3) == 0 ? 17 : 6;
        record.start = static_cast<base::Nanoseconds>(i) * 1'000'000;
        record.last = record.start + static_cast<base::Nanoseconds>(rng.below(100)) * base::nanosecondsPerSecond;
        record.statistics.packets = {rng.below(100), rng.below(100)};
        record.statistics.bytes = {rng.below(100000), rng.below(100000)};
        table.append(record);
    }
    return table;
}

template <class Function>
void measure(const char* what, const Function& function)
{
    const auto begin = std::chrono::steady_clock::now();
    function();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    std::printf("%-12s %8.1f ms\n", what, took.count());
}

} // namespace

int main(int count, char** arguments)
{
    const auto flows = static_cast<std::uint32_t>(count > 1 ? std::atoi(arguments[1]) : 1'000'000);
    const auto hosts = static_cast<std::uint32_t>(count > 2 ? std::atoi(arguments[2]) : 100'000);
    const flow::FlowTable table = madeTable(flows, hosts);
    std::vector<std::uint32_t> rows(flows);
    std::iota(rows.begin(), rows.end(), 0U);
    measure("timeline", [&] {
        const auto span = flow::startsOf(table, rows);
        (void)flow::timeline(table, rows, flow::TimeBuckets::over(span.value(), 400), {}, 1, {});
    });
    measure("peers", [&] {
        const auto found = flow::peers(table, rows, {});
        std::printf("%zu hosts, %zu conversations\n", found->hosts.size(), found->conversations.size());
    });
    using flow::ShareBy;
    for (const ShareBy by :
         {ShareBy::Protocol, ShareBy::Application, ShareBy::Service, ShareBy::State, ShareBy::Duration})
        measure("shares", [&] { (void)flow::shares(table, rows, by, {}); });
    return 0;
}
