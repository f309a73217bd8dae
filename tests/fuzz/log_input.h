// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "engine/flow/community_id.h"
#include "engine/logs/read_log.h"
#include "tests/fuzz/check.h"

/// What the fuzz targets of logs share.
namespace flowscent::test {

/// A file in memory that has a path.
inline std::filesystem::path writeLog(const std::uint8_t* data, std::size_t size)
{
    static const int descriptor = memfd_create("log", MFD_CLOEXEC);
    FLOWSCENT_CHECK(ftruncate(descriptor, 0) == 0);
    FLOWSCENT_CHECK(pwrite(descriptor, data, size, 0) == static_cast<ssize_t>(size));
    return "/proc/self/fd/" + std::to_string(descriptor);
}

/// Reads the log and checks what is promised of every one: each line is accounted for once at most, and a flow that was
/// taken can be counted, printed and hashed.
inline void checkLog(const std::filesystem::path& file, std::size_t size, logs::LogKind kind)
{
    flow::FlowTable table;
    const flow::LogReport report = logs::readLog(file, kind, table, {}, {});
    FLOWSCENT_CHECK(report.flows == table.size());
    FLOWSCENT_CHECK(report.lines <= size);
    FLOWSCENT_CHECK(report.flows + report.leftOut() + report.otherEvents.count <= report.lines);
    FLOWSCENT_CHECK(!report.damage() || !report.damage()->sentence().empty());
    for (std::uint32_t row = 0; row < table.size(); ++row) {
        const flow::FlowId id(row);
        FLOWSCENT_CHECK(!table.hasPackets(id) && table.observations(id).empty() && table.places(id).empty());
        FLOWSCENT_CHECK(table.start[row] >= 0 && table.last[row] >= table.start[row]);
        FLOWSCENT_CHECK(table.protocol[row] != 0 && table.vlan[row] <= 4095);
        FLOWSCENT_CHECK(table.client[row].address.v6 == table.server[row].address.v6);
        const auto& packets = table.packets[row];
        FLOWSCENT_CHECK(packets[0] + packets[1] >= packets[0]);
        FLOWSCENT_CHECK(flow::communityId(table.key(id)).starts_with("1:"));
    }
}

} // namespace flowscent::test
