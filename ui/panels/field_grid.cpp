// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/field_grid.h"

#include "ui/plots/colours.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>

namespace flowscent::ui {

FieldGrid::FieldGrid(const QString& heading, QWidget* parent)
    : QWidget(parent)
    , m_layout(new QGridLayout(this))
{
    auto* title = new QLabel(heading, this);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setHorizontalSpacing(12);
    m_layout->setVerticalSpacing(3);
    m_layout->setColumnStretch(1, 1);
    m_layout->addWidget(title, 0, 0, 1, 2);
}

void FieldGrid::setFields(const Fields& fields)
{
    while (m_lines.size() < fields.size()) {
        const Line line{new QLabel(this), new QLabel(this)};
        line.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        line.value->setTextFormat(Qt::PlainText);
        line.value->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
        line.value->setMinimumWidth(60);
        const int row = static_cast<int>(m_lines.size()) + 1;
        m_layout->addWidget(line.name, row, 0, Qt::AlignTop);
        m_layout->addWidget(line.value, row, 1);
        m_layout->setRowStretch(row + 1, 1);
        m_layout->setRowStretch(row, 0);
        m_lines.push_back(line);
    }
    for (std::size_t i = 0; i < m_lines.size(); ++i) {
        const bool used = i < fields.size();
        m_lines[i].name->setVisible(used);
        m_lines[i].value->setVisible(used);
        if (!used)
            continue;
        m_lines[i].name->setText(fields[i].first);
        m_lines[i].value->setText(fields[i].second);
        m_lines[i].value->setToolTip(fields[i].second);
        m_lines[i].value->setAccessibleName(fields[i].first);
    }
    dress();
}

void FieldGrid::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        dress();
}

void FieldGrid::dress()
{
    QPalette muted = palette();
    muted.setColor(QPalette::WindowText, Colours::of(palette()).muted);
    for (const Line& line : m_lines)
        line.name->setPalette(muted);
}

} // namespace flowscent::ui
