// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/support_list.h"

#include "ui/models/flow_mime.h"
#include "ui/models/flow_text.h"
#include "ui/models/support_model.h"
#include "ui/panels/icons.h"
#include "ui/panels/keycap.h"
#include "ui/plots/colours.h"

#include <QAction>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

SupportList::SupportList(hunt::Label label, const QString& heading, const QString& emptyText, const QString& key,
                         QWidget* parent)
    : QWidget(parent)
    , m_label(label)
    , m_icon(new QLabel(this))
    , m_heading(new QLabel(heading, this))
    , m_count(new QLabel(this))
    , m_empty(new QLabel(emptyText, this))
    , m_key(key.isEmpty() ? nullptr : new Keycap(key, this))
    , m_list(new QListView(this))
    , m_model(new SupportModel(this))
{
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    m_heading->setFont(bold);
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_list->setModel(m_model);
    m_list->setAccessibleName(heading);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setUniformItemSizes(true);
    m_list->setTextElideMode(Qt::ElideMiddle);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& current) {
        if (current.isValid())
            Q_EMIT flowChosen(m_model->flowAt(current.row()));
    });
    auto* clear = new QAction(tr("Clear the label"), this);
    clear->setShortcut(Qt::Key_Delete);
    clear->setShortcutContext(Qt::WidgetShortcut);
    connect(clear, &QAction::triggered, this, [this] { Q_EMIT clearAsked(chosen()); });
    m_list->addAction(clear);
    m_list->setContextMenuPolicy(Qt::ActionsContextMenu);

    auto* title = new QHBoxLayout;
    title->setSpacing(6);
    title->addWidget(m_icon);
    title->addWidget(m_heading);
    title->addStretch();
    title->addWidget(m_count);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(3, 3, 3, 3); // room for the frame that offers to take flows
    layout->setSpacing(4);
    layout->addLayout(title);
    auto* empty = new QHBoxLayout;
    empty->setSpacing(10);
    if (m_key != nullptr)
        empty->addWidget(m_key, 0, Qt::AlignTop);
    empty->addWidget(m_empty, 1);
    layout->addLayout(empty);
    layout->addWidget(m_list, 1);
    setAcceptDrops(true);
    dress();
    setFlows(nullptr, {});
}

void SupportList::setHeading(const QString& heading)
{
    m_heading->setText(heading);
    m_list->setAccessibleName(heading);
}

void SupportList::setFlows(const std::shared_ptr<const flow::FlowTable>& table, std::vector<flow::FlowId> flows)
{
    m_count->setText(countText(flows.size()));
    m_empty->setVisible(flows.empty());
    if (m_key != nullptr)
        m_key->setVisible(flows.empty());
    m_list->setVisible(!flows.empty());
    m_model->setFlows(table, std::move(flows));
    fit();
}

/// As high as its flows, up to `mostLines` of them: what comes below is to be seen, too.
void SupportList::fit()
{
    constexpr int mostLines = 8;
    const int lines = std::clamp(m_model->rowCount(), 1, mostLines);
    m_list->setFixedHeight(lines * std::max(m_list->sizeHintForRow(0), fontMetrics().height()) + 2);
}

void SupportList::setRemarks(std::map<flow::FlowId, QString> remarks)
{
    m_model->setRemarks(std::move(remarks));
}

std::vector<flow::FlowId> SupportList::chosen() const
{
    std::vector<flow::FlowId> flows;
    for (const QModelIndex& index : m_list->selectionModel()->selectedIndexes())
        flows.push_back(m_model->flowAt(index.row()));
    return flows;
}

void SupportList::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        dress();
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        fit();
}

void SupportList::dragEnterEvent(QDragEnterEvent* event)
{
    if (!flowsOf(*event->mimeData()))
        return;
    event->acceptProposedAction();
    m_offered = true;
    update();
}

void SupportList::dragLeaveEvent(QDragLeaveEvent* /*event*/)
{
    m_offered = false;
    update();
}

void SupportList::dropEvent(QDropEvent* event)
{
    m_offered = false;
    update();
    const auto flows = flowsOf(*event->mimeData());
    if (!flows || flows->empty())
        return;
    event->acceptProposedAction();
    Q_EMIT flowsDropped(*flows);
}

/// A frame says that flows can be let go here.
void SupportList::paintEvent(QPaintEvent* event)
{
    QWidget::paintEvent(event);
    if (!m_offered)
        return;
    QPainter painter(this);
    painter.setPen(QPen(Colours::of(palette()).of(m_label), 2, Qt::DashLine));
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
}

void SupportList::dress()
{
    const Colours colours = Colours::of(palette());
    const QString name = m_label == hunt::Label::Threat      ? QStringLiteral("threat")
                         : m_label == hunt::Label::NotThreat ? QStringLiteral("not-this")
                                                             : QStringLiteral("filter");
    m_icon->setPixmap(iconPixmap(name, colours.of(m_label), 16, devicePixelRatioF()));
    QPalette muted = palette();
    muted.setColor(QPalette::WindowText, colours.muted);
    m_empty->setPalette(muted);
    m_count->setPalette(muted);
}

} // namespace flowscent::ui
