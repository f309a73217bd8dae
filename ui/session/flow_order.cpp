// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/flow_order.h"

#include "ui/session/key_sort.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <ranges>
#include <span>
#include <string_view>

namespace flowscent::ui {

namespace {

using identify::Identity;
using identify::NameId;
using Rows = std::vector<std::uint32_t>;

/// Sorts like the value; nothing where the flow has none.
using Key = std::optional<std::uint64_t>;

constexpr double absent = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t lastKey = std::numeric_limits<std::uint64_t>::max();

Key number(std::uint64_t value)
{
    return value;
}

Key number(std::int64_t value)
{
    return static_cast<std::uint64_t>(value) ^ std::uint64_t{1} << 63;
}

/// IEEE 754 numbers sort like their bits, once the negative ones are turned round.
Key number(double value)
{
    if (std::isnan(value))
        return std::nullopt;
    const auto bits = std::bit_cast<std::uint64_t>(value + 0.0); // -0 is 0
    return (bits >> 63) != 0 ? ~bits : bits | std::uint64_t{1} << 63;
}

std::uint64_t placed(Key key, bool descending)
{
    if (!key)
        return lastKey;
    const std::uint64_t present = std::min(*key, lastKey - 1);
    return descending ? lastKey - 1 - present : present;
}

double scoreOf(const std::shared_ptr<const Scores>& scores, std::uint32_t flow)
{
    return static_cast<double>(scores && flow < scores->values.size() ? scores->values[flow] : unscored);
}

/// How many of some scores, which are sorted, are lower than a given one. A search for each of a million takes a
/// quarter of a second; the first bits of a score say where to look.
class RankOfScore {
public:
    explicit RankOfScore(std::span<const float> ascending)
        : m_scores(ascending)
        , m_begins(buckets + 1)
    {
        std::size_t at = 0;
        for (std::size_t bucket = 0; bucket <= buckets; ++bucket) {
            while (at < m_scores.size() && bucketOf(m_scores[at]) < bucket)
                ++at;
            m_begins[bucket] = static_cast<std::uint32_t>(at);
        }
    }

    [[nodiscard]] std::uint32_t below(float score) const
    {
        const std::size_t bucket = bucketOf(score);
        const auto begin = m_scores.begin();
        return static_cast<std::uint32_t>(
            std::lower_bound(begin + m_begins[bucket], begin + m_begins[bucket + 1], score) - begin);
    }

private:
    static constexpr std::size_t buckets = 65'536;
    static std::size_t bucketOf(float score)
    {
        return static_cast<std::size_t>(std::clamp(score, 0.0F, 1.0F) * static_cast<float>(buckets - 1));
    }

    std::span<const float> m_scores;
    std::vector<std::uint32_t> m_begins;
};

std::uint64_t beginning(const packet::IpAddress& address, std::size_t from)
{
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < 8; ++i)
        bytes = bytes << 8 | address.bytes[from + i];
    return bytes;
}

} // namespace

class FlowOrder::Sorter {
public:
    Sorter(const ArrangeInput& input, const std::vector<Gaps>& gaps, Rows& rows)
        : m_input(input)
        , m_table(*input.table)
        , m_gaps(gaps)
        , m_rows(rows)
    {
    }

    void sort(const SortBy& order)
    {
        m_descending = order.descending;
        byColumn(order.column);
    }

private:
    template <class KeyOf>
    void by(const KeyOf& keyOf)
    {
        sortByKey(m_rows, [&](std::uint32_t flow) { return placed(keyOf(flow), m_descending); });
    }

