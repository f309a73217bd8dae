// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMenu>

#include <functional>
#include <memory>
#include <vector>

#include "engine/hunt/alike.h"
#include "ui/session/session.h"

namespace flowscent::ui {

class AlikeDesk;
class FlowSelection;
class Labeller;

/// All flows that share something with the current one, and all flows shown: each with their number, before anything is
/// done to them. The numbers come while the menu is open.
class BulkMenu : public QMenu {
    Q_OBJECT

public:
    /// All outlive the menu.
    BulkMenu(Session& session, FlowSelection& selection, Labeller& labeller, QWidget* parent = nullptr);

    /// Opens it for the current flow.
    void open(const QPoint& at);

private:
    using Groups = std::vector<hunt::AlikeFlows>;

    void fill(const std::shared_ptr<const Groups>& groups);
    void addGroups(QMenu& menu, const std::function<void(const flow::FlowSet&)>& act, const QString& name);

    Session& m_session;
    FlowSelection& m_selection;
    Labeller& m_labeller;
    AlikeDesk* m_desk;
    std::shared_ptr<const Groups> m_groups;
};

} // namespace flowscent::ui
