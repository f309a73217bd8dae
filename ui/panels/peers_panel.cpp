// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/peers_panel.h"

#include "engine/base/csv.h"
#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/models/summary_model.h"
#include "ui/panels/peers_view.h"
#include "ui/session/flow_query.h"
#include "ui/session/overview_desk.h"
#include "ui/session/session.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

PeersPanel::PeersPanel(Session& session, FlowSelection& selection, FlowQuery& query, OverviewDesk& desk,
                       SummaryModel* model, const PeersWords& words, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_selection(selection)
    , m_query(query)
    , m_desk(desk)
    , m_model(model)
    , m_words(words)
    , m_view(new PeersView(*model, this))
    , m_count(new QLabel(this))
{
    m_model->setParent(this);
    m_view->setObjectName(QLatin1String(words.table));
    m_view->setAccessibleName(words.name);
    m_count->setObjectName(QLatin1String(words.table) + QStringLiteral("Count"));
    m_count->setContentsMargins(8, 3, 8, 3);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_count);
    addActions();
    connect(m_view, &PeersView::opened, this, &PeersPanel::narrow);
    connect(&m_desk, &OverviewDesk::peersChanged, this, &PeersPanel::showAnswer);
    connect(&m_session, &Session::readFinished, this, &PeersPanel::showAnswer);
    showAnswer();
}

void PeersPanel::addActions()
{
    const auto add = [this](const char* name, const QString& text, const QKeySequence& key, auto act) {
        auto* action = new QAction(text, m_view);
        action->setObjectName(m_view->objectName() + QLatin1String(name));
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetShortcut);
        connect(action, &QAction::triggered, this, act);
        m_view->addAction(action);
    };
    const auto separate = [this] {
        auto* line = new QAction(m_view);
        line->setSeparator(true);
        m_view->addAction(line);
    };
    const auto label = [this](hunt::Label given) {
        return [this, given] {
            if (auto flows = chosenFlows(); !flows.empty())
                Q_EMIT labelAsked(flows, given);
        };
    };
    add("Narrow", tr("Show &only these (Enter)"), {}, [this] { narrow(); });
    add("Choose", tr("&Choose their flows"), Qt::Key_C, [this] { choose(); });
    separate();
    add("Threat", tr("Mark their flows as &threat"), Qt::Key_M, label(hunt::Label::Threat));
    add("NotThreat", tr("Mark their flows as &not this"), Qt::Key_X, label(hunt::Label::NotThreat));
    add("Unsure", tr("Mark their flows as &unsure"), Qt::Key_U, label(hunt::Label::Unsure));
    add("ClearLabel", tr("Clear their &labels"), Qt::Key_Delete, label(hunt::Label::None));
    separate();
    add("Copy", tr("Co&py rows as CSV"), QKeySequence::Copy, [this] { copy(); });
}

void PeersPanel::showAnswer()
{
    if (isVisible() || !m_desk.peers())
        m_model->setAnswer(m_desk.peers());
    const auto answer = m_desk.peers();
    const auto table = m_session.table();
    if (!answer || !table) {
        m_count->setText(tr("Adding up…"));
        m_view->setEmptyText({});
        return;
    }
    const auto flows = static_cast<std::uint64_t>(answer->peers->conversationRows.rows.size());
    const int rows = m_model->rowCount();
    m_count->setText(rows == 1 ? m_words.one.arg(flowsText(flows))
                               : m_words.many.arg(countText(static_cast<std::uint64_t>(rows)), flowsText(flows)));
    m_view->setEmptyText(
        table->size() == 0 ? tr("This capture holds no flows.")
                           : tr("0 of %1 match the filter. Clear it to see them again.").arg(flowsText(table->size())));
}

std::vector<int> PeersPanel::chosenRows() const
{
    std::vector<int> rows;
    for (const QItemSelectionRange& range : m_view->selectionModel()->selection()) {
        for (int row = range.top(); row <= range.bottom(); ++row)
            rows.push_back(row);
    }
    if (rows.empty() && m_view->currentIndex().isValid())
        rows.push_back(m_view->currentIndex().row());
    std::ranges::sort(rows);
    return rows;
}

std::vector<flow::FlowId> PeersPanel::chosenFlows() const
{
    flow::FlowSet flows; // two hosts that are marked share the flows between them
    for (const int row : chosenRows()) {
        for (const std::uint32_t flow : m_model->flowsOf(row))
            flows.insert(flow::FlowId(flow));
    }
    return flows.flows();
}

void PeersPanel::narrow()
{
    constexpr std::size_t most = 50; // conditions; who wants more wants another filter
    std::vector<int> rows = chosenRows();
    if (rows.empty())
        return;
    rows.resize(std::min(rows.size(), most));
    QStringList conditions;
    for (const int row : rows)
        conditions << m_model->expression(row);
    const QString all = conditions.size() == 1 ? conditions.front()
                                               : QStringLiteral("(%1)").arg(conditions.join(QStringLiteral(") || (")));
    static_cast<void>(m_query.narrow(all)); // of addresses alone: always a filter
}

void PeersPanel::choose()
{
    if (auto flows = chosenFlows(); !flows.empty()) {
        m_selection.setCurrent(flows.front());
        m_selection.select(flows);
    }
}

/// The marked rows as they read, with their heading.
void PeersPanel::copy()
{
    QStringList lines;
    const auto line = [this](const auto& cell) {
        QStringList fields;
        for (int column = 0; column < m_model->columnCount(); ++column)
            fields << toQString(base::csvField(cell(column).toString().toStdString()));
        return fields.join(QLatin1Char(','));
    };
    lines << line([this](int column) { return m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole); });
    for (const int row : chosenRows())
        lines << line([this, row](int column) { return m_model->index(row, column).data(); });
    if (lines.size() > 1)
        QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

void PeersPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_desk.want(OverviewDesk::Part::Peers, *this, true);
    m_model->setAnswer(m_desk.peers());
    showAnswer();
}

void PeersPanel::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_desk.want(OverviewDesk::Part::Peers, *this, false);
}

} // namespace flowscent::ui
