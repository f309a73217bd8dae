// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

#include "engine/flow/flow_record.h"
#include "engine/hunt/support_set.h"

class QLabel;

namespace flowscent::ui {

class FlowQuery;
class FlowSelection;
class OverviewDesk;
class PeersView;
class Session;
class SummaryModel;
struct PeersAnswer;

/// What a PeersPanel is about, in words.
struct PeersWords {
    const char* table; ///< objectName
    QString name;      ///< of the table, for who cannot see it
    QString one;       ///< "1 host in %1"
    QString many;      ///< "%1 hosts in %2"
};

/// A tab with a table of hosts or conversations that follow the query. Enter or a double click asks the query for the
/// row, M, X, U and Del label all its flows, C chooses them; moving about in the table chooses nothing.
class PeersPanel : public QWidget {
    Q_OBJECT

public:
    /// All but the model, which becomes the panel's, outlive the panel.
    PeersPanel(Session& session, FlowSelection& selection, FlowQuery& query, OverviewDesk& desk, SummaryModel* model,
               const PeersWords& words, QWidget* parent = nullptr);

    [[nodiscard]] PeersView& view() { return *m_view; }

Q_SIGNALS:
    /// All flows of the rows that are marked; who hears it asks back where they are many.
    void labelAsked(const std::vector<flowscent::flow::FlowId>& flows, flowscent::hunt::Label label);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void addActions();
    void showAnswer();
    void narrow();
    void choose();
    void copy();
    [[nodiscard]] std::vector<flow::FlowId> chosenFlows() const;
    [[nodiscard]] std::vector<int> chosenRows() const;

    Session& m_session;
    FlowSelection& m_selection;
    FlowQuery& m_query;
    OverviewDesk& m_desk;
    SummaryModel* m_model;
    PeersWords m_words;
    PeersView* m_view;
    QLabel* m_count;
};

} // namespace flowscent::ui
