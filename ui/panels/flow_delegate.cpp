// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/flow_delegate.h"

#include "engine/detect/detector.h"
#include "ui/models/flow_table_model.h"
#include "ui/panels/icons.h"
#include "ui/plots/colours.h"

#include <QApplication>
#include <QMouseEvent>
#include <QPainter>

#include <cmath>

namespace flowscent::ui {

namespace {

constexpr int padding = 6;
constexpr int iconSize = 14;
constexpr int gap = 4;

QString labelIcon(hunt::Label label)
{
    switch (label) {
    case hunt::Label::Threat:
        return QStringLiteral("threat");
    case hunt::Label::NotThreat:
        return QStringLiteral("not-this");
    default:
        return QStringLiteral("unsure");
    }
}

QRect iconCell(const QRect& cell)
{
    return {cell.left(), cell.center().y() - iconSize / 2 + 1, iconSize, iconSize};
}

void paintText(QPainter& painter, const QRect& cell, const QString& text, Qt::Alignment alignment)
{
    const QString shown = painter.fontMetrics().elidedText(text, Qt::ElideRight, cell.width());
    painter.drawText(cell, static_cast<int>(alignment | Qt::AlignVCenter | Qt::TextSingleLine), shown);
}

} // namespace

void FlowDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const QStyle* style = option.widget != nullptr ? option.widget->style() : QApplication::style();
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &option, painter, option.widget);
    const Colours colours = Colours::of(option.palette);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const QRect cell = option.rect.adjusted(padding, 0, -padding, 0);
    painter->save();
    if (index.data(FlowTableModel::HighlightRole).toBool())
        paintHighlight(*painter, option, colours);
    painter->setFont(option.font);
    painter->setPen(selected ? option.palette.color(QPalette::HighlightedText) : colours.text);
    switch (static_cast<FlowColumn>(index.column())) {
    case FlowColumn::Label:
        paintLabel(*painter, cell, index, colours);
        if (option.state.testFlag(QStyle::State_MouseOver) && index.data(FlowTableModel::LabelRole).toInt() == 0 &&
            !index.data(FlowTableModel::BookmarkRole).toBool())
            paintOffer(*painter, cell, colours);
        break;
    case FlowColumn::Verdict:
        paintVerdict(*painter, cell, index, colours);
        break;
    case FlowColumn::Score:
    case FlowColumn::KeptScore:
        paintScore(*painter, cell, index, colours);
        break;
    case FlowColumn::Shape:
        paintShape(*painter, cell, index, colours);
        break;
    default:
        paintText(*painter, cell, index.data(Qt::DisplayRole).toString(),
                  index.data(Qt::TextAlignmentRole).value<Qt::Alignment>());
    }
    painter->restore();
}

/// A line below and above besides the tint: colour alone would be lost on some, and on a chosen row on all.
void FlowDelegate::paintHighlight(QPainter& painter, const QStyleOptionViewItem& option, const Colours& colours)
{
    QColor ground = colours.unsure;
    ground.setAlphaF(colours.dark ? 0.22F : 0.16F);
    painter.fillRect(option.rect, ground);
    const QRect& cell = option.rect;
    painter.fillRect(cell.left(), cell.top(), cell.width(), 1, colours.unsure);
    painter.fillRect(cell.left(), cell.bottom(), cell.width(), 1, colours.unsure);
}

void FlowDelegate::paintLabel(QPainter& painter, const QRect& cell, const QModelIndex& index,
                              const Colours& colours) const
{
    const auto label = static_cast<hunt::Label>(index.data(FlowTableModel::LabelRole).toInt());
    const bool bookmarked = index.data(FlowTableModel::BookmarkRole).toBool();
    if (label == hunt::Label::None) {
        if (bookmarked)
            paintText(painter, cell, QStringLiteral("★"), Qt::AlignLeft);
        return;
    }
    const QColor colour = colours.of(label);
    QColor ground = colour;
    ground.setAlphaF(0.14F);
    const QRect chip = cell.adjusted(-3, 2, 3, -2);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    painter.drawRoundedRect(chip, 4, 4);
    painter.drawPixmap(iconCell(cell),
                       iconPixmap(labelIcon(label), colour, iconSize, painter.device()->devicePixelRatioF()));
    painter.setPen(colour);
    paintText(painter, cell.adjusted(iconSize + gap, 0, 0, 0),
              (bookmarked ? QStringLiteral("★ ") : QString()) + index.data().toString(), Qt::AlignLeft);
}

