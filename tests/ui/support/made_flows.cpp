// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/made_flows.h"

#include "tests/support/packet_builder.h"

namespace flowscent::test {

flow::FlowRecord madeFlow(std::uint32_t i)
{
    const bool dns = i % 5 == 4;
    flow::FlowRecord record;
    record.key.client = endpoint("10.0." + std::to_string(i / 250 % 250) + "." + std::to_string(i % 250 + 1),
                                 static_cast<std::uint16_t>(40000 + i % 20000));
    record.key.server = endpoint("192.0.2." + std::to_string(1 + i % 7), dns ? 53 : 443);
    record.key.protocol = dns ? 17 : 6;
    record.start = (1'700'000'000LL + i) * base::nanosecondsPerSecond;
    record.last = record.start + static_cast<base::Nanoseconds>(i % 10) * base::nanosecondsPerSecond;
    record.state = dns ? flow::TcpState::None : flow::TcpState::SF;
    record.end = dns ? flow::FlowEnd::Idle : flow::FlowEnd::TcpClose;
    record.directionGuessed = i % 3 == 0;
    auto& sums = record.statistics;
    sums.packets = {4 + i % 3, 3 + i % 4};
    sums.bytes = {i * 37ULL % 1000, i * 53ULL % 1000};
    for (std::uint32_t packet = 0; packet < 6; ++packet) {
        flow::Observation seen;
        seen.sinceStart = packet * 50'000'000LL;
        seen.payloadLength = (i * 131 + packet * 71) % 1400;
        seen.tcpFlags = 0x18;
        seen.marks = packet % 2 == 0 ? std::uint8_t{0} : std::uint8_t{flow::FromServer};
        sums.payload[packet % 2].add(seen.payloadLength);
        record.observations.push_back(seen);
    }
    return record;
}

std::shared_ptr<const flow::FlowTable> madeTable(std::uint32_t flows)
{
    auto table = std::make_shared<flow::FlowTable>();
    for (std::uint32_t i = 0; i < flows; ++i)
        table->append(madeFlow(i));
    return table;
}

std::shared_ptr<const ui::Scores> madeScores(std::vector<float> values, std::uint64_t revision)
{
    auto adaptation = std::make_shared<ui::Adaptation>();
    adaptation->detector.revision = revision;
    return std::make_shared<const ui::Scores>(ui::makeScores(std::move(values), true, std::move(adaptation)));
}

} // namespace flowscent::test
