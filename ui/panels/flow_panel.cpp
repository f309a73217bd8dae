// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/flow_panel.h"

#include "engine/flow/community_id.h"
#include "ui/models/flow_selection.h"
#include "ui/models/flow_table_model.h"
#include "ui/models/flow_text.h"
#include "ui/panels/empty_note.h"
#include "ui/panels/flow_delegate.h"
#include "ui/panels/flow_view.h"
#include "ui/session/flow_query.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

FlowPanel::FlowPanel(Session& session, FlowSelection& selection, FlowQuery& query, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_selection(selection)
    , m_query(query)
    , m_model(new FlowTableModel(this))
    , m_view(new FlowView(*m_model, selection, this))
    , m_nothing(makeNote())
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_view, 1);

    connect(&m_query, &FlowQuery::changed, this, [this] { arrange(Move::Now); });
    connect(m_view, &FlowView::sortAsked, this, [this](const std::vector<SortBy>& order) {
        m_order = order;
        arrange(Move::NowToTop);
    });
    connect(m_view, &FlowView::visibleRowsChanged, this, &FlowPanel::tellVisible);
    connect(m_view, &FlowView::filterAsked, this, &FlowPanel::filterBy);
    connect(m_view, &FlowView::labelAsked, this, &FlowPanel::labelAsked);
    connect(&m_session, &Session::captureChanged, this, &FlowPanel::captureChanged);
    connect(&m_session, &Session::tableGrown, this, [this] { arrange(Move::Now); });
    connect(&m_session, &Session::readFinished, this, &FlowPanel::tellEmpty);
    connect(&m_session, &Session::arranged, this, &FlowPanel::settle);
    connect(&m_session, &Session::scoresChanged, this, &FlowPanel::scoresChanged);
    connect(&m_session, &Session::judgementsChanged, this, &FlowPanel::judgementsChanged);
    connect(&m_session, &Session::keptChanged, this, [this] {
        m_model->setKeptScores(m_session.keptScores());
        m_view->showComparison(m_session.keptScores() != nullptr);
    });
    connect(&m_session, &Session::supportChanged, this, [this] { m_model->setSupport(m_session.labels().support()); });
    connect(&m_session.book(), &LabelBook::changed, this, [this] { m_model->setMarks(m_session.book().snapshot()); });
}

void FlowPanel::focusTable()
{
    m_view->setFocus();
}

void FlowPanel::sortBy(const SortBy& order)
{
    m_order = {order};
    m_view->showOrder(m_order);
    arrange(Move::NowToTop);
}

void FlowPanel::setLiveSort(bool live)
{
    m_liveSort = live;
    if (live)
        resort();
}

void FlowPanel::arrange(Move move)
{
    m_moveNow = m_moveNow || move != Move::WhenAsked;
    m_toTop = m_toTop || move == Move::NowToTop;
    m_session.arrange({m_query.filter(), m_query.within(), m_order});
}

void FlowPanel::settle(const std::shared_ptr<const Arranged>& arranged)
{
    if (std::exchange(m_moveNow, false) || m_liveSort) {
        showRows(*arranged);
        return;
    }
    m_waiting = arranged->rows == m_model->rows() ? nullptr : arranged;
    Q_EMIT orderStaleChanged(m_waiting != nullptr);
}

void FlowPanel::resort()
{
    if (m_waiting)
        showRows(*std::exchange(m_waiting, nullptr));
}

/// The chosen flows stay chosen and the current one stays in sight, wherever they stand now.
void FlowPanel::showRows(const Arranged& arranged)
{
    m_waiting = nullptr;
    Q_EMIT orderStaleChanged(false);
    if (m_model->show(arranged.table, arranged.rows))
        m_view->showChosen();
    if (std::exchange(m_toTop, false))
        m_view->scrollToTop(); // who sorts wants to see what comes first
    Q_EMIT countsChanged(arranged.rows.size(), arranged.table->size());
    tellEmpty();
    tellVisible();
}

void FlowPanel::captureChanged()
{
    m_waiting = nullptr;
    m_selection.clear();
    m_model->setScores(nullptr);
    m_model->setJudgements(nullptr);
    m_model->setFiles(m_session.files());
    m_model->show(nullptr, {});
    m_view->showColumn(FlowColumn::File, m_session.files().size() > 1);
    Q_EMIT orderStaleChanged(false);
    Q_EMIT countsChanged(0, 0);
    m_view->setEmptyText({});
    m_nothing->hide();
}

void FlowPanel::scoresChanged()
{
    m_view->cells().setScoresStale(!m_session.scoresCurrent());
    m_model->setScores(m_session.scores());
    if (m_session.scoresCurrent() && !m_session.scores()->complete())
        return; // the rest is on its way
    if (!m_order.empty() || !m_query.filter().empty())
        arrange(Move::WhenAsked);
}

/// Verdicts and rarity come a moment after the scores that they are about.
void FlowPanel::judgementsChanged()
{
    m_model->setJudgements(m_session.judgements());
    const bool sorted = std::ranges::any_of(m_order, [](const SortBy& one) {
        return one.column == FlowColumn::Verdict || one.column == FlowColumn::OneInN;
    });
    if (m_session.judgements() && (sorted || !m_query.filter().empty()))
        arrange(Move::WhenAsked);
}

void FlowPanel::filterBy(const QString& expression, bool alone)
{
    if (const auto done = alone ? m_query.setText(expression) : m_query.narrow(expression); !done)
        Q_EMIT failed(done.error());
}

void FlowPanel::tellVisible()
{
    const auto [first, last] = m_view->visibleRows();
    const auto& rows = m_model->rows();
    m_model->setVisibleRows(first, last);
    m_session.setVisibleFlows({rows.begin() + first, rows.begin() + std::max(first, last + 1)});
}

EmptyNote* FlowPanel::makeNote()
{
    auto* clear = new QAction(tr("Clear the filter"), this);
    clear->setObjectName(QStringLiteral("noteClear"));
    clear->setToolTip(tr("Show every flow, without conditions"));
    connect(clear, &QAction::triggered, &m_query, &FlowQuery::clear);
    auto* undo = new QAction(tr("Undo the last change"), this);
    undo->setObjectName(QStringLiteral("noteUndo"));
    undo->setToolTip(tr("Filter as before the last change"));
    connect(undo, &QAction::triggered, &m_query, &FlowQuery::undo);
    return new EmptyNote(*m_view, {clear, undo});
}

void FlowPanel::tellEmpty()
{
    m_nothing->hide();
    const auto table = m_session.table();
    if (!table || m_session.reading()) {
        m_view->setEmptyText({});
    } else if (table->size() == 0) {
        m_view->setEmptyText(tr("This capture holds no flows."));
    } else {
        m_view->setEmptyText({});
        if (m_model->rowCount() == 0 && !m_query.state().empty())
            m_nothing->tell(tr("0 of %1 match.").arg(flowsText(table->size())));
    }
}

void FlowPanel::copyCommunityIds() const
{
    QStringList ids;
    const auto table = m_model->table();
    for (const flow::FlowId flow : m_selection.flows())
        ids << toQString(flow::communityId(table->key(flow)));
    ids.removeDuplicates();
    if (!ids.isEmpty())
        QApplication::clipboard()->setText(ids.join(QLatin1Char('\n')));
}

} // namespace flowscent::ui
