// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/menus.h"

#include "ui/window/actions.h"
#include "ui/window/recent_files.h"
#include "ui/window/theme.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QFileInfo>
#include <QMenuBar>

#include <array>

namespace flowscent::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("MainWindow", text);
}

void fillThemes(QMenu& menu)
{
    auto* group = new QActionGroup(&menu);
    const std::array<QString, 3> names{tr("&System"), tr("&Light"), tr("&Dark")};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto theme = static_cast<Theme>(i);
        auto* action = menu.addAction(names[i]);
        action->setCheckable(true);
        action->setChecked(theme == chosenTheme());
        group->addAction(action);
        QObject::connect(action, &QAction::triggered, &menu, [theme] { applyTheme(theme); });
    }
}

void fillRecent(QMenu& menu, const std::function<void(const QString&)>& reopen)
{
    menu.clear();
    for (const QString& file : recentFiles()) {
        auto* action = menu.addAction(QFileInfo(file).fileName());
        action->setToolTip(file);
        action->setEnabled(QFileInfo::exists(file));
        QObject::connect(action, &QAction::triggered, &menu, [reopen, file] { reopen(file); });
    }
    if (menu.isEmpty())
        menu.addAction(tr("None yet"))->setEnabled(false);
}

} // namespace

void fillMenuBar(QMenuBar& bar, const MenuParts& parts)
{
    const Actions& actions = parts.actions;
    auto* file = bar.addMenu(tr("&File"));
    file->addActions({actions.open, actions.sample});
    auto* recent = file->addMenu(tr("Open &recent"));
    QObject::connect(recent, &QMenu::aboutToShow, recent,
                     [recent, reopen = parts.reopen] { fillRecent(*recent, reopen); });
    file->addSeparator();
    file->addAction(actions.quit);

    auto* edit = bar.addMenu(tr("&Edit"));
    edit->addActions({actions.undo, actions.redo});
    edit->addSeparator();
    edit->addMenu(parts.filter);

    auto* view = bar.addMenu(tr("&View"));
    view->addActions({actions.explore, actions.compare, actions.training});
    view->addSeparator();
    view->addActions(parts.panels);
    view->addSeparator();
    view->addActions({actions.byScore, actions.resort, actions.liveSort});
    view->addSeparator();
    view->addActions({actions.larger, actions.smaller, actions.usualSize});
    fillThemes(*view->addMenu(tr("&Theme")));

    auto* go = bar.addMenu(tr("&Go"));
    go->addActions({actions.back, actions.forward});
    go->addSeparator();
    go->addActions({actions.filter, actions.clearFilter, actions.nextPanel, actions.previousPanel});
    go->addSeparator();
    go->addAction(actions.palette);

    auto* flow = bar.addMenu(tr("F&low"));
    flow->addActions({actions.threat, actions.notThreat, actions.unsure, actions.clearLabel, actions.bulk});
    auto* threats = flow->addMenu(tr("Mark as another t&hreat"));
    for (QAction* action : actions.threats)
        threats->addAction(action);
    flow->addActions({actions.bookmark, actions.note});
    flow->addSeparator();
    flow->addActions({actions.suggest, actions.skip});
    flow->addSeparator();
    flow->addActions({actions.adapt, actions.adapting, actions.keep, actions.saveDetector});
    flow->addSeparator();
    flow->addActions({actions.invert, actions.details, actions.copyId, actions.exportPackets});
    flow->addActions(parts.onFlows);
    flow->setToolTipsVisible(true); // they say why a command is greyed

    auto* help = bar.addMenu(tr("&Help"));
    help->addActions({actions.firstHunt, actions.keys, actions.keyEditor, actions.about});
}

} // namespace flowscent::ui
