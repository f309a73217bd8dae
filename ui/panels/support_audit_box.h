// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <map>
#include <vector>

#include "ui/session/support_desk.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QTreeWidget;
class QVBoxLayout;

namespace flowscent::ui {

class FlowSelection;
class Session;

/// What there is to know of the examples: how many different ones, what they share beside being the threat, and what if
/// one were dropped.
class SupportAuditBox : public QWidget {
    Q_OBJECT

public:
    /// Session and selection outlive the box.
    SupportAuditBox(Session& session, FlowSelection& selection, QWidget* parent = nullptr);

    [[nodiscard]] SupportDesk& desk() { return *m_desk; }

Q_SIGNALS:
    /// What is to be said in the list of examples: who is a copy of whom.
    void remarksChanged(const std::map<flow::FlowId, QString>& remarks);

protected:
    void changeEvent(QEvent* event) override;

private:
    /// One warning with its button and its answer.
    struct Warning {
        QWidget* box = nullptr;
        QLabel* icon = nullptr;
        QLabel* text = nullptr;
        QPushButton* ask = nullptr;
        QLabel* answer = nullptr;
    };

    QWidget* makeWork();
    Warning& warning(std::size_t place);
    void showAudit();
    void showWarning(std::size_t place, const FoundShortcut& found);
    void showRefit(std::size_t place);
    void showInfluences();
    void showWork();

    Session& m_session;
    FlowSelection& m_selection;
    SupportDesk* m_desk;
    QLabel* m_effective;
    QLabel* m_shortcuts;
    QVBoxLayout* m_warningList;
    std::vector<Warning> m_warnings; ///< made once, hidden where there are fewer
    QPushButton* m_drop;
    QTreeWidget* m_influences;
    QLabel* m_trouble;
    QWidget* m_work;
    QLabel* m_workText;
    QProgressBar* m_progress;
};

} // namespace flowscent::ui
