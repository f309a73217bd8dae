// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/flow_delegate.h"

#include "ui/models/cell_text.h"
#include "ui/models/flow_columns.h"
#include "ui/models/flow_text.h"
#include "ui/panels/icons.h"
#include "ui/plots/colours.h"

#include <QAbstractItemView>
#include <QFontDatabase>
#include <QHash>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <cmath>
#include <utility>

namespace flowscent::ui {

namespace {

constexpr int padding = 6;
constexpr int gap = 4;

QString labelIcon(hunt::Label label)
{
    switch (label) {
    case hunt::Label::Threat:
        return QStringLiteral("threat");
    case hunt::Label::NotThreat:
        return QStringLiteral("not-this");
    case hunt::Label::Unsure:
        return QStringLiteral("unsure");
    case hunt::Label::None:
        break;
    }
    return QStringLiteral("close");
}

/// Digits under one another: most fonts have digits of one width; where they have not, another font has.
QFont digitFont(const QFont& font)
{
    const QFontMetrics metrics(font);
    if (metrics.horizontalAdvance(QLatin1Char('1')) == metrics.horizontalAdvance(QLatin1Char('8')))
        return font;
    QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    fixed.setPointSizeF(font.pointSizeF());
    return fixed;
}

QColor tinted(QColor colour, float share)
{
    colour.setAlphaF(share);
    return colour;
}

} // namespace

struct FlowDelegate::Dress {
    qint64 palette = 0;
    QFont font;
    qreal ratio = 1;
    Colours colours;
    QFont digits;
    QFont guessed; ///< italic
    int lineHeight = 0;
    int scoreWidth = 0;
    QHash<std::pair<QString, QRgb>, QPixmap> icons;
};

struct FlowDelegate::Cell {
    QPainter& painter;
    Dress& dress;
    const Colours& colours;
    const FlowFacts& facts;
    FlowColumn column;
    std::uint32_t flow;
    int row;
    QRect all;  ///< the whole cell
    QRect rect; ///< without its margins

    [[nodiscard]] int iconSize() const { return std::max(12, dress.lineHeight - 3); }
    void icon(const QString& name, const QColor& colour, int left) const
    {
        const int size = iconSize();
        QPixmap& picture = dress.icons[{name, colour.rgba()}];
        if (picture.isNull())
            picture = iconPixmap(name, colour, size, dress.ratio);
        painter.drawPixmap(left, rect.center().y() - size / 2 + 1, picture);
    }
    void text(const QRect& place, const QString& words, Qt::Alignment alignment) const
    {
        constexpr qsizetype longest = 512; // no cell shows more, and measuring takes time
        const QString shown = painter.fontMetrics().elidedText(words.size() > longest ? words.left(longest) : words,
                                                               Qt::ElideRight, place.width());
        painter.drawText(place, static_cast<int>(alignment | Qt::AlignVCenter | Qt::TextSingleLine), shown);
    }
    [[nodiscard]] QString words() const { return cellText(facts, column, flow); }
};

FlowDelegate::FlowDelegate(QObject* parent)
    : QStyledItemDelegate(parent)
    , m_dress(std::make_unique<Dress>())
{
}

FlowDelegate::~FlowDelegate() = default;

FlowDelegate::Dress& FlowDelegate::dress(const QStyleOptionViewItem& option, qreal ratio) const
{
    Dress& dress = *m_dress;
    if (dress.palette == option.palette.cacheKey() && dress.font == option.font && dress.ratio == ratio)
        return dress;
    dress = {option.palette.cacheKey(),
             option.font,
             ratio,
             Colours::of(option.palette),
             digitFont(option.font),
             option.font,
             QFontMetrics(option.font).height(),
             0,
             {}};
    dress.guessed.setItalic(true);
    dress.scoreWidth = QFontMetrics(dress.digits).horizontalAdvance(QStringLiteral("0.000"));
    return dress;
}

void FlowDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const auto& model = static_cast<const FlowTableModel&>(*index.model());
    const flow::FlowId flow = model.flowAt(index.row());
    const bool chosen = model.chosen(flow);
    if (chosen)
        painter->fillRect(option.rect, option.palette.brush(QPalette::Highlight));
    Dress& dress = this->dress(option, painter->device()->devicePixelRatioF());
    const Colours& colours = dress.colours;
    const Cell cell{*painter,
                    dress,
                    colours,
                    model.facts(),
                    static_cast<FlowColumn>(index.column()),
                    flow.value,
                    index.row(),
                    option.rect,
                    option.rect.adjusted(padding, 0, -padding, 0)};
    if (model.highlighted(flow))
        paintHighlight(cell);
    painter->setFont(columnText(cell.column).number ? dress.digits : option.font);
    painter->setPen(chosen ? option.palette.color(QPalette::HighlightedText) : colours.text);
    switch (cell.column) {
    case FlowColumn::Label:
        paintLabel(cell);
        break;
    case FlowColumn::Verdict:
        paintVerdict(cell);
        break;
    case FlowColumn::Score:
    case FlowColumn::KeptScore:
        paintScore(cell);
        break;
    case FlowColumn::Shape:
        paintShape(cell);
        break;
    case FlowColumn::Application:
        paintApplication(cell);
        break;
    default:
        paintWords(cell);
    }
}

