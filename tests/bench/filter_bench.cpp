// SPDX-License-Identifier: GPL-3.0-or-later
// filter_bench [FLOWS] - milliseconds that expressions take over a made-up table of a million flows, the best and the
// worst of seven by the clock and the least of processor time over both threads, and what counting its values for
// completion takes.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "engine/base/random.h"
#include "engine/flow/community_id.h"
#include "engine/hunt/filter_completion.h"

using namespace flowscent;

namespace {

packet::Endpoint drawnEnd(base::Rng& rng, std::uint16_t port, bool v6)
{
    packet::Endpoint end{.port = port};
    end.address.v6 = v6;
    end.address.bytes = {10, static_cast<std::uint8_t>(rng.below(4)), static_cast<std::uint8_t>(rng.below(256)),
                         static_cast<std::uint8_t>(rng.below(256))};
    if (v6)
        end.address.bytes[15] = static_cast<std::uint8_t>(rng.below(256));
    return end;
}

/// Addresses of four /16, one in ten IPv6; 300 servers' names; on average ten packets kept.
flow::FlowTable drawnTable(std::uint32_t flows)
{
    base::Rng rng(1);
    auto names = std::make_shared<identify::Names>();
    std::vector<identify::NameId> hosts;
    for (int i = 0; i < 300; ++i)
        hosts.push_back(names->add("www" + std::to_string(i) + ".example"));
    const std::vector<identify::NameId> applications{names->add("TLS.YouTube"), names->add("TLS"), names->add("DNS"),
                                                     names->add("HTTP")};
    constexpr std::uint16_t ports[] = {443, 53, 80, 22, 8080, 123};
    flow::FlowTable table(names);
    std::vector<flow::Observation> packets;
    const capture::PacketPlace place;
    for (std::uint32_t row = 0; row < flows; ++row) {
        const bool v6 = rng.below(10) == 0;
        flow::FlowView view;
        view.key = {drawnEnd(rng, static_cast<std::uint16_t>(1024 + rng.below(60000)), v6),
                    drawnEnd(rng, ports[rng.below(6)], v6), static_cast<std::uint8_t>(rng.below(3) == 0 ? 17 : 6)};
        view.start = static_cast<base::Nanoseconds>(row) * 1'000'000;
        view.last = view.start + static_cast<base::Nanoseconds>(rng.below(60'000'000'000));
        view.state = static_cast<flow::TcpState>(rng.below(14));
        view.packets = {1 + rng.below(100), rng.below(100)};
        view.bytes = {60 + rng.below(100'000), rng.below(1'000'000)};
        view.identity = {
            .application = applications[rng.below(4)], .host = hosts[rng.below(300)], .risks = rng.below(64)};
        packets.resize(1 + rng.below(20));
        for (std::size_t i = 0; i < packets.size(); ++i)
            packets[i] = {.sinceStart = static_cast<std::int64_t>(i * 1'000'000 + rng.below(500'000)),
                          .payloadLength = static_cast<std::uint32_t>(rng.below(1400))};
        view.observations = packets;
        view.places = {&place, 1};
        table.put(flow::FlowId(row), view);
    }
    return table;
}

double millisecondsSince(std::chrono::steady_clock::time_point begun)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
}

} // namespace

int main(int argc, char** argv)
{
    const auto flows = static_cast<std::uint32_t>(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1'000'000);
    const flow::FlowTable table = drawnTable(std::max(flows, 1U));
    base::Rng rng(2);
    std::vector<float> scores(table.size());
    std::vector<std::uint8_t> verdicts(table.size());
    for (std::size_t row = 0; row < scores.size(); ++row) {
        scores[row] = static_cast<float>(rng.uniform());
        verdicts[row] = static_cast<std::uint8_t>(rng.below(3));
    }
    hunt::SupportSet support;
    hunt::FlowTexts notes;
    for (int i = 0; i < 500; ++i) {
        const flow::FlowId flow(static_cast<std::uint32_t>(rng.below(table.size())));
        support.set(flow, i % 2 == 0 ? hunt::Label::Threat : hunt::Label::NotThreat);
        notes[flow] = "a note";
    }
    const std::vector<std::string> files{"/captures/monday.pcap"};
    const hunt::FilterContext context{.scores = scores,
                                      .support = &support,
                                      .kept = scores,
                                      .verdicts = verdicts,
                                      .pValue = [](float score, std::uint32_t) { return 1.0 - double{score}; },
                                      .scoresOf = {{"Beacon-A", scores}},
                                      .files = files,
                                      .notes = &notes};
    const std::string id = flow::communityId(table.key(flow::FlowId(static_cast<std::uint32_t>(table.size() / 2))));
    std::string many = "ip.addr in {";
    for (int i = 0; i < 100; ++i)
        many += "10.0." + std::to_string(i) + ".1 ";
    many += "}";
    const std::vector<std::string> expressions{
        "tcp",
        "bytes > 500k",
        "port == 443",
        "tcp.port in {80, 443, 8000..8080}",
        "ip.addr == 10.1.0.0/16",
        "ip.addr != 10.0.0.0/9",
        "dir == lateral",
        "state == SF",
        "service == dns",
        "start > -10m",
        "score > 0.9",
        "score[\"Beacon-A\"] > 0.9",
        "p < 0.01",
        "delta > 0.1",
        "verdict == threat",
        "label == threat",
        "note contains note",
        "file == monday.pcap",
        "app == youtube",
        "host contains www1",
        "host ~ \"^www[0-9]7\\.\"",
        "www17.example",
        "risk contains certificate",
        "tcp and bytes > 500k and not ip.addr == 10.0.0.0/16",
        "(tcp.port == 443 or udp.port == 53) and (bytes.out > 50k or pkts < 10) and "
        "dur > 1s and not state == S0 and ip.src == 10.0.0.0/8",
        "cid == " + id,
        "cid contains LQU9",
        many,
        "iat.mean > 1ms",
        "iat.std < 5ms",
        "jitter < 1ms",
        "entropy < 1"};
    std::printf("%zu flows; milliseconds: best and worst of seven, processor time; flows that pass\n", table.size());
    for (const std::string& expression : expressions) {
        const auto filter = hunt::Filter::parse(expression);
        if (!filter) {
            std::printf("%s: %s\n", expression.c_str(), filter.error().sentence().c_str());
            return 1;
        }
        std::vector<double> took;
        std::vector<double> worked;
        std::size_t passed = 0;
        for (int round = 0; round < 7; ++round) {
            const auto begun = std::chrono::steady_clock::now();
            const std::clock_t workedBefore = std::clock();
            passed = filter->apply(table, context).size();
            worked.push_back(1e3 * static_cast<double>(std::clock() - workedBefore) / CLOCKS_PER_SEC);
            took.push_back(millisecondsSince(begun));
        }
        std::printf("%8.1f %8.1f %8.1f  %8zu  %.70s\n", std::ranges::min(took), std::ranges::max(took),
                    std::ranges::min(worked), passed, expression.c_str());
    }
    auto begun = std::chrono::steady_clock::now();
    const auto values = hunt::ValueCounts::count(table, context);
    std::printf("%8.1f  counting values\n", millisecondsSince(begun));
    begun = std::chrono::steady_clock::now();
    const std::size_t offered = hunt::complete("tcp and www1", 12, values).items.size();
    std::printf("%8.2f  one completion of %zu items\n", millisecondsSince(begun), offered);
}
