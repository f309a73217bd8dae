// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/filter_chips.h"

#include "ui/models/flow_text.h"
#include "ui/panels/icons.h"
#include "ui/panels/wrap_layout.h"
#include "ui/plots/colours.h"

#include <QApplication>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace flowscent::ui {

namespace {

constexpr int longest = 48; ///< letters of a chip

QString shortened(const QString& text)
{
    const QString line = text.simplified();
    return line.size() <= longest ? line : line.left(longest - 1) + QChar(0x2026);
}

} // namespace

FilterChips::FilterChips(FlowQuery& query, QWidget* parent)
    : QWidget(parent)
    , m_query(query)
{
    setObjectName(QStringLiteral("filterChips"));
    setAccessibleName(tr("Conditions beside the filter"));
    auto* layout = new WrapLayout(this, 6);
    layout->setContentsMargins(8, 0, 8, 6);
    connect(&m_query, &FlowQuery::changed, this, &FilterChips::rebuild);
    connect(&m_query, &FlowQuery::highlightChanged, this, [this] { setHighlighted(std::nullopt); });
    rebuild();
}

void FilterChips::setHighlighted(std::optional<std::size_t> flows)
{
    m_highlighted = flows;
    rebuild();
}

void FilterChips::rebuild()
{
    while (QLayoutItem* item = layout()->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater(); // a chip's own button may have asked for this
        delete item;
    }
    for (const QueryChip& chip : m_query.chips()) {
        const QString name = chip.name;
        addChip(name, chip.text, chip.expression.isEmpty() ? chip.text : chip.expression,
                [this, name] { m_query.removeChip(name); });
    }
    if (!m_query.highlightText().isEmpty()) {
        const QString text = shortened(m_query.highlightText());
        addChip(QStringLiteral("highlight"),
                m_highlighted ? tr("highlighted: %1 (%2)").arg(text, flowsText(*m_highlighted))
                              : tr("highlighted: %1").arg(text),
                m_query.highlightText(), [this] { static_cast<void>(m_query.setHighlight({})); });
    }
    setVisible(layout()->count() > 0);
}

void FilterChips::addChip(const QString& name, const QString& text, const QString& toolTip,
                          const std::function<void()>& remove)
{
    const Colours colours = Colours::of(QApplication::palette());
    auto* chip = new QFrame(this);
    chip->setObjectName(QStringLiteral("chip_") + name);
    chip->setToolTip(toolTip.left(1000).toHtmlEscaped());
    chip->setStyleSheet(QStringLiteral("QFrame#%1 { border: 1px solid %2; border-radius: 9px; }")
                            .arg(chip->objectName(), colours.accent.name()));
    auto* label = new QLabel(shortened(text), chip);
    label->setObjectName(QStringLiteral("chipText_") + name);
    label->setTextFormat(Qt::PlainText);
    auto* close = new QToolButton(chip);
    close->setObjectName(QStringLiteral("chipRemove_") + name);
    close->setAccessibleName(tr("Take away the condition: %1").arg(text));
    close->setToolTip(tr("Take this condition away"));
    close->setAutoRaise(true);
    close->setIcon(icon(QStringLiteral("close"), colours.text));
    const int size = fontMetrics().height() - 2;
    close->setIconSize({size, size});
    close->setFocusPolicy(Qt::StrongFocus);
    connect(close, &QToolButton::clicked, this, remove);
    auto* line = new QHBoxLayout(chip);
    line->setContentsMargins(9, 1, 3, 1);
    line->setSpacing(3);
    line->addWidget(label);
    line->addWidget(close);
    layout()->addWidget(chip);
    chip->show();
}

} // namespace flowscent::ui
