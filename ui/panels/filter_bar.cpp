// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/filter_bar.h"

#include "ui/models/flow_text.h"
#include "ui/panels/icons.h"
#include "ui/plots/colours.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace flowscent::ui {

namespace {

QString fieldList()
{
    QString list;
    for (const hunt::Filter::Field& field : hunt::Filter::fields())
        list += QStringLiteral("<tr><td><b>%1</b>&nbsp;&nbsp;</td><td>%2</td></tr>")
                    .arg(toQString(field.name), toQString(field.description).toHtmlEscaped());
    return QStringLiteral("<table>%1</table>").arg(list);
}

} // namespace

FilterBar::FilterBar(FlowQuery& query, QWidget* parent)
    : QWidget(parent)
    , m_query(query)
    , m_edit(new QLineEdit(this))
    , m_icon(new QLabel(this))
    , m_state(new QLabel(this))
    , m_counts(new QLabel(this))
    , m_resort(new QPushButton(tr("Order is stale – sort again (R)"), this))
{
    m_edit->setObjectName(QStringLiteral("filterEdit"));
    m_edit->setAccessibleName(tr("Filter of flows"));
    m_edit->setPlaceholderText(
        tr("Filter: ip.addr == 10.0.0.5 && bytes > 10k, or words such as 10.0.0.0/8, :443, dns   (Ctrl+L)"));
    m_edit->setToolTip(fieldList());
    m_edit->setClearButtonEnabled(true);
    m_edit->installEventFilter(this);
    m_state->setObjectName(QStringLiteral("filterState"));
    m_state->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_counts->setObjectName(QStringLiteral("filterCounts"));
    m_resort->setObjectName(QStringLiteral("resortButton"));
    m_resort->hide();

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 6, 8, 6);
    layout->setSpacing(6);
    layout->addWidget(m_edit, 1);
    layout->addWidget(m_icon);
    layout->addWidget(m_state);
    layout->addWidget(m_counts);
    layout->addWidget(m_resort);

    connect(m_edit, &QLineEdit::textChanged, this, &FilterBar::judge);
    connect(m_edit, &QLineEdit::returnPressed, this, &FilterBar::apply);
    connect(m_resort, &QPushButton::clicked, this, &FilterBar::resortAsked);
    connect(&m_query, &FlowQuery::changed, this, &FilterBar::showApplied);
    judge();
}

void FilterBar::focusEdit()
{
    m_edit->setFocus(Qt::ShortcutFocusReason);
    m_edit->selectAll();
}

void FilterBar::setFilterText(const QString& text)
{
    m_edit->setText(text);
    apply();
}

void FilterBar::setCounts(std::size_t shown, std::size_t total)
{
    m_counts->setText(shown == total ? flowsText(total) : tr("%1 of %2 flows").arg(countText(shown), countText(total)));
}

void FilterBar::setOrderStale(bool stale)
{
    m_resort->setVisible(stale);
}

void FilterBar::judge()
{
    const QString text = m_edit->text().trimmed();
    if (text == m_query.text()) {
        say(State::Applied, text.isEmpty() ? QString() : tr("applied"));
        return;
    }
    const auto filter = hunt::Filter::parse(text.toStdString());
    if (filter)
        say(State::Ready, tr("Enter applies"));
    else
        say(State::Wrong, QString::fromStdString(filter.error().sentence()));
}

void FilterBar::apply()
{
    if (m_query.setText(m_edit->text())) // otherwise the state says why; what is applied stays
        judge();
}

void FilterBar::showApplied()
{
    m_edit->setText(m_query.text());
    judge();
}

void FilterBar::say(State state, const QString& text)
{
    m_shown = state;
    const Colours colours = Colours::of(palette());
    QColor colour = colours.muted;
    QString name = QStringLiteral("filter");
    if (state == State::Applied && !text.isEmpty()) {
        colour = colours.notThreat;
        name = QStringLiteral("normal");
    } else if (state == State::Ready) {
        colour = colours.unsure;
        name = QStringLiteral("edit");
    } else if (state == State::Wrong) {
        colour = colours.threat;
        name = QStringLiteral("error");
    }
    m_icon->setPixmap(iconPixmap(name, colour, 16, devicePixelRatioF()));
    QPalette coloured = m_state->palette();
    coloured.setColor(QPalette::WindowText, colour);
    m_state->setPalette(coloured);
    m_state->setText(text);
    m_state->setAccessibleName(text);
}

bool FilterBar::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_edit && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        showApplied();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void FilterBar::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        say(m_shown, m_state->text());
}

} // namespace flowscent::ui