    void byColumn(FlowColumn column)
    {
        using flow::inward, flow::outward;
        const flow::FlowTable& table = m_table;
        const auto count = [](auto value) { return number(static_cast<std::uint64_t>(value)); };
        const auto score = [this](std::uint32_t flow) { return scoreOf(m_input.scores, flow); };
        const auto kept = [this](std::uint32_t flow) { return scoreOf(m_input.kept, flow); };
        switch (column) {
        case FlowColumn::Label:
            return by([&](std::uint32_t flow) { return count(labelOrder(flow)); });
        case FlowColumn::Verdict:
            return by([&](std::uint32_t flow) { return verdictOrder(flow); });
        case FlowColumn::Score:
            return by([&](std::uint32_t flow) { return number(score(flow)); });
        case FlowColumn::Rank: // rank 1 is the highest score
            return by([&](std::uint32_t flow) { return number(-score(flow)); });
        case FlowColumn::OneInN:
            return byRarity();
        case FlowColumn::KeptScore:
            return by([&](std::uint32_t flow) { return number(kept(flow)); });
        case FlowColumn::Change:
            return by([&](std::uint32_t flow) { return number(score(flow) - kept(flow)); });
        case FlowColumn::Start:
            return by([&](std::uint32_t flow) { return number(table.start[flow]); });
        case FlowColumn::Duration:
            return by([&](std::uint32_t flow) { return number(table.last[flow] - table.start[flow]); });
        case FlowColumn::Source:
            return byAddress(table.client);
        case FlowColumn::SourcePort:
            return by([&](std::uint32_t flow) { return count(table.client[flow].port); });
        case FlowColumn::Destination:
            return byAddress(table.server);
        case FlowColumn::DestinationPort:
            return by([&](std::uint32_t flow) { return count(table.server[flow].port); });
        case FlowColumn::Protocol:
            return by([&](std::uint32_t flow) { return count(table.protocol[flow]); });
        case FlowColumn::PacketsOut:
            return by([&](std::uint32_t flow) { return count(table.packets[flow][outward]); });
        case FlowColumn::PacketsIn:
            return by([&](std::uint32_t flow) { return count(table.packets[flow][inward]); });
        case FlowColumn::Packets:
            return by([&](std::uint32_t flow) { return both(table.packets[flow]); });
        case FlowColumn::BytesOut:
            return by([&](std::uint32_t flow) { return count(table.bytes[flow][outward]); });
        case FlowColumn::BytesIn:
            return by([&](std::uint32_t flow) { return count(table.bytes[flow][inward]); });
        case FlowColumn::Bytes:
            return by([&](std::uint32_t flow) { return both(table.bytes[flow]); });
        case FlowColumn::State:
            return by([&](std::uint32_t flow) { return unlessZero(static_cast<std::uint64_t>(table.state[flow])); });
        case FlowColumn::GapMean:
            return by([&](std::uint32_t flow) { return number(static_cast<double>(m_gaps[flow].mean)); });
        case FlowColumn::GapDeviation:
            return by([&](std::uint32_t flow) { return number(static_cast<double>(m_gaps[flow].deviation)); });
        case FlowColumn::IcmpErrors:
            return by([&](std::uint32_t flow) { return count(table.icmpErrors[flow].count); });
        case FlowColumn::Guessed:
            return by([&](std::uint32_t flow) { return count(table.directionGuessed[flow]); });
        case FlowColumn::Vlan:
            return by([&](std::uint32_t flow) { return unlessZero(table.vlan[flow]); });
        case FlowColumn::Tunnel:
            return by([&](std::uint32_t flow) { return unlessZero(static_cast<std::uint64_t>(table.tunnel[flow])); });
        case FlowColumn::Origin:
            return by([&](std::uint32_t flow) { return count(static_cast<std::uint64_t>(table.origin[flow])); });
        case FlowColumn::File:
            return by([&](std::uint32_t flow) {
                const auto places = table.places(flow::FlowId(flow));
                return places.empty() ? Key() : number(std::uint64_t{places.front().file});
            });
        case FlowColumn::Application:
            return byName(&Identity::application);
        case FlowColumn::Host:
            return byName(&Identity::host);
        case FlowColumn::Category:
            return byName(&Identity::category);
        case FlowColumn::Alpn:
            return byName(&Identity::alpn);
        case FlowColumn::Agent:
            return byName(&Identity::agent);
        case FlowColumn::Software:
            return byName(&Identity::software);
        case FlowColumn::ClientPrint:
            return byName(&Identity::clientPrint);
        case FlowColumn::ServerPrint:
            return byName(&Identity::serverPrint);
        case FlowColumn::Ja4:
            return byName(&Identity::ja4);
        case FlowColumn::Risks:
            return by([&](std::uint32_t flow) { return count(std::popcount(identityOf(flow).risks)); });
        case FlowColumn::Adaptation:
        case FlowColumn::Shape:
        case FlowColumn::CommunityId:
        case FlowColumn::Count:
            return; // not sortable
        }
    }

    static Key both(const std::array<std::uint64_t, 2>& directions) { return number(directions[0] + directions[1]); }

    static Key unlessZero(std::uint64_t value) { return value == 0 ? Key() : number(value); }

    [[nodiscard]] Identity identityOf(std::uint32_t flow) const { return m_table.identity(flow::FlowId(flow)); }

    /// By alphabet. Flows share texts, so each text is compared with the others once and not once a flow.
    void byName(NameId Identity::*name)
    {
        if (!m_table.identified())
            return;
        const auto idOf = [&](std::uint32_t flow) { return (m_table.identities[flow].*name).value; };
        std::uint32_t largest = 0;
        for (const std::uint32_t row : m_rows)
            largest = std::max(largest, idOf(row));
        std::vector<std::uint32_t> place(std::size_t{largest} + 1);
        for (const std::uint32_t row : m_rows)
            place[idOf(row)] = 1;
        std::vector<std::pair<std::string_view, std::uint32_t>> texts;
        for (std::uint32_t id = 1; id <= largest; ++id) {
            if (place[id] != 0)
                texts.emplace_back(m_table.text(NameId(id)), id);
        }
        std::ranges::sort(texts);
        for (std::uint32_t i = 0; i < texts.size(); ++i)
            place[texts[i].second] = i + 1;
        place[0] = 0; // the empty text
        by([&](std::uint32_t flow) { return unlessZero(place[idOf(flow)]); });
    }

