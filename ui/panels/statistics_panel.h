// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <array>

#include "ui/models/share_rows.h"

class QComboBox;
class QGridLayout;
class QLabel;
class QPushButton;
class QScrollArea;

namespace flowscent::ui {

class FlowQuery;
class OverviewDesk;
class Session;
class ShareModel;

/// What the flows that pass the query are made of: shares of protocols, applications, services, categories, states and
/// durations, and who talks most. A click on a row narrows the query to it.
class StatisticsPanel : public QWidget {
    Q_OBJECT

public:
    /// All three outlive the panel.
    StatisticsPanel(Session& session, FlowQuery& query, OverviewDesk& desk, QWidget* parent = nullptr);

    void copy() const; ///< everything, as CSV

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    static constexpr auto topics = static_cast<std::size_t>(ShareTopic::Count);
    struct Card {
        QWidget* widget = nullptr;
        ShareModel* model = nullptr;
        QLabel* nothing = nullptr;
    };

    Card makeCard(ShareTopic topic);
    void showAnswer();
    void arrangeCards();
    [[nodiscard]] ShareMeasure measure() const;

    Session& m_session;
    FlowQuery& m_query;
    OverviewDesk& m_desk;
    QComboBox* m_measure;
    QPushButton* m_copy;
    QLabel* m_total;
    QScrollArea* m_scroll;
    QWidget* m_page;
    QGridLayout* m_grid;
    std::array<Card, topics> m_cards;
    int m_columns = 0;
};

} // namespace flowscent::ui
