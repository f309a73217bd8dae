// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/error.h"
#include "engine/flow/flow_record.h"

namespace flowscent::flow {

/// Why a line of a log gave no flow, and what else was odd about one.
enum class LineFault : std::uint8_t {
    TooLong,      ///< longer than any line of such a log; never held whole
    Malformed,    ///< not JSON, or another number of columns than the header names
    MissingField, ///< without what every flow has
    BadAddress,
    BadNumber, ///< not a number, or one that cannot be
    BadTime,
    BadProtocol,
    CutOff, ///< the last line, which ends in the middle
    Count
};
/// "cut off", "a time that cannot be read", ...
[[nodiscard]] std::string_view text(LineFault fault);

/// How often something happened and where first.
struct LineCount {
    std::uint64_t count = 0;
    std::uint64_t firstLine = 0; ///< 1-based; 0 while count == 0

    void add(std::uint64_t line);
    friend bool operator==(const LineCount&, const LineCount&) = default;
};

/// What reading one log of flows counted.
struct LogReport {
    std::filesystem::path file;
    Origin origin = Origin::ZeekLog;
    std::uint64_t lines = 0; ///< comments and empty lines included
    std::uint64_t flows = 0;
    std::array<LineCount, static_cast<std::size_t>(LineFault::Count)> faults;
    LineCount otherEvents;         ///< whole lines about something else: alerts, DNS, statistics
    LineCount foreignCommunityIds; ///< the log's Community ID is not ours: another seed, or another idea of the ends
    std::optional<base::Error> trouble; ///< the file could not be read to its end

    [[nodiscard]] std::uint64_t leftOut() const; ///< lines with a fault
    /// The first fault and how many lines were left out for which reason, or what ended the reading; nothing when the
    /// log is sound. "conn.log: line 812: an address that cannot be read; 3 of 900 lines are left out (...)".
    [[nodiscard]] std::optional<base::Error> damage() const;
    friend bool operator==(const LogReport&, const LogReport&) = default;
};

} // namespace flowscent::flow
