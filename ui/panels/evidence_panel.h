// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <cstdint>
#include <vector>

#include "ui/session/arrangement.h"
#include "ui/session/evidence_desk.h"

class QAction;
class QBoxLayout;
class QLabel;
class QPushButton;
class QScrollArea;
class QStackedWidget;
class QTimer;

namespace flowscent::ui {

class EvidenceBlock;
class FlowQuery;
class FlowSelection;
class Session;

/// Why the current flow scores as it does: what it is like, what sets it apart from normal traffic, what speaks
/// against. Follows the selection's current flow and the adaptation at hand.
class EvidencePanel : public QWidget {
    Q_OBJECT

public:
    /// All three outlive the panel.
    EvidencePanel(Session& session, FlowSelection& selection, FlowQuery& query, QWidget* parent = nullptr);

    [[nodiscard]] EvidenceDesk& desk() { return *m_desk; }
    /// Shows the button, which otherwise has nobody to do what it says: with its key, or disabled with the reason.
    void offerWireshark(bool available, const QString& toolTip);
    /// What a bar does when pressed: narrows the filter or sorts, and names the packets.
    void pursue(detect::FeatureIndex feature);

Q_SIGNALS:
    void packetsResponsible(const std::vector<std::uint32_t>& packets); ///< of the current flow, counted from 0
    void sortAsked(const SortBy& order);
    void wiresharkAsked(flow::FlowId flow);
    void exportAsked(flow::FlowId flow);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeContent();
    QWidget* makeButtons();
    void follow();
    void showState();
    void showEvidence();
    void showStanding();
    void fold();
    void dress();
    void copySummary();
    [[nodiscard]] QString messageText() const;

    Session& m_session;
    FlowSelection& m_selection;
    FlowQuery& m_query;
    EvidenceDesk* m_desk;
    QAction* m_copy;
    QStackedWidget* m_pages;
    QLabel* m_message;
    QScrollArea* m_scroll;
    QBoxLayout* m_top;
    QBoxLayout* m_columns;
    QLabel* m_headline;
    QLabel* m_standing;
    QLabel* m_remark;
    QLabel* m_honesty;
    QPushButton* m_wireshark;
    EvidenceBlock* m_like;
    EvidenceBlock* m_unlike;
    EvidenceBlock* m_against;
    QTimer* m_patience; ///< until a flow that is only passed over is explained
    QTimer* m_waiting;  ///< until it is worth saying that somebody works on it
};

} // namespace flowscent::ui
