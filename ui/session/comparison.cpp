// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/comparison.h"

#include <algorithm>
#include <cmath>

namespace flowscent::ui {

Comparison compare(const Scores& a, const Scores& b)
{
    Comparison comparison;
    const std::size_t size = std::min(a.values.size(), b.values.size());
    for (std::uint32_t flow = 0; flow < size; ++flow) {
        if (std::isnan(a.values[flow]) || std::isnan(b.values[flow]))
            continue;
        const bool alarmA = a.values[flow] >= detect::alarmScore;
        const bool alarmB = b.values[flow] >= detect::alarmScore;
        const Agreement group =
            alarmA ? (alarmB ? Agreement::Both : Agreement::OnlyA) : (alarmB ? Agreement::OnlyB : Agreement::Neither);
        comparison.flows[static_cast<std::size_t>(group)].emplace_back(flow);
    }
    return comparison;
}

} // namespace flowscent::ui
