// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/completion_popup.h"

#include "ui/models/completion_model.h"
#include "ui/plots/colours.h"

#include <QApplication>
#include <QHeaderView>
#include <QLabel>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr int mostRows = 10; ///< on the screen; the rest is a matter of scrolling

/// The second column is quieter than the first.
class OfferDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        option->showDecorationSelected = true;
        if (index.column() == CompletionModel::Detail)
            option->palette.setColor(QPalette::Text, Colours::of(option->palette).muted);
    }
};

} // namespace

CompletionPopup::CompletionPopup(QWidget& edit)
    : QFrame(&edit)
    , m_edit(edit)
    , m_model(new CompletionModel(this))
    , m_list(new QTreeView(this))
    , m_keys(new QLabel(tr("↓ chooses · Tab inserts · Esc closes · Enter applies the filter"), this))
{
    hide();
    setObjectName(QStringLiteral("completionPopup"));
    setProperty("floats", true); // over whatever is below the edit, on purpose
    setFocusPolicy(Qt::NoFocus);
    setAttribute(Qt::WA_StyledBackground);
    m_list->setObjectName(QStringLiteral("completionList"));
    m_list->setAccessibleName(tr("What could be typed next"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new OfferDelegate(m_list));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setFrameShape(NoFrame);
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAllColumnsShowFocus(true);
    m_list->setSelectionMode(QAbstractItemView::SingleSelection);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->header()->hide();
    m_list->header()->setStretchLastSection(true);
    m_keys->setContentsMargins(6, 2, 6, 3);
    m_keys->setForegroundRole(QPalette::PlaceholderText);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(0);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_keys);
    connect(m_list, &QTreeView::clicked, this, [this](const QModelIndex& index) { Q_EMIT clicked(index.row()); });
    dress();
}

void CompletionPopup::offer(hunt::Completions offers)
{
    m_from = offers.from;
    m_to = offers.to;
    m_model->show(std::move(offers.items));
    if (m_model->rowCount() == 0) {
        hide();
        return;
    }
    follow();
    m_list->scrollToTop();
    show();
    raise();
}

/// As wide as what it shows, within the window.
void CompletionPopup::follow()
{
    QWidget* window = m_edit.window();
    if (parentWidget() != window)
        setParent(window);
    const int letter = fontMetrics().horizontalAdvance(QLatin1Char('x'));
    m_list->resizeColumnToContents(CompletionModel::Text);
    const int text = std::clamp(m_list->columnWidth(CompletionModel::Text) + 2 * letter, 14 * letter, 60 * letter);
    m_list->setColumnWidth(CompletionModel::Text, text);
    const QPoint below = m_edit.mapTo(window, QPoint(0, m_edit.height() + 2));
    const int rowHeight = std::max(1, m_list->sizeHintForRow(0));
    const int room = window->height() - below.y() - 8 - m_keys->sizeHint().height();
    m_list->setFixedHeight(std::clamp(room / rowHeight, 1, page()) * rowHeight);
    const int width = std::min(std::max(m_edit.width(), text + 50 * letter), window->width() - below.x() - 8);
    layout()->activate();
    setGeometry(below.x(), below.y(), width, layout()->totalSizeHint().height());
}

std::optional<int> CompletionPopup::chosen() const
{
    const QModelIndexList rows = m_list->selectionModel()->selectedRows();
    if (rows.isEmpty())
        return std::nullopt;
    return rows.front().row();
}

void CompletionPopup::move(int rows)
{
    const int to = chosen().value_or(-1) + rows;
    if (to < 0) {
        m_list->clearSelection();
        m_list->setCurrentIndex({});
    } else {
        m_list->setCurrentIndex(m_model->index(std::min(to, m_model->rowCount() - 1), 0));
    }
    Q_EMIT moved();
}

int CompletionPopup::page() const
{
    return std::min(mostRows, m_model->rowCount());
}

const hunt::Completion& CompletionPopup::item(int row) const
{
    return m_model->offer(row);
}

void CompletionPopup::dress()
{
    const QPalette palette = QApplication::palette();
    setStyleSheet(QStringLiteral("QFrame#completionPopup { border: 1px solid %1; background: %2; }")
                      .arg(Colours::of(palette).quiet.name(), palette.color(QPalette::Base).name()));
}

} // namespace flowscent::ui