/// A line below and above besides the tint: colour alone would be lost on some, and on a chosen row on all.
void FlowDelegate::paintHighlight(const Cell& cell)
{
    cell.painter.fillRect(cell.all, tinted(cell.colours.unsure, cell.colours.dark ? 0.22F : 0.16F));
    cell.painter.fillRect(cell.all.left(), cell.all.top(), cell.all.width(), 1, cell.colours.unsure);
    cell.painter.fillRect(cell.all.left(), cell.all.bottom(), cell.all.width(), 1, cell.colours.unsure);
}

void FlowDelegate::paintWords(const Cell& cell) const
{
    cell.text(cell.rect, cell.words(), columnText(cell.column).number ? Qt::AlignRight : Qt::AlignLeft);
}

/// Italic where only the port tells what it might be.
void FlowDelegate::paintApplication(const Cell& cell) const
{
    if (cell.facts.table->identity(flow::FlowId(cell.flow)).confidence == identify::Confidence::Port)
        cell.painter.setFont(cell.dress.guessed);
    paintWords(cell);
}

void FlowDelegate::paintLabel(const Cell& cell) const
{
    if (m_hover.row == cell.row) {
        paintChoice(cell);
        return;
    }
    const hunt::Label label = cell.facts.support.label(flow::FlowId(cell.flow));
    const bool bookmarked = cell.facts.bookmarked(cell.flow);
    if (label == hunt::Label::None) {
        if (bookmarked)
            cell.text(cell.rect, QStringLiteral("★"), Qt::AlignLeft);
        return;
    }
    const QColor colour = cell.colours.of(label);
    const QRect chip = cell.rect.adjusted(-3, 2, 3, -2);
    cell.painter.save();
    cell.painter.setRenderHint(QPainter::Antialiasing);
    cell.painter.setPen(Qt::NoPen);
    cell.painter.setBrush(tinted(colour, 0.14F));
    cell.painter.drawRoundedRect(chip, 4, 4);
    cell.painter.restore();
    cell.icon(labelIcon(label), colour, cell.rect.left());
    cell.painter.setPen(colour);
    cell.text(cell.rect.adjusted(cell.iconSize() + gap, 0, 0, 0),
              (bookmarked ? QStringLiteral("★ ") : QString()) + cell.words(), Qt::AlignLeft);
}

/// Under the pointer: threat to the left, not this to the right, and a cross where a click takes the label away. The
/// half that would be pressed is filled.
void FlowDelegate::paintChoice(const Cell& cell) const
{
    const hunt::Label label = cell.facts.support.label(flow::FlowId(cell.flow));
    const int middle = cell.all.center().x();
    const bool onLeft =
        m_hover.label == hunt::Label::Threat || (m_hover.label == hunt::Label::None && label == hunt::Label::Threat);
    for (const hunt::Label half : {hunt::Label::Threat, hunt::Label::NotThreat}) {
        const bool left = half == hunt::Label::Threat;
        const QColor colour = cell.colours.of(half);
        QRect place = cell.all.adjusted(3, 2, -3, -2);
        if (left)
            place.setRight(middle - 1);
        else
            place.setLeft(middle + 1);
        if (left == onLeft)
            cell.painter.fillRect(place, tinted(colour, 0.25F));
        cell.painter.setPen(tinted(colour, left == onLeft ? 1.0F : 0.4F));
        cell.painter.drawRect(place.adjusted(0, 0, -1, -1));
        cell.icon(labelIcon(label == half ? hunt::Label::None : half), colour,
                  place.center().x() - cell.iconSize() / 2);
    }
}

