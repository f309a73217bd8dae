// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/bulk_menu.h"

#include "ui/models/act_text.h"
#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/panels/labeller.h"
#include "ui/session/alike_desk.h"

namespace flowscent::ui {

namespace {

constexpr qsizetype longestName = 48; ///< characters of an address or host in the menu

QString groupText(const hunt::AlikeFlows& group)
{
    QString what = toQString(group.what);
    if (what.size() > longestName)
        what = what.left(longestName - 1) + QStringLiteral("…");
    what.replace(QLatin1Char('&'), QStringLiteral("&&")); // no mnemonic
    switch (group.kind) {
    case hunt::Alike::Conversation:
        return BulkMenu::tr("&Conversation %1").arg(what);
    case hunt::Alike::HostPair:
        return BulkMenu::tr("Host &pair %1").arg(what);
    case hunt::Alike::Source:
        return BulkMenu::tr("&Source %1").arg(what);
    case hunt::Alike::Destination:
        return BulkMenu::tr("&Destination %1").arg(what);
    case hunt::Alike::Ja3:
        return BulkMenu::tr("&JA3 or HASSH %1").arg(what);
    case hunt::Alike::Ja4:
        return BulkMenu::tr("JA&4 %1").arg(what);
    case hunt::Alike::Host:
        return BulkMenu::tr("Host &name %1").arg(what);
    case hunt::Alike::Application:
        return BulkMenu::tr("&Application %1").arg(what);
    case hunt::Alike::Count:
        break;
    }
    return {};
}

} // namespace

BulkMenu::BulkMenu(Session& session, FlowSelection& selection, Labeller& labeller, QWidget* parent)
    : QMenu(parent)
    , m_session(session)
    , m_selection(selection)
    , m_labeller(labeller)
    , m_desk(new AlikeDesk(session, this))
{
    setObjectName(QStringLiteral("bulkMenu"));
    connect(m_desk, &AlikeDesk::found, this, [this](flow::FlowId flow, const std::shared_ptr<const Groups>& groups) {
        if (isVisible() && m_selection.current() == flow)
            fill(groups);
    });
}

void BulkMenu::open(const QPoint& at)
{
    const auto current = m_selection.current();
    clear();
    if (!current || !m_session.table()) {
        addAction(tr("Point at a flow first."))->setEnabled(false);
    } else {
        addAction(tr("Counting…"))->setEnabled(false);
        m_desk->ask(*current);
    }
    popup(at);
}

void BulkMenu::fill(const std::shared_ptr<const Groups>& groups)
{
    m_groups = groups;
    clear();
    const hunt::Marks& marks = m_session.labels().marks();
    const hunt::Mark threat{.label = hunt::Label::Threat, .threat = marks.threats().active};
    addSection(tr("Mark as %1, all at once").arg(markText(marks, threat)));
    const auto labelAs = [this](hunt::Label label) {
        return [this, label](const flow::FlowSet& flows) { m_labeller.mark(flows.flows(), label); };
    };
    addGroups(*this, labelAs(hunt::Label::Threat), QStringLiteral("bulkThreat"));
    addSeparator();
    addGroups(*addMenu(tr("As n&ot this")), labelAs(hunt::Label::NotThreat), QStringLiteral("bulkNotThreat"));
    addGroups(*addMenu(tr("As &unsure")), labelAs(hunt::Label::Unsure), QStringLiteral("bulkUnsure"));
    addGroups(*addMenu(tr("C&lear the label")), labelAs(hunt::Label::None), QStringLiteral("bulkClear"));
    addGroups(
        *addMenu(tr("Only choos&e")), [this](const flow::FlowSet& flows) { m_selection.select(flows); },
        QStringLiteral("bulkChoose"));
    for (QAction* action : actions()) {
        if (action->isEnabled() && !action->isSeparator()) {
            setActiveAction(action); // arrows go on from here
            break;
        }
    }
}

void BulkMenu::addGroups(QMenu& menu, const std::function<void(const flow::FlowSet&)>& act, const QString& name)
{
    for (std::size_t i = 0; i < m_groups->size(); ++i) {
        const hunt::AlikeFlows& group = (*m_groups)[i];
        QAction* action = menu.addAction(tr("%1:  %2").arg(groupText(group), flowsText(group.flows.count())));
        action->setObjectName(name + QString::number(static_cast<int>(group.kind)));
        connect(action, &QAction::triggered, this, [groups = m_groups, i, act] { act((*groups)[i].flows); });
    }
    if (const auto shown = m_session.lastArranged()) {
        QAction* action = menu.addAction(tr("All flows sho&wn:  %1").arg(flowsText(shown->rows.size())));
        action->setObjectName(name + QStringLiteral("Shown"));
        connect(action, &QAction::triggered, this, [shown, act] { act(flow::FlowSet::ofRows(shown->rows)); });
    }
}

} // namespace flowscent::ui
