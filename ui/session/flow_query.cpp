// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/flow_query.h"

#include <algorithm>
#include <utility>

namespace flowscent::ui {

namespace {

QString both(const QString& a, const QString& b)
{
    if (a.isEmpty() || b.isEmpty())
        return a + b;
    return QStringLiteral("(%1) && (%2)").arg(a, b);
}

QString wholeExpression(const QueryState& state)
{
    QString whole = state.text;
    for (const QueryChip& chip : state.chips)
        whole = both(whole, chip.expression);
    return whole;
}

std::shared_ptr<const flow::FlowSet> flowsOf(const QList<QueryChip>& chips)
{
    std::shared_ptr<flow::FlowSet> within;
    for (const QueryChip& chip : chips) {
        if (chip.flows && !within)
            within = std::make_shared<flow::FlowSet>(*chip.flows);
        else if (chip.flows)
            within->intersect(*chip.flows);
    }
    return within;
}

auto named(QList<QueryChip>& chips, const QString& name)
{
    return std::ranges::find(chips, name, &QueryChip::name);
}

} // namespace

base::Result<void> FlowQuery::adopt(QueryState state)
{
    if (state == m_state)
        return {};
    // The typed text alone first: its errors name columns of what the person sees, and a bracket that it does not close
    // must not find its end among the chips.
    if (const auto typed = hunt::Filter::parse(state.text.toStdString()); !typed)
        return base::failure(typed.error());
    for (const QueryChip& chip : state.chips) {
        if (const auto own = hunt::Filter::parse(chip.expression.toStdString()); !own)
            return base::failure(own.error());
    }
    auto whole = hunt::Filter::parse(wholeExpression(state).toStdString());
    if (!whole)
        return base::failure(whole.error());
    m_within = flowsOf(state.chips);
    m_filter = std::move(*whole);
    m_before = std::exchange(m_state, std::move(state));
    Q_EMIT changed();
    return {};
}

base::Result<void> FlowQuery::setText(const QString& text)
{
    return adopt({text.trimmed(), m_state.chips});
}

base::Result<void> FlowQuery::narrow(const QString& expression)
{
    return adopt({both(m_state.text, expression.trimmed()), m_state.chips});
}

base::Result<void> FlowQuery::setChip(const QueryChip& chip)
{
    QueryState state = m_state;
    const auto known = named(state.chips, chip.name);
    if (known == state.chips.end())
        state.chips.push_back(chip);
    else
        *known = chip;
    return adopt(std::move(state));
}

void FlowQuery::removeChip(const QString& name)
{
    QueryState state = m_state;
    state.chips.removeIf([&name](const QueryChip& chip) { return chip.name == name; });
    restore(state);
}

void FlowQuery::clear()
{
    restore({});
}

void FlowQuery::restore(const QueryState& state)
{
    static_cast<void>(adopt(state)); // part of what was valid: it cannot fail
}

void FlowQuery::undo()
{
    restore(m_before);
}

void FlowQuery::forgetChips()
{
    restore({m_state.text, {}});
    m_before.chips.clear();
}

base::Result<void> FlowQuery::setHighlight(const QString& text)
{
    const QString wanted = text.trimmed();
    if (wanted == m_highlightText)
        return {};
    auto filter = hunt::Filter::parse(wanted.toStdString());
    if (!filter)
        return base::failure(filter.error());
    m_highlight = std::move(*filter);
    m_highlightText = wanted;
    Q_EMIT highlightChanged();
    return {};
}

} // namespace flowscent::ui
