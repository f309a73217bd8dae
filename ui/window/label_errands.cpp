// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/label_errands.h"

#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/panels/bulk_menu.h"
#include "ui/panels/flow_view.h"
#include "ui/panels/labeller.h"
#include "ui/panels/live_switch.h"
#include "ui/panels/message_bar.h"
#include "ui/panels/question_bar.h"
#include "ui/panels/support_panel.h"
#include "ui/panels/toast.h"
#include "ui/session/journal_desk.h"
#include "ui/session/session.h"
#include "ui/session/suggester.h"
#include "ui/window/actions.h"
#include "ui/window/status_strip.h"

namespace flowscent::ui {

LabelErrands::LabelErrands(const LabelParts& parts, QWidget& centre)
    : QObject(&centre)
    , m_parts(parts)
    , m_question(new QuestionBar(QStringLiteral("question"), &centre))
    , m_restored(new QuestionBar(QStringLiteral("restored"), &centre))
    , m_toast(new Toast(&centre))
    , m_labeller(new Labeller(parts.session, *m_question, *m_toast, this))
    , m_bulk(new BulkMenu(parts.session, parts.selection, *m_labeller, &centre))
{
    connectActions();
    connect(&m_parts.support, &SupportPanel::labelAsked, this, &LabelErrands::mark);
    connect(m_labeller, &Labeller::nothingChosen, this,
            [this] { m_parts.status.showText(tr("Choose flows first, then press the key.")); });
    connect(&m_parts.session, &Session::captureChanged, m_restored, &QWidget::hide);
}

std::vector<QWidget*> LabelErrands::questions() const
{
    return {m_restored, m_question};
}

void LabelErrands::mark(const std::vector<flow::FlowId>& flows, hunt::Label label)
{
    m_labeller->mark(flows, label);
}

void LabelErrands::markChosen(hunt::Label label)
{
    mark(m_parts.selection.flows(), label);
}

void LabelErrands::connectActions()
{
    const Actions& actions = m_parts.actions;
    const auto on = [this](QAction* action, auto function) { connect(action, &QAction::triggered, this, function); };
    on(actions.threat, [this] { markChosen(hunt::Label::Threat); });
    on(actions.notThreat, [this] { markChosen(hunt::Label::NotThreat); });
    on(actions.unsure, [this] { markChosen(hunt::Label::Unsure); });
    on(actions.clearLabel, [this] { markChosen(hunt::Label::None); });
    for (std::size_t i = 0; i < actions.threats.size(); ++i)
        on(actions.threats[i], [this, threat = static_cast<hunt::ThreatNumber>(i + 1)] {
            m_labeller->markThreat(m_parts.selection.flows(), threat);
        });
    on(actions.bookmark, [this] { m_labeller->bookmark(m_parts.selection.flows()); });
    on(actions.note, [this] { m_labeller->note(m_parts.selection.flows()); });
    on(actions.bulk, [this] { openBulkMenu(); });
    on(actions.suggest, [this] { m_parts.support.suggester().next(); });
    on(actions.skip, [this] { m_parts.support.suggester().skip(); });
    for (QAction* action : {actions.suggest, actions.skip, actions.threat, actions.notThreat, actions.unsure})
        m_parts.support.suggestionBox().addAction(action);
    on(actions.adapt, [this] { m_parts.session.adapt(); });
    on(actions.adapting, [this] { m_parts.session.setAdapting(nextAdapting(m_parts.session.adapting())); });
}

/// Beside the current row, where the eyes are.
void LabelErrands::openBulkMenu()
{
    const FlowView& view = m_parts.table;
    const QRect row = view.visualRect(view.currentIndex());
    const QPoint at = view.rect().contains(row.center()) || row.isValid() ? QPoint(view.width() / 4, row.bottom())
                                                                          : QPoint(view.width() / 4, view.height() / 4);
    m_bulk->open(view.viewport()->mapToGlobal(at));
}

void LabelErrands::tellOf(JournalDesk& journal)
{
    connect(&journal, &JournalDesk::restored, this, [this](const RestoredMarks& marks) {
        const QString what = marks.labels == 0   ? tr("Marks of %1").arg(flowsText(marks.marks))
                             : marks.labels == 1 ? tr("1 label")
                                                 : tr("%1 labels").arg(countText(marks.labels));
        QString text = tr("%1 of %2 restored.").arg(what, dayText(marks.latest));
        if (marks.lost > 0)
            text += tr(" %1 could not be found in this capture again.").arg(flowsText(marks.lost));
        m_restored->ask(
            text, {{tr("Forget them"), QStringLiteral("forgetRestored"), [this] { m_parts.session.book().forget(); }}},
            QuestionBar::Focus::Leave);
    });
    connect(&journal, &JournalDesk::putAside, this, [this](const QString& file) {
        m_parts.messages.tell(
            MessageBar::Kind::Warning,
            tr("The journal of your labels is damaged. It was put aside as %1 and nothing in it was changed; "
               "a new one was begun.")
                .arg(file));
    });
    connect(&journal, &JournalDesk::failed, this, [this](const base::Error& error) {
        m_parts.messages.tell(
            MessageBar::Kind::Warning,
            tr("%1. Your labels stay in this window but are not written down; when the cause is gone, the "
               "next label is.")
                .arg(QString::fromStdString(error.sentence())));
    });
}

} // namespace flowscent::ui
