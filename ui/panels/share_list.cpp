// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/share_list.h"

#include "ui/models/share_model.h"
#include "ui/plots/colours.h"

#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr int padding = 6;
constexpr int rowSpace = 8;

int rowHeight(const QFontMetrics& metrics)
{
    return metrics.height() + rowSpace;
}

/// Name on the left; value and percent on the right; a bar below both, whose full length is everything.
class ShareDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Colours colours = Colours::of(option.palette);
        const bool chosen = option.state.testFlag(QStyle::State_HasFocus);
        const bool asks = !index.data(ShareModel::ExpressionRole).toString().isEmpty();
        const QRect all = option.rect;
        painter->save();
        if (chosen || (asks && option.state.testFlag(QStyle::State_MouseOver)))
            painter->fillRect(all, option.palette.color(chosen ? QPalette::Highlight : QPalette::AlternateBase));
        const QRect inside = all.adjusted(padding, 0, -padding, 0);
        drawBar(*painter, inside, index.data(ShareModel::ShareRole).toDouble(), colours);
        const QFontMetrics metrics(option.font);
        const int percent = metrics.horizontalAdvance(QStringLiteral("> 00.0 %")) + padding;
        const int value = metrics.horizontalAdvance(QStringLiteral("0 000 000"));
        const QRect text = inside.adjusted(0, 0, 0, -4);
        painter->setFont(option.font);
        painter->setPen(asks ? colours.text : colours.muted);
        const QRect name = text.adjusted(0, 0, -(percent + value + padding), 0);
        painter->drawText(name, Qt::AlignLeft | Qt::AlignVCenter,
                          metrics.elidedText(index.data().toString(), Qt::ElideRight, name.width()));
        painter->drawText(text.adjusted(0, 0, -percent, 0), Qt::AlignRight | Qt::AlignVCenter,
                          index.data(ShareModel::ValueRole).toString());
        painter->setPen(colours.muted);
        painter->drawText(text, Qt::AlignRight | Qt::AlignVCenter, index.data(ShareModel::PercentRole).toString());
        painter->restore();
    }

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& /*index*/) const override
    {
        return {0, rowHeight(QFontMetrics(option.font))};
    }

private:
    static void drawBar(QPainter& painter, const QRect& inside, double share, const Colours& colours)
    {
        constexpr int thickness = 3;
        const QRect track(inside.left(), inside.bottom() - thickness, inside.width(), thickness);
        painter.fillRect(track, colours.border);
        QRect bar = track;
        bar.setWidth(std::max(share > 0 ? 2 : 0, static_cast<int>(share * track.width())));
        painter.fillRect(bar, colours.accent);
    }
};

} // namespace

ShareList::ShareList(ShareModel& model, QWidget* parent)
    : QListView(parent)
{
    setModel(&model);
    setItemDelegate(new ShareDelegate(this));
    setFrameShape(NoFrame);
    setMouseTracking(true);
    setEditTriggers(NoEditTriggers);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(this, &QListView::clicked, this, &ShareList::ask);
    connect(&model, &QAbstractItemModel::modelReset, this, &QWidget::updateGeometry);
}

QSize ShareList::sizeHint() const
{
    return {QFontMetrics(font()).averageCharWidth() * 44,
            std::max(1, model()->rowCount()) * rowHeight(QFontMetrics(font())) + 2};
}

QSize ShareList::minimumSizeHint() const
{
    return {QFontMetrics(font()).averageCharWidth() * 30, sizeHint().height()};
}

void ShareList::ask(const QModelIndex& index)
{
    if (const QString expression = index.data(ShareModel::ExpressionRole).toString(); !expression.isEmpty())
        Q_EMIT asked(expression);
}

void ShareList::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        ask(currentIndex());
    else
        QListView::keyPressEvent(event);
}

/// All rows are seen: the wheel is for the page that the list is on.
void ShareList::wheelEvent(QWheelEvent* event)
{
    event->ignore();
}

} // namespace flowscent::ui
