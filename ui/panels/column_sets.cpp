// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/column_sets.h"

#include "ui/models/flow_columns.h"

#include <QCoreApplication>
#include <QSettings>
#include <QStringList>

#include <algorithm>
#include <cmath>

namespace flowscent::ui::columnSets {

namespace {

using enum FlowColumn;

QString tr(const char* text)
{
    return QCoreApplication::translate("FlowView", text);
}

const QString lastKey = QStringLiteral("flowTable/columns");
const QString setsKey = QStringLiteral("flowTable/columnSets");

ColumnLayout layoutOf(std::initializer_list<FlowColumn> columns)
{
    ColumnLayout layout;
    for (const FlowColumn column : columns)
        layout.push_back({column, 1});
    return layout;
}

/// "start:1.000"
QStringList toWords(const ColumnLayout& layout)
{
    QStringList words;
    for (const ShownColumn& shown : layout)
        words << QStringLiteral("%1:%2").arg(QLatin1String(columnText(shown.column).key)).arg(shown.width, 0, 'f', 3);
    return words;
}

/// Settings are a file that anybody may have written into: columns that do not exist (any more) are left out, and
/// widths that nobody could see or see past are made usual.
ColumnLayout fromWords(const QStringList& words)
{
    ColumnLayout layout;
    for (const QString& word : words) {
        const auto column = columnOfKey(word.section(QLatin1Char(':'), 0, 0));
        const double width = word.section(QLatin1Char(':'), 1).toDouble();
        if (column && std::ranges::find(layout, *column, &ShownColumn::column) == layout.end())
            layout.push_back({*column, width >= 0.1 && width <= 20 ? width : 1});
    }
    return layout;
}

void store(const std::vector<Named>& sets)
{
    QSettings settings;
    settings.remove(setsKey);
    settings.beginWriteArray(setsKey, static_cast<int>(sets.size()));
    for (std::size_t i = 0; i < sets.size(); ++i) {
        settings.setArrayIndex(static_cast<int>(i));
        settings.setValue(QStringLiteral("name"), sets[i].name);
        settings.setValue(QStringLiteral("columns"), toWords(sets[i].layout));
    }
    settings.endArray();
}

} // namespace

ColumnLayout usual()
{
    return layoutOf({Label,      Verdict,   Score,      Rank,        OneInN,          KeptScore, Change,      Start,
                     Duration,   Source,    SourcePort, Destination, DestinationPort, Protocol,  Application, Host,
                     PacketsOut, PacketsIn, BytesOut,   BytesIn,     State,           Shape,     CommunityId});
}

std::vector<Named> builtIn()
{
    return {
        {tr("Default"), usual()},
        {tr("Identity"),
         layoutOf({Label, Verdict, Score, Start, Source, Destination, DestinationPort, Protocol, Application, Host,
                   Category, Alpn, Agent, Software, Ja4, ClientPrint, ServerPrint, Risks})},
        {tr("Timing"), layoutOf({Label, Verdict, Score, Start, Duration, Source, Destination, DestinationPort, GapMean,
                                 GapDeviation, Packets, Bytes, Shape, State, IcmpErrors})},
        {tr("Scores"), layoutOf({Label, Verdict, Score, Rank, OneInN, KeptScore, Change, Adaptation, Start, Source,
                                 Destination, DestinationPort, Host, Shape})},
    };
}

std::vector<Named> own()
{
    constexpr int most = 100;
    std::vector<Named> sets;
    QSettings settings;
    const int count = std::min(settings.beginReadArray(setsKey), most);
    for (int i = 0; i < count; ++i) {
        settings.setArrayIndex(i);
        Named set{settings.value(QStringLiteral("name")).toString().left(80),
                  fromWords(settings.value(QStringLiteral("columns")).toStringList())};
        if (!set.name.isEmpty() && !set.layout.empty())
            sets.push_back(std::move(set));
    }
    settings.endArray();
    return sets;
}

void save(const QString& name, const ColumnLayout& layout)
{
    std::vector<Named> sets = own();
    std::erase_if(sets, [&](const Named& set) { return set.name == name; });
    sets.push_back({name, layout});
    store(sets);
}

void remove(const QString& name)
{
    std::vector<Named> sets = own();
    std::erase_if(sets, [&](const Named& set) { return set.name == name; });
    store(sets);
}

std::optional<ColumnLayout> last()
{
    ColumnLayout layout = fromWords(QSettings().value(lastKey).toStringList());
    return layout.empty() ? std::nullopt : std::optional(std::move(layout));
}

void rememberLast(const ColumnLayout& layout)
{
    QSettings().setValue(lastKey, toWords(layout));
}

} // namespace flowscent::ui::columnSets
