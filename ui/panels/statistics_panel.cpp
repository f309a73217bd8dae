// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/statistics_panel.h"

#include "ui/models/flow_text.h"
#include "ui/models/share_model.h"
#include "ui/panels/share_list.h"
#include "ui/session/flow_query.h"
#include "ui/session/overview_desk.h"
#include "ui/session/session.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr std::size_t shownRows = 8;     ///< of a topic
constexpr std::size_t copiedRows = 1000; ///< of a topic

} // namespace

StatisticsPanel::StatisticsPanel(Session& session, FlowQuery& query, OverviewDesk& desk, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_query(query)
    , m_desk(desk)
    , m_measure(new QComboBox(this))
    , m_copy(new QPushButton(tr("Copy as CSV"), this))
    , m_total(new QLabel(this))
    , m_scroll(new QScrollArea(this))
    , m_page(new QWidget(m_scroll))
    , m_grid(new QGridLayout(m_page))
{
    setObjectName(QStringLiteral("statisticsPanel"));
    m_measure->setObjectName(QStringLiteral("statisticsMeasure"));
    m_measure->setAccessibleName(tr("What shares are of"));
    m_measure->addItems({tr("Flows"), tr("Packets"), tr("Bytes")});
    m_copy->setObjectName(QStringLiteral("statisticsCopy"));
    m_copy->setAccessibleName(m_copy->text());
    m_total->setObjectName(QStringLiteral("statisticsTotal"));
    m_total->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(8, 6, 8, 6);
    row->setSpacing(10);
    row->addWidget(m_measure);
    row->addWidget(m_total, 1);
    row->addWidget(m_copy);

    for (std::size_t topic = 0; topic < topics; ++topic)
        m_cards[topic] = makeCard(static_cast<ShareTopic>(topic));
    m_grid->setContentsMargins(8, 0, 8, 8);
    m_grid->setHorizontalSpacing(18);
    m_grid->setVerticalSpacing(12);
    m_scroll->setObjectName(QStringLiteral("statisticsScroll"));
    m_scroll->setWidget(m_page);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(row);
    layout->addWidget(m_scroll, 1);

    connect(m_measure, &QComboBox::currentIndexChanged, this, &StatisticsPanel::showAnswer);
    connect(m_copy, &QPushButton::clicked, this, &StatisticsPanel::copy);
    connect(&m_desk, &OverviewDesk::sharesChanged, this, &StatisticsPanel::showAnswer);
    connect(&m_session, &Session::readFinished, this, &StatisticsPanel::showAnswer);
    arrangeCards();
    showAnswer();
}

StatisticsPanel::Card StatisticsPanel::makeCard(ShareTopic topic)
{
    Card card;
    card.widget = new QWidget(m_page);
    card.model = new ShareModel(card.widget);
    auto* title = new QLabel(topicText(topic), card.widget);
    QFont bold = title->font();
    bold.setBold(true);
    title->setFont(bold);
    auto* list = new ShareList(*card.model, card.widget);
    list->setObjectName(QStringLiteral("shares%1").arg(static_cast<int>(topic)));
    list->setAccessibleName(topicText(topic));
    title->setBuddy(list);
    card.nothing = new QLabel(card.widget);
    card.nothing->setWordWrap(true);
    auto* layout = new QVBoxLayout(card.widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(title);
    layout->addWidget(card.nothing);
    layout->addWidget(list);
    layout->addStretch(1);
    connect(list, &ShareList::asked, this,
            [this](const QString& expression) { static_cast<void>(m_query.narrow(expression)); });
    return card;
}

ShareMeasure StatisticsPanel::measure() const
{
    return static_cast<ShareMeasure>(m_measure->currentIndex());
}

void StatisticsPanel::showAnswer()
{
    const auto answer = m_desk.shares();
    m_copy->setEnabled(answer != nullptr && answer->total.flows > 0);
    if (!answer) {
        m_total->setText(tr("Adding up…"));
        for (const Card& card : m_cards)
            card.model->setRows({}, {}, measure());
        return;
    }
    m_total->setText(
        answer->total.flows == 0
            ? tr("0 of %1 match the filter. Clear it to see them again.").arg(flowsText(answer->table->size()))
            : tr("%1, packets: %2, %3")
                  .arg(flowsText(answer->total.flows), countText(answer->total.packets),
                       bytesText(answer->total.bytes)));
    for (std::size_t topic = 0; topic < topics; ++topic) {
        const Card& card = m_cards[topic];
        card.model->setRows(shareRows(*answer, static_cast<ShareTopic>(topic), measure(), shownRows), answer->total,
                            measure());
        const bool empty = card.model->rowCount() == 0;
        card.nothing->setText(static_cast<ShareTopic>(topic) == ShareTopic::States ? tr("No TCP flow.")
                                                                                   : tr("No flow."));
        card.nothing->setVisible(empty);
    }
}

/// As many columns as have room for a name, a value and a percentage.
void StatisticsPanel::arrangeCards()
{
    const int wanted = QFontMetrics(font()).averageCharWidth() * 46;
    const int columns = std::clamp(width() / std::max(1, wanted), 1, 3);
    if (columns == m_columns)
        return;
    for (int column = 0; column < 3; ++column)
        m_grid->setColumnStretch(column, column < columns ? 1 : 0);
    m_columns = columns;
    for (std::size_t i = 0; i < topics; ++i) {
        const int place = static_cast<int>(i);
        m_grid->addWidget(m_cards[i].widget, place / columns, place % columns);
    }
}

void StatisticsPanel::copy() const
{
    if (const auto answer = m_desk.shares())
        QApplication::clipboard()->setText(sharesCsv(*answer, measure(), copiedRows));
}

void StatisticsPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_desk.want(OverviewDesk::Part::Shares, *this, true);
}

void StatisticsPanel::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_desk.want(OverviewDesk::Part::Shares, *this, false);
}

void StatisticsPanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrangeCards();
}

} // namespace flowscent::ui
