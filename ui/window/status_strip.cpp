// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/status_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

namespace flowscent::ui {

StatusStrip::StatusStrip(QWidget* parent)
    : QWidget(parent)
    , m_text(new QLabel(this))
    , m_progress(new QProgressBar(this))
    , m_cancel(new QPushButton(tr("Cancel"), this))
    , m_selection(new QLabel(this))
    , m_budgetIcon(new QLabel(this))
    , m_budget(new QLabel(this))
{
    m_text->setObjectName(QStringLiteral("statusText"));
    m_selection->setObjectName(QStringLiteral("selectionText"));
    m_budget->setObjectName(QStringLiteral("budgetStatus"));
    m_cancel->setObjectName(QStringLiteral("cancelButton"));
    m_progress->setAccessibleName(tr("Progress"));
    m_progress->setFixedWidth(160);
    m_progress->setTextVisible(false);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 2, 8, 2);
    layout->setSpacing(10);
    layout->addWidget(m_text);
    layout->addWidget(m_progress, 0, Qt::AlignVCenter);
    layout->addWidget(m_cancel);
    layout->addStretch();
    layout->addWidget(m_selection);
    layout->addSpacing(6);
    layout->addWidget(m_budgetIcon);
    layout->addWidget(m_budget);
    setMinimumHeight(m_cancel->sizeHint().height() + 4); // the bar must not jump when the button comes and goes
    connect(m_cancel, &QPushButton::clicked, this, &StatusStrip::cancelAsked);
    showText({});
    setBudget({}, {}, {});
}

void StatusStrip::showWork(const QString& what, double fraction)
{
    constexpr int steps = 1000;
    m_text->setText(fraction > 0 ? tr("%1  %2 %").arg(what).arg(static_cast<int>(fraction * 100)) : what);
    m_progress->setRange(0, fraction > 0 ? steps : 0);
    m_progress->setValue(static_cast<int>(fraction * steps));
    m_progress->show();
    m_cancel->show();
}

void StatusStrip::showText(const QString& text)
{
    m_text->setText(text);
    m_progress->hide();
    m_cancel->hide();
}

void StatusStrip::setBudget(const QPixmap& icon, const QString& text, const QString& toolTip)
{
    m_budgetIcon->setPixmap(icon);
    m_budgetIcon->setVisible(!text.isEmpty());
    m_budget->setText(text);
    m_budget->setVisible(!text.isEmpty());
    m_budget->setToolTip(toolTip);
}

void StatusStrip::setSelection(const QString& text)
{
    m_selection->setText(text);
}

} // namespace flowscent::ui