    /// IPv4 before IPv6, then by value. Of the longer ones the lower half first, because the later sort decides.
    void byAddress(const base::Column<packet::Endpoint>& ends)
    {
        const auto turned = [this](std::uint64_t key) { return m_descending ? ~key : key; };
        const auto middle = std::ranges::stable_partition(
            m_rows, [&](std::uint32_t row) { return ends[row].address.v6 == m_descending; });
        Rows first(m_rows.begin(), middle.begin());
        Rows second(middle.begin(), m_rows.end());
        Rows& longer = m_descending ? first : second;
        Rows& shorter = m_descending ? second : first;
        for (const std::size_t half : {8U, 0U})
            sortByKey(longer, [&](std::uint32_t row) { return turned(beginning(ends[row].address, half)); });
        sortByKey(shorter, [&](std::uint32_t row) { return turned(beginning(ends[row].address, 0)); });
        std::ranges::copy(first, m_rows.begin());
        std::ranges::copy(second, middle.begin());
    }

    /// Labelled flows first, threats before all.
    [[nodiscard]] std::uint32_t labelOrder(std::uint32_t flow) const
    {
        const hunt::Label label = m_input.support.label(flow::FlowId(flow));
        return label == hunt::Label::None ? 4 : static_cast<std::uint32_t>(label);
    }

    /// Normal, unsure, threat; before there are judgements, by the detector's own line.
    [[nodiscard]] Key verdictOrder(std::uint32_t flow) const
    {
        const auto& judgements = m_input.judgements;
        if (judgements && judgements->scores == m_input.scores && flow < judgements->verdicts.size()) {
            const std::uint8_t verdict = judgements->verdicts[flow];
            return verdict == Judgements::none ? Key() : number(std::uint64_t{verdict});
        }
        const double score = scoreOf(m_input.scores, flow);
        return std::isnan(score) ? Key() : number(std::uint64_t{score >= detect::alarmScore ? 2U : 0U});
    }

    /// One in N rises as fewer flows of the baseline score as high.
    void byRarity()
    {
        const auto& judgements = m_input.judgements;
        const bool known = judgements && judgements->baseline && judgements->scores == m_input.scores;
        const RankOfScore rank(known ? judgements->baseline->scoresFor() : std::span<const float>());
        by([&](std::uint32_t flow) {
            const double score = known ? scoreOf(m_input.scores, flow) : absent;
            return std::isnan(score) ? Key() : number(std::uint64_t{rank.below(static_cast<float>(score))});
        });
    }

    const ArrangeInput& m_input;
    const flow::FlowTable& m_table;
    const std::vector<Gaps>& m_gaps;
    Rows& m_rows;
    bool m_descending = false;
};

bool FlowOrder::sort(const ArrangeInput& input, Rows& rows, const std::vector<SortBy>& order,
                     const std::stop_token& stop)
{
    const bool byGaps = std::ranges::any_of(order, [](const SortBy& one) {
        return one.column == FlowColumn::GapMean || one.column == FlowColumn::GapDeviation;
    });
    if (byGaps)
        findGaps(input.table);
    Sorter sorter(input, m_gaps, rows);
    for (const SortBy& one : order | std::views::reverse) {
        if (stop.stop_requested())
            return false;
        sorter.sort(one);
    }
    return !stop.stop_requested();
}

std::size_t FlowOrder::bytes() const
{
    return m_gaps.capacity() * sizeof(Gaps);
}

/// Adds up the gaps of every flow: a few tenths of a second for a million, so it is done once a table.
void FlowOrder::findGaps(const std::shared_ptr<const flow::FlowTable>& table)
{
    if (m_table.lock() == table)
        return;
    m_table = table;
    m_gaps.assign(table->size(), {});
    inParts(table->size(), [&](std::size_t begin, std::size_t end) {
        for (std::size_t row = begin; row < end; ++row) {
            const flow::Sums gaps = table->statistics(flow::FlowId(static_cast<std::uint32_t>(row))).allGaps;
            m_gaps[row] = gaps.count == 0 ? Gaps{unscored, unscored}
                                          : Gaps{static_cast<float>(gaps.mean()), static_cast<float>(gaps.deviation())};
        }
    });
}

} // namespace flowscent::ui
