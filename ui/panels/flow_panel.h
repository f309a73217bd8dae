// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/session/session.h"

namespace flowscent::ui {

class EmptyNote;
class FlowQuery;
class FlowSelection;
class FlowTableModel;
class FlowView;

/// The table of flows that pass the query. Rows move when the hunter asks for it (a filter, a heading, R) and never
/// because scores have changed; then it tells that the order is stale.
class FlowPanel : public QWidget {
    Q_OBJECT

public:
    /// Session, selection and query outlive the panel.
    FlowPanel(Session& session, FlowSelection& selection, FlowQuery& query, QWidget* parent = nullptr);

    void focusTable();
    void resort();               ///< makes the order fit the scores as they are now
    void setLiveSort(bool live); ///< rows may move with every new score
    void sortBy(const SortBy& order);
    void copyCommunityIds() const;

    [[nodiscard]] FlowTableModel& model() { return *m_model; }
    [[nodiscard]] FlowView& view() { return *m_view; }

Q_SIGNALS:
    void countsChanged(std::size_t shown, std::size_t total);
    void orderStaleChanged(bool stale); ///< whether rows would stand elsewhere if they were sorted anew
    /// A click into a label cell: what is chosen is meant.
    void labelAsked(hunt::Label label);
    /// A filter by a value of the table that was not understood.
    void failed(const base::Error& error);

private:
    enum class Move { Now, NowToTop, WhenAsked };

    void arrange(Move move);
    void settle(const std::shared_ptr<const Arranged>& arranged);
    void showRows(const Arranged& arranged);
    void captureChanged();
    void scoresChanged();
    void judgementsChanged();
    void tellVisible();
    EmptyNote* makeNote();
    void tellEmpty();
    void filterBy(const QString& expression, bool alone);

    Session& m_session;
    FlowSelection& m_selection;
    FlowQuery& m_query;
    FlowTableModel* m_model;
    FlowView* m_view;
    EmptyNote* m_nothing; ///< over the view when the filter leaves nothing
    std::vector<SortBy> m_order;
    std::shared_ptr<const Arranged> m_waiting; ///< the order that R would bring; null when rows stand right
    bool m_moveNow = false;                    ///< the answer under way was asked for
    bool m_toTop = false;                      ///< ... by sorting: what comes first is to be seen
    bool m_liveSort = false;
};

} // namespace flowscent::ui
