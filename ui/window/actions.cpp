// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/actions.h"

#include <QActionGroup>

namespace flowscent::ui {

Actions::Actions(QObject* parent)
    : QObject(parent)
    , open(make(QStringLiteral("open"), tr("&Open…"), QKeySequence::Open))
    , sample(make(QStringLiteral("sample"), tr("Open the &sample")))
    , quit(make(QStringLiteral("quit"), tr("&Quit"), Qt::CTRL | Qt::Key_Q))
    , undo(make(QStringLiteral("undo"), tr("&Undo"), Qt::CTRL | Qt::Key_Z))
    , redo(make(QStringLiteral("redo"), tr("&Redo"), Qt::CTRL | Qt::SHIFT | Qt::Key_Z))
    , filter(make(QStringLiteral("filter"), tr("&Filter"), Qt::CTRL | Qt::Key_L))
    , clearFilter(make(QStringLiteral("clearFilter"), tr("&Clear the filter"), Qt::CTRL | Qt::SHIFT | Qt::Key_L))
    , back(make(QStringLiteral("back"), tr("&Back"), Qt::ALT | Qt::Key_Left))
    , forward(make(QStringLiteral("forward"), tr("F&orward"), Qt::ALT | Qt::Key_Right))
    , explore(make(QStringLiteral("explore"), tr("Explore"), Qt::ALT | Qt::Key_1))
    , compare(make(QStringLiteral("compare"), tr("Compare"), Qt::ALT | Qt::Key_2))
    , training(make(QStringLiteral("training"), tr("Training"), Qt::ALT | Qt::Key_3))
    , nextPanel(make(QStringLiteral("nextPanel"), tr("&Next panel"), Qt::Key_F6))
    , previousPanel(make(QStringLiteral("previousPanel"), tr("&Previous panel"), Qt::SHIFT | Qt::Key_F6))
    , palette(make(QStringLiteral("palette"), tr("Co&mmands…"), Qt::CTRL | Qt::Key_J))
    , larger(make(QStringLiteral("larger"), tr("Lar&ger text"), QKeySequence::ZoomIn))
    , smaller(make(QStringLiteral("smaller"), tr("S&maller text"), QKeySequence::ZoomOut))
    , usualSize(make(QStringLiteral("usualSize"), tr("&Usual size of text"), Qt::CTRL | Qt::Key_0))
    , threat(make(QStringLiteral("threat"), tr("Mark as &threat"), Qt::Key_M))
    , notThreat(make(QStringLiteral("notThreat"), tr("Mark as &not this"), Qt::Key_X))
    , unsure(make(QStringLiteral("unsure"), tr("Mark as &unsure"), Qt::Key_U))
    , clearLabel(make(QStringLiteral("clearLabel"), tr("&Clear the label"), Qt::Key_Delete))
    , bookmark(make(QStringLiteral("bookmark"), tr("&Bookmark"), Qt::Key_B))
    , note(make(QStringLiteral("note"), tr("Note…"), Qt::SHIFT | Qt::Key_B))
    , bulk(make(QStringLiteral("bulk"), tr("Mark &all of a kind…"), Qt::CTRL | Qt::Key_M))
    , suggest(make(QStringLiteral("suggest"), tr("&Next suggestion"), Qt::Key_N))
    , skip(make(QStringLiteral("skip"), tr("S&kip the suggestion"), Qt::SHIFT | Qt::Key_N))
    , adapt(make(QStringLiteral("adapt"), tr("&Adapt now"), Qt::Key_F9))
    , adapting(make(QStringLiteral("adapting"), tr("Live, Manual, &Paused"), Qt::SHIFT | Qt::Key_F9))
    , keep(make(QStringLiteral("keep"), tr("&Keep for comparison"), Qt::Key_K))
    , saveDetector(make(QStringLiteral("saveDetector"), tr("Save the &detector in the library…"),
                        Qt::CTRL | Qt::SHIFT | Qt::Key_S))
    , resort(make(QStringLiteral("resort"), tr("&Sort again"), Qt::Key_R))
    , liveSort(make(QStringLiteral("liveSort"), tr("Sort &live")))
    , byScore(make(QStringLiteral("byScore"), tr("Sort by s&core"), Qt::Key_S))
    , invert(make(QStringLiteral("invert"), tr("&Invert the choice"), Qt::CTRL | Qt::SHIFT | Qt::Key_I))
    , copyId(make(QStringLiteral("copyId"), tr("Copy Community &ID"), Qt::Key_Y))
    , exportPackets(make(QStringLiteral("exportPackets"), tr("&Export flows' packets…"), Qt::CTRL | Qt::Key_E))
    , details(make(QStringLiteral("details"), tr("&Details of the flow (Enter)")))
    , firstHunt(make(QStringLiteral("firstHunt"), tr("&First hunt, step by step")))
    , keys(make(QStringLiteral("keys"), tr("&Keyboard"), Qt::Key_Question))
    , keyEditor(make(QStringLiteral("keyEditor"), tr("&Change keys…")))
    , about(make(QStringLiteral("about"), tr("&About Flowscent")))
{
    for (std::size_t i = 0; i < threats.size(); ++i)
        threats[i] = make(QStringLiteral("threat%1").arg(i + 1), tr("Mark as threat &%1").arg(i + 1),
                          QKeySequence(Qt::Key_1 + static_cast<int>(i)));
    auto* perspectives = new QActionGroup(this);
    for (QAction* perspective : {explore, compare, training}) {
        perspective->setCheckable(true);
        perspectives->addAction(perspective);
    }
    explore->setChecked(true);
    back->setToolTip(tr("The filter, the chosen flows and the current one as they were before"));
    liveSort->setCheckable(true);
    liveSort->setToolTip(tr("Rows move with every new score"));
    for (QAction* action : onFlows())
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
}

std::vector<QAction*> Actions::onFlows() const
{
    std::vector<QAction*> all{threat, notThreat, unsure, clearLabel, bulk,   bookmark, note,          suggest,
                              skip,   keep,      resort, byScore,    invert, copyId,   exportPackets, details};
    all.insert(all.end(), threats.begin(), threats.end());
    return all;
}

QAction* Actions::make(const QString& name, const QString& text, const QKeySequence& key)
{
    auto* action = new QAction(text, this);
    action->setObjectName(name + QStringLiteral("Action"));
    action->setShortcut(key);
    return action;
}

} // namespace flowscent::ui
