// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/view_history.h"

#include "ui/models/flow_selection.h"

#include <utility>

namespace flowscent::ui {

ViewHistory::ViewHistory(FlowQuery& query, FlowSelection& selection, QObject* parent, std::chrono::milliseconds oneStep)
    : QObject(parent)
    , m_query(query)
    , m_selection(selection)
    , m_oneStep(oneStep)
{
    m_states.push_back(now());
    connect(&m_query, &FlowQuery::changed, this, &ViewHistory::note);
    connect(&m_selection, &FlowSelection::changed, this, &ViewHistory::note);
    connect(&m_selection, &FlowSelection::currentChanged, this, &ViewHistory::note);
}

ViewHistory::State ViewHistory::now() const
{
    return {m_query.state(), m_selection.set(), m_selection.current()};
}

void ViewHistory::note()
{
    if (m_showing)
        return;
    State state = now();
    if (state == m_states[m_at])
        return;
    m_states.erase(m_states.begin() + static_cast<std::ptrdiff_t>(m_at) + 1, m_states.end());
    if (m_sinceChange.isValid() && m_sinceChange.elapsed() < m_oneStep.count())
        m_states[m_at] = std::move(state);
    else
        m_states.push_back(std::move(state));
    if (m_states.size() > mostStates)
        m_states.pop_front();
    m_at = m_states.size() - 1;
    m_sinceChange.start();
    Q_EMIT changed();
}

void ViewHistory::goBack()
{
    if (canGoBack())
        show(m_at - 1);
}

void ViewHistory::goForward()
{
    if (canGoForward())
        show(m_at + 1);
}

void ViewHistory::show(std::size_t state)
{
    m_at = state;
    m_sinceChange.invalidate();
    const State shown = m_states[m_at]; // a copy: whoever hears of it may make changes
    m_showing = true;
    m_query.restore(shown.query);
    m_selection.select(shown.chosen);
    m_selection.setCurrent(shown.current);
    m_showing = false;
    Q_EMIT changed();
}

void ViewHistory::clear()
{
    m_states.assign(1, now());
    m_at = 0;
    m_sinceChange.invalidate();
    Q_EMIT changed();
}

} // namespace flowscent::ui