void FlowDelegate::paintOffer(QPainter& painter, const QRect& cell, const Colours& colours) const
{
    const qreal ratio = painter.device()->devicePixelRatioF();
    const QRect left = iconCell(cell.adjusted(cell.width() / 4 - iconSize / 2, 0, 0, 0));
    const QRect right = iconCell(cell.adjusted(cell.width() * 3 / 4 - iconSize / 2, 0, 0, 0));
    painter.setOpacity(0.6);
    painter.drawPixmap(left, iconPixmap(QStringLiteral("threat"), colours.threat, iconSize, ratio));
    painter.drawPixmap(right, iconPixmap(QStringLiteral("not-this"), colours.notThreat, iconSize, ratio));
    painter.setOpacity(1);
}

bool FlowDelegate::editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                               const QModelIndex& index)
{
    if (event->type() == QEvent::MouseButtonRelease && index.column() == static_cast<int>(FlowColumn::Label)) {
        const auto& click = static_cast<const QMouseEvent&>(*event);
        if (click.button() == Qt::LeftButton && click.modifiers() == Qt::NoModifier &&
            option.rect.contains(click.position().toPoint())) {
            const bool left = click.position().x() < option.rect.center().x();
            Q_EMIT labelAsked(index, left ? hunt::Label::Threat : hunt::Label::NotThreat);
            return true;
        }
    }
    return QStyledItemDelegate::editorEvent(event, model, option, index);
}

void FlowDelegate::paintVerdict(QPainter& painter, const QRect& cell, const QModelIndex& index,
                                const Colours& colours) const
{
    const QVariant alarm = index.data(FlowTableModel::AlarmRole);
    if (alarm.isValid()) {
        const QColor colour = alarm.toBool() ? colours.threat : colours.muted;
        const QString name = alarm.toBool() ? QStringLiteral("threat") : QStringLiteral("normal");
        painter.drawPixmap(iconCell(cell), iconPixmap(name, colour, iconSize, painter.device()->devicePixelRatioF()));
        painter.setPen(colour);
    } else {
        painter.setPen(colours.muted);
    }
    paintText(painter, cell.adjusted(iconSize + gap, 0, 0, 0), index.data().toString(), Qt::AlignLeft);
}

void FlowDelegate::paintScore(QPainter& painter, const QRect& cell, const QModelIndex& index,
                              const Colours& colours) const
{
    const QVariant value = index.data(FlowTableModel::ScoreRole);
    if (!value.isValid())
        return;
    const float score = value.toFloat();
    const int numberWidth = painter.fontMetrics().horizontalAdvance(QStringLiteral("0.000"));
    QRect bar(cell.left(), cell.center().y() - 3, std::max(0, cell.width() - numberWidth - gap * 2), 7);
    QColor ground = colours.quiet;
    ground.setAlphaF(0.22F);
    painter.fillRect(bar, ground);
    const QColor colour = score >= detect::alarmScore ? colours.threat : colours.quiet;
    bar.setWidth(static_cast<int>(std::lround(static_cast<float>(bar.width()) * score)));
    const bool hatched = m_stale && index.column() == static_cast<int>(FlowColumn::Score);
    painter.fillRect(bar, hatched ? QBrush(colour, Qt::BDiagPattern) : QBrush(colour));
    if (hatched)
        painter.setPen(colours.muted);
    paintText(painter, cell, index.data().toString(), Qt::AlignRight);
}

/// A bar per packet: up from the source, down from the destination, the height by the logarithm of its payload.
void FlowDelegate::paintShape(QPainter& painter, const QRect& cell, const QModelIndex& index,
                              const Colours& colours) const
{
    constexpr int barWidth = 2;
    constexpr int step = 3;
    const double largest = std::log1p(1500.0);
    const int middle = cell.center().y();
    const int reach = cell.height() / 2 - 3;
    int left = cell.left();
    for (const int size : index.data(FlowTableModel::ShapeRole).value<QList<int>>()) {
        if (left + barWidth > cell.right())
            break;
        const double share = std::min(1.0, std::log1p(std::abs(size)) / largest);
        const int height = std::max(1, static_cast<int>(std::lround(share * reach)));
        if (size < 0)
            painter.fillRect(left, middle + 1, barWidth, height, colours.notThreat);
        else
            painter.fillRect(left, middle - height + 1, barWidth, height, size == 0 ? colours.quiet : colours.accent);
        left += step;
    }
}

} // namespace flowscent::ui
