// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QObject>

#include <array>
#include <vector>

namespace flowscent::ui {

/// Every command of the window with its words and its key; the window says what they do.
class Actions : public QObject {
    Q_OBJECT

public:
    explicit Actions(QObject* parent);

    QAction* open;
    QAction* sample;
    QAction* quit;
    QAction* undo;
    QAction* redo;
    QAction* filter;
    QAction* clearFilter;
    QAction* back;
    QAction* forward;
    QAction* explore;
    QAction* compare;
    QAction* training;
    QAction* nextPanel;
    QAction* previousPanel;
    QAction* palette;
    QAction* larger;
    QAction* smaller;
    QAction* usualSize;
    QAction* threat;
    QAction* notThreat;
    QAction* unsure;
    QAction* clearLabel;
    std::array<QAction*, 9> threats; ///< the keys 1 to 9
    QAction* bookmark;
    QAction* note;
    QAction* bulk;
    QAction* suggest;
    QAction* skip;
    QAction* adapt;
    QAction* adapting; ///< Live, Manual, Paused and round again
    QAction* keep;
    QAction* saveDetector;
    QAction* resort;
    QAction* liveSort;
    QAction* byScore;
    QAction* invert;
    QAction* copyId;
    QAction* exportPackets;
    QAction* details;
    QAction* firstHunt;
    QAction* keys;
    QAction* keyEditor;
    QAction* about;

    /// Commands that act on chosen flows. Most of their keys are single letters, which count only where flows have the
    /// focus: add them to those widgets.
    [[nodiscard]] std::vector<QAction*> onFlows() const;

private:
    QAction* make(const QString& name, const QString& text, const QKeySequence& key = {});
};

} // namespace flowscent::ui
