// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/feature_condition.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace flowscent::ui {

namespace {

/// What a statistic is called in the filter language, and how many of its units make one there.
struct FieldOf {
    std::string_view feature;
    std::string_view field;
    double unit = 1;
};

constexpr std::array<FieldOf, 5> fields{{{"packets_out", "pkts.out"},
                                         {"packets_in", "pkts.in"},
                                         {"duration", "dur", 1e3},
                                         {"gap_mean", "iat.mean", 1e3},
                                         {"gap_std", "iat.std", 1e3}}};

/// Payload is no column, but the bytes of the frames that carry it are.
struct ColumnOf {
    std::string_view feature;
    FlowColumn column = FlowColumn::Start;
};

constexpr std::array<ColumnOf, 8> columns{{{"payload_out", FlowColumn::BytesOut},
                                           {"payload_in", FlowColumn::BytesIn},
                                           {"payload_out_mean", FlowColumn::BytesOut},
                                           {"payload_in_mean", FlowColumn::BytesIn},
                                           {"payload_out_max", FlowColumn::BytesOut},
                                           {"payload_in_max", FlowColumn::BytesIn},
                                           {"with_payload_out", FlowColumn::PacketsOut},
                                           {"with_payload_in", FlowColumn::PacketsIn}}};

bool inLanguage(std::string_view field)
{
    return std::ranges::any_of(hunt::Filter::fields(),
                               [field](const hunt::Filter::Field& one) { return one.name == field; });
}

enum class Round { Down, Up };

/// To a millionth, away from the flow, so that rounding never keeps it out.
QString numberText(double value, Round round)
{
    constexpr double millionth = 1e6;
    const double scaled = value * millionth;
    QString text = QString::number((round == Round::Down ? std::floor(scaled) : std::ceil(scaled)) / millionth, 'f', 6);
    while (text.endsWith(u'0'))
        text.chop(1);
    if (text.endsWith(u'.'))
        text.chop(1);
    return text;
}

} // namespace

FeatureCondition conditionOf(const detect::FeatureEvidence& feature)
{
    const detect::NamedFeature& named = detect::namedFeatures()[feature.feature];
    const auto& normal = feature.normal;
    if (named.name == "is_tcp")
        return {.expression = feature.value > 0.5F ? QStringLiteral("tcp") : QStringLiteral("not tcp"), .sort = {}};
    const auto field = std::ranges::find(fields, std::string_view(named.name), &FieldOf::feature);
    if (field != fields.end() && inLanguage(field->field)) {
        const QString name = QString::fromLatin1(field->field.data(), static_cast<qsizetype>(field->field.size()));
        const auto edge = [&](float value, Round round) { return numberText(double{value} / field->unit, round); };
        if (feature.value > normal.upper)
            return {.expression = name + QStringLiteral(" > ") + edge(normal.upper, Round::Down), .sort = {}};
        if (feature.value < normal.lower)
            return {.expression = name + QStringLiteral(" < ") + edge(normal.lower, Round::Up), .sort = {}};
        return {.expression = QStringLiteral("%1 >= %2 && %1 <= %3")
                                  .arg(name, edge(normal.lower, Round::Down), edge(normal.upper, Round::Up)),
                .sort = {}};
    }
    const auto column = std::ranges::find(columns, std::string_view(named.name), &ColumnOf::feature);
    if (column != columns.end())
        return {.expression = {}, .sort = SortBy{column->column, feature.value >= normal.median}};
    return {};
}

} // namespace flowscent::ui
