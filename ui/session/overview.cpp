// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/overview.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace flowscent::ui {

namespace {

/// Groups 0 to 3: tcp, udp, icmp, other.
std::uint8_t protocolGroup(std::uint8_t protocol)
{
    switch (protocol) {
    case 6:
        return 0;
    case 17:
        return 1;
    case 1:
    case 58:
        return 2;
    default:
        return 3;
    }
}

/// Groups 0 to 3: threat, unsure, normal, not judged.
std::uint8_t verdictGroup(const OverviewInput& input, std::uint32_t row)
{
    if (!input.judgements || row >= input.judgements->verdicts.size())
        return 3;
    const std::uint8_t verdict = input.judgements->verdicts[row];
    return verdict == Judgements::none ? 3 : static_cast<std::uint8_t>(2 - std::min<std::uint8_t>(verdict, 2));
}

/// Groups 0 to 3: threat, not this, unsure, no label.
std::uint8_t labelGroup(hunt::Label label)
{
    return label == hunt::Label::None ? 3 : static_cast<std::uint8_t>(static_cast<int>(label) - 1);
}

std::vector<std::uint8_t> groupsOf(const OverviewInput& input, TimelineGroups groups)
{
    const std::size_t size = input.table->size();
    std::vector<std::uint8_t> group(size, 3);
    if (groups == TimelineGroups::Label) {
        for (const hunt::Label label : {hunt::Label::Threat, hunt::Label::NotThreat, hunt::Label::Unsure}) {
            for (const flow::FlowId flow : input.support.with(label)) {
                if (flow.value < size)
                    group[flow.value] = labelGroup(label);
            }
        }
        return group;
    }
    for (std::uint32_t row = 0; row < size; ++row)
        group[row] =
            groups == TimelineGroups::Protocol ? protocolGroup(input.table->protocol[row]) : verdictGroup(input, row);
    return group;
}

std::vector<std::uint32_t> everyRow(const flow::FlowTable& table)
{
    std::vector<std::uint32_t> rows(table.size());
    std::iota(rows.begin(), rows.end(), 0U);
    return rows;
}

void countStarts(std::vector<std::uint64_t>& counts, const OverviewInput& input, const flow::TimeBuckets& buckets,
                 hunt::Label label)
{
    counts.assign(buckets.size(), 0);
    for (const flow::FlowId flow : input.support.with(label)) {
        if (flow.value >= input.table->size() || !std::ranges::binary_search(input.rows, flow.value))
            continue;
        if (const auto bucket = buckets.of(input.table->start[flow.value]))
            ++counts[*bucket];
    }
}

/// What was said of the rows of each list.
std::vector<PeerMarks> marksOf(const OverviewInput& input, const flow::RowLists& lists)
{
    std::vector<PeerMarks> marks(lists.begins.empty() ? 0 : lists.begins.size() - 1);
    const std::vector<std::uint8_t> labels = groupsOf(input, TimelineGroups::Label);
    const std::vector<float>* scores =
        input.judgements && input.judgements->scores ? &input.judgements->scores->values : nullptr;
    for (std::size_t i = 0; i < marks.size(); ++i) {
        PeerMarks& mark = marks[i];
        for (const std::uint32_t row : lists.of(i)) {
            mark.alarms += input.alarmed(row) ? 1U : 0U;
            mark.threats += labels[row] == 0 ? 1U : 0U;
            mark.counters += labels[row] == 1 ? 1U : 0U;
            mark.unsure += labels[row] == 2 ? 1U : 0U;
            if (scores != nullptr && row < scores->size() && !std::isnan((*scores)[row]))
                mark.best = std::isnan(mark.best) ? (*scores)[row] : std::max(mark.best, (*scores)[row]);
        }
    }
    return marks;
}

} // namespace

std::shared_ptr<const TimelineAnswer> answer(const OverviewInput& input, const TimelineQuestion& question,
                                             const std::stop_token& stop)
{
    const flow::FlowTable& table = *input.table;
    const std::vector<std::uint32_t> every = everyRow(table);
    const auto whole = flow::startsOf(table, every);
    if (!whole)
        return nullptr;
    const auto buckets = flow::TimeBuckets::over(question.span.value_or(*whole), question.most);
    auto all = flow::timeline(table, every, buckets, {}, 1, stop);
    const auto groupOf = groupsOf(input, question.groups);
    auto passing = flow::timeline(table, input.rows, buckets, groupOf, timelineGroups, stop);
    if (!all || !passing)
        return nullptr;
    auto made = std::make_shared<TimelineAnswer>();
    made->question = question;
    made->whole = *whole;
    made->all = std::move(all->amounts);
    made->passing = std::move(*passing);
    made->alarms.assign(buckets.size(), 0);
    if (input.judgements && input.judgements->alarms > 0) {
        for (const std::uint32_t row : input.rows) {
            if (!input.alarmed(row))
                continue;
            if (const auto bucket = buckets.of(table.start[row]))
                ++made->alarms[*bucket];
        }
    }
    countStarts(made->threats, input, buckets, hunt::Label::Threat);
    countStarts(made->counters, input, buckets, hunt::Label::NotThreat);
    return made;
}

std::shared_ptr<const PeersAnswer> markPeers(const OverviewInput& input, std::shared_ptr<const flow::Peers> peers,
                                             const std::stop_token& stop)
{
    auto made = std::make_shared<PeersAnswer>();
    made->table = input.table;
    made->hostMarks = marksOf(input, peers->hostRows);
    made->conversationMarks = marksOf(input, peers->conversationRows);
    made->peers = std::move(peers);
    return stop.stop_requested() ? nullptr : made;
}

std::shared_ptr<const SharesAnswer> sharesOf(const OverviewInput& input, std::shared_ptr<const flow::Peers> peers,
                                             const std::stop_token& stop)
{
    auto made = std::make_shared<SharesAnswer>();
    made->table = input.table;
    made->peers = std::move(peers);
    for (std::size_t by = 0; by < shareKinds; ++by) {
        auto shares = flow::shares(*input.table, input.rows, static_cast<flow::ShareBy>(by), stop);
        if (!shares)
            return nullptr;
        made->shares[by] = std::move(*shares);
    }
    for (const flow::Share& share : made->shares[static_cast<std::size_t>(flow::ShareBy::Protocol)])
        made->total += share.amount;
    return made;
}

} // namespace flowscent::ui
