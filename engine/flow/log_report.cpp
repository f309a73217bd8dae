// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/log_report.h"

namespace flowscent::flow {

std::string_view text(LineFault fault)
{
    constexpr std::array<std::string_view, static_cast<std::size_t>(LineFault::Count)> names{
        "longer than any line may be",  "not of the log's form",
        "lacks what every flow has",    "an address that cannot be read",
        "a number that cannot be",      "a time that cannot be read",
        "a protocol that is not known", "cut off",
    };
    return names[static_cast<std::size_t>(fault)];
}

void LineCount::add(std::uint64_t line)
{
    if (count++ == 0)
        firstLine = line;
}

std::uint64_t LogReport::leftOut() const
{
    std::uint64_t sum = 0;
    for (const LineCount& fault : faults)
        sum += fault.count;
    return sum;
}

std::optional<base::Error> LogReport::damage() const
{
    if (trouble)
        return trouble;
    std::size_t first = faults.size();
    std::string reasons;
    for (std::size_t i = 0; i < faults.size(); ++i) {
        if (faults[i].count == 0)
            continue;
        if (first == faults.size() || faults[i].firstLine < faults[first].firstLine)
            first = i;
        reasons += (reasons.empty() ? "" : ", ") + std::string(text(static_cast<LineFault>(i))) + ": " +
                   std::to_string(faults[i].count);
    }
    if (first == faults.size())
        return std::nullopt;
    const bool onlyCut = leftOut() == faults[static_cast<std::size_t>(LineFault::CutOff)].count;
    const bool oneReason = leftOut() == faults[first].count;
    return base::Error{onlyCut ? base::Error::Code::Truncated : base::Error::Code::Format,
                       "line " + std::to_string(faults[first].firstLine) + ": " +
                           std::string(text(static_cast<LineFault>(first))) + "; left out are " +
                           std::to_string(leftOut()) + " of " + std::to_string(lines) + " lines" +
                           (oneReason ? "" : " (" + reasons + ")"),
                       file.string()};
}

} // namespace flowscent::flow
