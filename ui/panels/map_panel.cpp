// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/map_panel.h"

#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/plots/flow_map.h"
#include "ui/session/flow_query.h"
#include "ui/session/session.h"

#include <QAction>
#include <QBoxLayout>
#include <QComboBox>
#include <QEvent>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollBar>
#include <QStackedWidget>
#include <QToolButton>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr int legendLines = 3;        ///< below the map, before it scrolls
constexpr double roomForLegend = 1.1; ///< width over height of the panel from which on it stands beside the map
constexpr int margin = 6;             ///< pixels left and right

void name(QWidget* widget, const char* id, const QString& accessible)
{
    widget->setObjectName(QLatin1String(id));
    widget->setAccessibleName(accessible);
}

} // namespace

MapPanel::MapPanel(Session& session, FlowSelection& selection, FlowQuery& query, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_selection(selection)
    , m_query(query)
    , m_desk(new MapDesk(session, this))
    , m_pages(new QStackedWidget(this))
    , m_empty(new QLabel(this))
    , m_map(new FlowMap(this))
{
    setObjectName(QStringLiteral("mapPanel"));
    name(m_empty, "mapEmpty", tr("Why there is no map"));
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setContentsMargins(16, 8, 16, 8);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(makeMapPage());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
    connectSession();
    connectMap();
    m_map->setTable(m_session.table());
    m_map->setSelection(m_selection.set());
    showPassing();
    showLayout();
    showRefining();
    askForClasses();
}

QWidget* MapPanel::makeMapPage()
{
    auto* page = new QWidget(m_pages);
    m_banner = new QLabel(page);
    name(m_banner, "mapBanner", tr("What the map leaves out"));
    m_banner->setWordWrap(true);
    m_banner->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_legend = new QListWidget(page);
    name(m_legend, "mapLegend", tr("What the colours mean; unticked flows are not drawn"));
    m_legend->setFlow(QListView::LeftToRight);
    m_legend->setWrapping(true);
    m_legend->setResizeMode(QListView::Adjust);
    m_legend->setFrameShape(QFrame::NoFrame);
    m_legend->setSelectionMode(QAbstractItemView::NoSelection);
    m_legend->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_legend->setSpacing(1);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(margin, 4, margin, 4);
    layout->setSpacing(4);
    layout->addWidget(makeControls());
    layout->addWidget(m_banner);
    m_body = new QBoxLayout(QBoxLayout::TopToBottom);
    m_body->setSpacing(4);
    m_body->addWidget(m_map, 1);
    m_body->addWidget(m_legend);
    layout->addLayout(m_body, 1);
    return page;
}

QWidget* MapPanel::makeControls()
{
    auto* box = new QWidget(this);
    m_colouring = new QComboBox(box);
    name(m_colouring, "mapColouring", tr("Colour by"));
    m_colouring->setToolTip(tr("What the colours say"));
    m_colouring->addItems({tr("Colour: label"), tr("Colour: score"), tr("Colour: application"), tr("Colour: verdict"),
                           tr("Colour: verdict of the kept adaptation")});
    m_layouts = new QComboBox(box);
    name(m_layouts, "mapLayouts", tr("Layout"));
    m_layouts->setToolTip(tr("PCA looks along the two directions in which flows differ most.\n"
                             "UMAP keeps flows beside those that are most like them."));
    m_layouts->addItems({tr("PCA"), tr("UMAP")});
    for (QComboBox* combo : {m_colouring, m_layouts}) {
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->setMinimumContentsLength(combo == m_colouring ? 14 : 6);
    }
    m_lasso = new QToolButton(box);
    name(m_lasso, "mapLasso", tr("Lasso"));
    m_lasso->setText(tr("Lasso"));
    m_lasso->setToolTip(tr("Draw around flows to label, filter or select them (L, Esc ends it)"));
    m_lasso->setCheckable(true);
    auto* whole = new QToolButton(box);
    name(whole, "mapReset", tr("Whole map"));
    whole->setText(tr("Whole map"));
    whole->setToolTip(tr("Shows the whole map again (Home). The wheel zooms, a drag moves."));
    m_refine = new QPushButton(tr("Refine layout (UMAP)"), box);
    name(m_refine, "mapRefine", m_refine->text());
    m_progress = new QProgressBar(box);
    name(m_progress, "mapProgress", tr("Progress of the layout"));
    m_progress->setRange(0, 1000);
    m_progress->setMinimumWidth(60);
    m_stop = new QPushButton(tr("Stop"), box);
    name(m_stop, "mapStop", tr("Stop refining the layout"));

    auto* first = new QHBoxLayout;
    first->addWidget(m_colouring, 1);
    first->addWidget(m_lasso);
    first->addWidget(whole);
    auto* second = new QHBoxLayout;
    second->addWidget(m_layouts);
    second->addWidget(m_refine);
    second->addWidget(m_progress, 1);
    second->addWidget(m_stop);
    second->addStretch();
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(first);
    layout->addLayout(second);

    const auto key = [this](const QKeySequence& keys, auto does) {
        auto* action = new QAction(this);
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        addAction(action);
        connect(action, &QAction::triggered, this, does);
    };
    key(Qt::Key_L, [this] { m_lasso->toggle(); });
    key(Qt::Key_Escape, [this] { m_lasso->setChecked(false); });
    key(Qt::Key_Home, [this] { m_map->resetView(); });
    connect(m_lasso, &QToolButton::toggled, m_map, &FlowMap::setLassoMode);
    connect(whole, &QToolButton::clicked, m_map, &FlowMap::resetView);
    connect(m_colouring, &QComboBox::currentIndexChanged, this, &MapPanel::askForClasses);
    connect(m_layouts, &QComboBox::currentIndexChanged, this, &MapPanel::showLayout);
    connect(m_refine, &QPushButton::clicked, m_desk, [this] {
        m_desk->refine();
        m_layouts->setCurrentIndex(1);
        showRefining();
    });
    connect(m_stop, &QPushButton::clicked, m_desk, &MapDesk::stopRefining);
    return box;
}

void MapPanel::connectSession()
{
    connect(&m_session, &Session::captureChanged, this, [this] {
        m_map->setTable(nullptr);
        m_layouts->setCurrentIndex(0);
        showPassing();
    });
    connect(&m_session, &Session::tableGrown, m_map, &FlowMap::setTable);
    for (const auto changed :
         {&Session::supportChanged, &Session::scoresChanged, &Session::judgementsChanged, &Session::keptChanged})
        connect(&m_session, changed, this, &MapPanel::askForClasses);
    connect(&m_session, &Session::readFinished, this, [this] {
        askForClasses();
        showLayout();
    });
    connect(&m_session, &Session::arranged, this, &MapPanel::showPassing);
    connect(m_desk, &MapDesk::layoutsChanged, this, &MapPanel::showLayout);
    connect(m_desk, &MapDesk::classified, this, &MapPanel::showClasses);
    connect(m_desk, &MapDesk::refineProgressed, this, [this](const QString& what, double fraction) {
        m_progress->setValue(static_cast<int>(fraction * 1000));
        m_progress->setFormat(QStringLiteral("%p %"));
        m_progress->setToolTip(what);
    });
    connect(m_desk, &MapDesk::refineEnded, this, &MapPanel::showRefining);
    connect(m_desk, &MapDesk::failed, this, [this](const QString& sentence) {
        m_banner->setText(
            tr("The layout could not be refined: %1. The map shows what it showed before.").arg(sentence));
        m_banner->show();
    });
}

void MapPanel::connectMap()
{
    connect(&m_selection, &FlowSelection::changed, this, [this] { m_map->setSelection(m_selection.set()); });
    connect(m_map, &FlowMap::flowPicked, this, [this](flow::FlowId flow, bool add) {
        flow::FlowSet flows = add ? m_selection.set() : flow::FlowSet();
        flows.insert(flow);
        m_selection.setCurrent(flow);
        m_selection.select(std::move(flows));
    });
    connect(m_map, &FlowMap::nothingPicked, this, [this] { m_selection.select(flow::FlowSet()); });
    connect(m_map, &FlowMap::flowsLassoed, this, &MapPanel::offer);
    connect(m_legend, &QListWidget::itemChanged, this, [this](const QListWidgetItem* item) {
        m_map->setClassShown(static_cast<std::size_t>(m_legend->row(item)), item->checkState() == Qt::Checked);
    });
}

void MapPanel::showLayout()
{
    auto kind = m_layouts->currentIndex() == 1 ? MapLayout::Kind::Umap : MapLayout::Kind::Principal;
    const auto principal = m_desk->layout(MapLayout::Kind::Principal);
    auto layout = m_desk->layout(kind);
    const bool waits = kind == MapLayout::Kind::Umap && !layout;
    if (waits)
        layout = principal;
    m_pages->setCurrentIndex(principal ? 1 : 0);
    if (!principal)
        m_empty->setText(m_session.table() ? tr("The map appears when all flows have been looked at.")
                                           : tr("Open a capture: its flows are laid out here, like beside like."));
    m_map->setLayoutOfFlows(layout);
    QString banner;
    if (waits)
        banner = m_desk->refining() ? tr("The UMAP layout is being made; until it takes shape this is PCA.")
                                    : tr("There is no UMAP layout yet: press “Refine layout”. This is PCA.");
    else if (layout && layout->beside > 0)
        banner = tr("Laid out %1 of %2; the others stand beside their nearest.")
                     .arg(countText(layout->laidOut), flowsText(layout->laidOut + layout->beside));
    else if (layout && !layout->settled)
        banner = tr("The layout is still taking shape.");
    if (layout && principal) {
        const auto without = static_cast<std::size_t>(
            std::ranges::count_if(principal->places, [](const learn::Place& place) { return !place.known(); }));
        if (without > 0)
            banner += (banner.isEmpty() ? QString() : QStringLiteral(" ")) +
                      tr("%1 without packets have no place.").arg(flowsText(without));
    }
    m_banner->setText(banner);
    m_banner->setVisible(!banner.isEmpty());
    showRefining();
}

void MapPanel::showRefining()
{
    const bool refining = m_desk->refining();
    m_refine->setVisible(!refining);
    m_refine->setEnabled(m_desk->layout(MapLayout::Kind::Principal) != nullptr);
    m_progress->setVisible(refining);
    m_stop->setVisible(refining);
    if (!refining)
        m_progress->setValue(0);
}

void MapPanel::askForClasses()
{
    m_desk->classify(static_cast<MapColouring>(m_colouring->currentIndex()));
}

void MapPanel::showClasses(const std::shared_ptr<const MapClasses>& classes)
{
    m_classes = classes;
    m_map->setClasses(classes);
    fillLegend();
}

/// Words, marks and counts; what was unticked stays so while the classes are the same.
void MapPanel::fillLegend()
{
    const QSignalBlocker quiet(m_legend);
    m_legend->clear();
    if (!m_classes)
        return;
    const int size = fontMetrics().height();
    m_legend->setIconSize({size, size});
    for (std::size_t i = 0; i < m_classes->classes.size(); ++i) {
        const QString words = tr("%1: %2").arg(className(*m_classes, i), countText(m_classes->classes[i].flows));
        const QString shortened = fontMetrics().elidedText(words, Qt::ElideMiddle, size * 14);
        auto* item =
            new QListWidgetItem(QIcon(markPixmap(m_map->kinds()[i], size, devicePixelRatioF())), shortened, m_legend);
        item->setToolTip(words.toHtmlEscaped());
        item->setHidden(m_classes->classes[i].tone == MapTone::Quiet && m_classes->classes[i].flows == 0);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable);
        item->setCheckState(m_map->kinds()[i].shown ? Qt::Checked : Qt::Unchecked);
    }
    sizeLegend();
}

