// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/flow_tabs.h"

#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/panels/dissection_page.h"
#include "ui/panels/elided_label.h"
#include "ui/panels/fields_page.h"
#include "ui/panels/packet_view.h"
#include "ui/panels/page_stack.h"
#include "ui/panels/stream_page.h"
#include "ui/session/packet_desk.h"
#include "ui/session/session.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QSettings>
#include <QStackedWidget>
#include <QTabBar>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

namespace {

const QString chosenKey = QStringLiteral("flowTabs/page");
constexpr int patience = 60; ///< ms

} // namespace

FlowTabs::FlowTabs(Session& session, FlowSelection& selection, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_selection(selection)
    , m_desk(new PacketDesk(session, this))
    , m_tabs(new QTabBar(this))
    , m_stack(new PageStack(this))
    , m_heading(new ElidedLabel(this))
    , m_fields(new FieldsPage(session, this))
    , m_packets(new PacketView(session, *m_desk, this))
    , m_patience(new QTimer(this))
{
    setObjectName(QStringLiteral("flowTabs"));
    m_heading->setObjectName(QStringLiteral("detailsHeading"));
    m_heading->setContentsMargins(8, 0, 12, 0);
    m_heading->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_tabs->setObjectName(QStringLiteral("detailsTabs"));
    m_tabs->setAccessibleName(tr("About the flow"));
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    auto* top = new QHBoxLayout;
    top->addWidget(m_tabs);
    top->addWidget(m_heading, 1);
    auto* line = new QFrame(this);
    line->setObjectName(QStringLiteral("hairline"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(top);
    layout->addWidget(line);
    layout->addWidget(m_stack, 1);

    add(m_fields, "fieldsPage", tr("Fields"));
    add(m_packets, "packetsPage", tr("Packets"));
    add(new StreamPage(*m_desk, this), "streamPage", tr("Stream"));
    add(new DissectionPage(*m_desk, this), "dissectionPage", tr("Dissection"));
    m_arranging = true;
    m_tabs->setCurrentIndex(m_stack->indexOf(m_packets));
    m_stack->setCurrentWidget(m_packets);
    m_arranging = false;
    recallChoice();

    connect(m_tabs, &QTabBar::currentChanged, this, [this](int at) {
        if (m_arranging)
            return;
        m_stack->setCurrentIndex(at);
        QSettings().setValue(chosenKey, m_stack->widget(at)->objectName());
        readPage();
    });
    m_patience->setSingleShot(true);
    m_patience->setInterval(patience);
    connect(m_patience, &QTimer::timeout, this, &FlowTabs::readPage);
    connect(&m_selection, &FlowSelection::currentChanged, this, &FlowTabs::showFlow);
    connect(&m_session, &Session::captureChanged, this, &FlowTabs::showFlow);
    connect(&m_session, &Session::readFinished, this, [this] { m_fields->show(m_selection.current()); });
    showFlow();
}

void FlowTabs::add(FlowPage* page, const char* name, const QString& title)
{
    page->setObjectName(QLatin1String(name));
    m_pages.push_back(page);
    place(page, title, m_stack->count());
}

void FlowTabs::place(QWidget* page, const QString& title, int at)
{
    m_arranging = true;
    m_stack->insertWidget(at, page);
    m_tabs->insertTab(at, title);
    m_tabs->setCurrentIndex(m_stack->currentIndex());
    m_arranging = false;
}

void FlowTabs::recallChoice()
{
    const QString chosen = QSettings().value(chosenKey).toString();
    for (int at = 0; at < m_stack->count() && !chosen.isEmpty(); ++at) {
        if (m_stack->widget(at)->objectName() == chosen)
            show(m_stack->widget(at));
    }
}

void FlowTabs::insert(QWidget* page, const QString& title, int at)
{
    place(page, title, at);
    if (QSettings().value(chosenKey).toString().isEmpty()) {
        m_arranging = true;
        m_stack->setCurrentWidget(page);
        m_tabs->setCurrentIndex(m_stack->currentIndex());
        m_arranging = false;
    } else {
        recallChoice();
    }
}

void FlowTabs::show(QWidget* page)
{
    m_tabs->setCurrentIndex(m_stack->indexOf(page));
    if (m_stack->currentWidget() != page) // before the bar's signal is connected
        m_stack->setCurrentWidget(page);
}

void FlowTabs::showPackets()
{
    show(m_packets);
}

FlowPage* FlowTabs::seen() const
{
    const auto found = std::ranges::find(m_pages, m_stack->currentWidget(),
                                         [](FlowPage* page) { return static_cast<QWidget*>(page); });
    return found == m_pages.end() ? nullptr : *found;
}

void FlowTabs::focusContent()
{
    if (FlowPage* page = seen())
        page->content().setFocus(Qt::ShortcutFocusReason);
    else if (QWidget* other = m_stack->currentWidget())
        other->setFocus(Qt::ShortcutFocusReason);
}

void FlowTabs::highlightPackets(std::vector<std::uint32_t> packets)
{
    m_packets->highlightPackets(std::move(packets));
}

void FlowTabs::showFlow()
{
    m_patience->stop();
    const auto flow = m_selection.current();
    const auto table = m_session.table();
    const bool known = flow && table && flow->value < table->size();
    QString why = tr("Choose a flow to see what it is made of.");
    if (known)
        why = table->hasPackets(*flow) ? QString() : withoutPacketsText(table->origin[flow->value]);
    m_desk->stop();
    for (FlowPage* page : m_pages)
        page->forget(why);
    m_heading->setText(known ? QStringLiteral("#%1   %2").arg(countText(flow->value + 1), flowText(*table, *flow))
                             : tr("No flow chosen"));
    m_fields->show(known ? flow : std::nullopt);
    if (known && table->hasPackets(*flow))
        m_patience->start();
}

void FlowTabs::readPage()
{
    const auto flow = m_selection.current();
    const auto table = m_session.table();
    FlowPage* page = seen();
    if (page == nullptr || page->answered() || !flow || !table || flow->value >= table->size() ||
        !table->hasPackets(*flow) || m_patience->isActive())
        return;
    page->read(*flow);
}

} // namespace flowscent::ui
