// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/wrap_layout.h"

#include <QWidget>

#include <algorithm>

namespace flowscent::ui {

WrapLayout::WrapLayout(QWidget* parent, int gap)
    : QLayout(parent)
    , m_gap(gap)
{
}

WrapLayout::~WrapLayout()
{
    for (const QLayoutItem* item : m_items)
        delete item;
}

void WrapLayout::addItem(QLayoutItem* item)
{
    m_items.push_back(item);
}

int WrapLayout::count() const
{
    return static_cast<int>(m_items.size());
}

QLayoutItem* WrapLayout::itemAt(int index) const
{
    return index >= 0 && index < count() ? m_items[static_cast<std::size_t>(index)] : nullptr;
}

QLayoutItem* WrapLayout::takeAt(int index)
{
    QLayoutItem* item = itemAt(index);
    if (item != nullptr)
        m_items.erase(m_items.begin() + index);
    return item;
}

int WrapLayout::heightForWidth(int width) const
{
    return arrange({0, 0, width, 0}, false);
}

QSize WrapLayout::minimumSize() const
{
    QSize largest(0, 0);
    for (const QLayoutItem* item : m_items)
        largest = largest.expandedTo(item->minimumSize());
    const QMargins margins = contentsMargins();
    return largest + QSize(margins.left() + margins.right(), margins.top() + margins.bottom());
}

void WrapLayout::setGeometry(const QRect& area)
{
    QLayout::setGeometry(area);
    arrange(area, true);
}

int WrapLayout::arrange(const QRect& area, bool move) const
{
    const QMargins margins = contentsMargins();
    const QRect inside = area.marginsRemoved(margins);
    QPoint at = inside.topLeft();
    int lineHeight = 0;
    for (QLayoutItem* item : m_items) {
        const QSize size = item->sizeHint().boundedTo({std::max(1, inside.width()), QWIDGETSIZE_MAX});
        if (at.x() > inside.left() && at.x() + size.width() > inside.right() + 1) {
            at = {inside.left(), at.y() + lineHeight + m_gap};
            lineHeight = 0;
        }
        if (move)
            item->setGeometry({at, size});
        at.rx() += size.width() + m_gap;
        lineHeight = std::max(lineHeight, size.height());
    }
    return at.y() + lineHeight - area.top() + margins.bottom();
}

} // namespace flowscent::ui