/// Beside the map as wide as its longest line, below it as high as its lines at this width.
void MapPanel::sizeLegend()
{
    const bool beside = width() > roomForLegend * height();
    m_body->setDirection(beside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_legend->setFlow(beside ? QListView::TopToBottom : QListView::LeftToRight);
    m_legend->setWrapping(!beside);
    constexpr int free = QWIDGETSIZE_MAX;
    const int line = std::max(1, m_legend->sizeHintForRow(0)) + 2 * m_legend->spacing();
    if (beside) {
        const int longest = m_legend->sizeHintForColumn(0) + 2 * m_legend->spacing() +
                            m_legend->verticalScrollBar()->sizeHint().width();
        m_legend->setMinimumSize(std::min(longest, width() / 2), 0);
        m_legend->setMaximumSize(m_legend->minimumWidth(), free);
        return;
    }
    m_legend->setMinimumWidth(0);
    m_legend->setMaximumWidth(free);
    m_legend->resize(m_pages->width() - 2 * margin, m_legend->height());
    m_legend->doItemsLayout();
    int needed = line;
    if (m_legend->count() > 0)
        needed = m_legend->visualItemRect(m_legend->item(m_legend->count() - 1)).bottom() +
                 m_legend->verticalScrollBar()->value() + 2 * m_legend->spacing() + 1;
    m_legend->setFixedHeight(std::clamp(needed, line, legendLines * line + 2));
}

void MapPanel::showPassing()
{
    const auto arranged = m_session.lastArranged();
    if (!arranged || arranged->table != m_session.table() || arranged->rows.size() == arranged->table->size()) {
        m_map->setPassing(nullptr);
        return;
    }
    m_map->setPassing(std::make_shared<const flow::FlowSet>(flow::FlowSet::ofRows(arranged->rows)));
}

void MapPanel::offer(const flow::FlowSet& flows, const QPoint& globalPosition)
{
    if (flows.empty()) {
        m_map->clearLasso();
        return;
    }
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("mapLassoMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto add = [menu, this](const char* id, const QString& text, auto does) {
        auto* action = menu->addAction(text);
        action->setObjectName(QLatin1String(id));
        connect(action, &QAction::triggered, this, does);
    };
    const QString count = flowsText(flows.count());
    add("mapLabelThreat", tr("Label %1 as threat").arg(count), [=, this] { assign(flows, hunt::Label::Threat); });
    add("mapLabelNotThis", tr("Label %1 as not this").arg(count), [=, this] { assign(flows, hunt::Label::NotThreat); });
    add("mapLabelUnsure", tr("Label %1 as unsure").arg(count), [=, this] { assign(flows, hunt::Label::Unsure); });
    menu->addSeparator();
    add("mapAddToFilter", tr("Add to filter"), [=, this] { filterBy(flows); });
    add("mapSelect", tr("Select %1").arg(count), [=, this] { m_selection.select(flows); });
    connect(menu, &QMenu::aboutToHide, m_map, &FlowMap::clearLasso);
    menu->popup(globalPosition);
}

void MapPanel::assign(const flow::FlowSet& flows, hunt::Label label)
{
    m_selection.select(flows);
    m_session.book().propose(flows.flows(), label);
}

/// What was lassoed inside an earlier lasso narrows it further, since only flows that pass can be lassoed.
void MapPanel::filterBy(const flow::FlowSet& flows)
{
    (void)m_query.setChip({QStringLiteral("lasso"), tr("lasso: %1").arg(flowsText(flows.count())), QString(),
                           std::make_shared<const flow::FlowSet>(flows)}); // without an expression nothing can be wrong
}

void MapPanel::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        QMetaObject::invokeMethod(this, &MapPanel::fillLegend, Qt::QueuedConnection); // once the map has its colours
}

void MapPanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    sizeLegend();
}

} // namespace flowscent::ui