void FlowDelegate::paintVerdict(const Cell& cell) const
{
    const std::uint8_t verdict = cell.facts.verdict(cell.flow);
    QColor colour = cell.colours.muted;
    QString name;
    if (verdict == static_cast<std::uint8_t>(detect::Judgement::Threat)) {
        colour = cell.colours.threat;
        name = QStringLiteral("threat");
    } else if (verdict == static_cast<std::uint8_t>(detect::Judgement::Unsure)) {
        colour = cell.colours.unsure;
        name = QStringLiteral("unsure");
    } else if (verdict == static_cast<std::uint8_t>(detect::Judgement::Normal)) {
        name = QStringLiteral("normal");
    }
    if (!name.isEmpty())
        cell.icon(name, colour, cell.rect.left());
    cell.painter.setPen(colour);
    cell.text(cell.rect.adjusted(cell.iconSize() + gap, 0, 0, 0), verdictText(verdict), Qt::AlignLeft);
}

void FlowDelegate::paintScore(const Cell& cell) const
{
    const bool kept = cell.column == FlowColumn::KeptScore;
    const float score = kept ? cell.facts.keptScore(cell.flow) : cell.facts.score(cell.flow);
    if (std::isnan(score))
        return;
    const int height = std::max(5, cell.dress.lineHeight / 2 - 1);
    QRect bar(cell.rect.left(), cell.rect.center().y() - height / 2,
              std::max(0, cell.rect.width() - cell.dress.scoreWidth - gap * 2), height);
    cell.painter.fillRect(bar, tinted(cell.colours.quiet, 0.22F));
    const bool threat = kept ? score >= detect::alarmScore
                             : cell.facts.verdict(cell.flow) == static_cast<std::uint8_t>(detect::Judgement::Threat);
    const QColor colour = threat ? cell.colours.threat : cell.colours.quiet;
    bar.setWidth(static_cast<int>(std::lround(static_cast<float>(bar.width()) * std::clamp(score, 0.0F, 1.0F))));
    const bool hatched = m_stale && !kept;
    cell.painter.fillRect(bar, hatched ? QBrush(colour, Qt::BDiagPattern) : QBrush(colour));
    if (hatched)
        cell.painter.setPen(cell.colours.muted);
    cell.text(cell.rect, scoreText(score), Qt::AlignRight);
}

/// A bar per packet: up from the source, down from the destination, the height by the logarithm of its payload.
void FlowDelegate::paintShape(const Cell& cell) const
{
    constexpr int barWidth = 2;
    constexpr int step = 3;
    const double largest = std::log1p(1500.0);
    const int middle = cell.rect.center().y();
    const int reach = cell.rect.height() / 2 - 3;
    int left = cell.rect.left();
    for (const int size : shapeOf(*cell.facts.table, flow::FlowId(cell.flow))) {
        if (left + barWidth > cell.rect.right())
            break;
        const double share = std::min(1.0, std::log1p(std::abs(size)) / largest);
        const int height = std::max(1, static_cast<int>(std::lround(share * reach)));
        if (size < 0)
            cell.painter.fillRect(left, middle + 1, barWidth, height, cell.colours.notThreat);
        else
            cell.painter.fillRect(left, middle - height + 1, barWidth, height,
                                  size == 0 ? cell.colours.quiet : cell.colours.accent);
        left += step;
    }
}

/// What came off the wire is shown as it is, never as markup; what is cut off in its cell is shown whole.
bool FlowDelegate::helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                             const QModelIndex& index)
{
    if (event->type() != QEvent::ToolTip || !index.isValid())
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    QString text = index.data(Qt::ToolTipRole).toString();
    if (m_hover.row == index.row() && index.column() == static_cast<int>(FlowColumn::Label)) {
        text = m_hover.label == hunt::Label::Threat      ? tr("A click marks it as threat (M).")
               : m_hover.label == hunt::Label::NotThreat ? tr("A click marks it as not this (X).")
                                                         : tr("A click clears the label (Del).");
    } else if (text.isEmpty()) {
        const QString shown = index.data().toString();
        if (view->fontMetrics().horizontalAdvance(shown) > option.rect.width() - 2 * padding)
            text = shown;
    }
    QToolTip::showText(event->globalPos(),
                       text.isEmpty() ? QString() : QStringLiteral("<p>%1</p>").arg(text.toHtmlEscaped()), view);
    return true;
}

} // namespace flowscent::ui
