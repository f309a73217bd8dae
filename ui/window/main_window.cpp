// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/main_window.h"

#include "ui/models/flow_selection.h"
#include "ui/models/flow_table_model.h"
#include "ui/models/flow_text.h"
#include "ui/models/judgement_text.h"
#include "ui/models/view_history.h"
#include "ui/panels/coach_strip.h"
#include "ui/panels/compare_panel.h"
#include "ui/panels/evidence_panel.h"
#include "ui/panels/filter_bar.h"
#include "ui/panels/filter_menu.h"
#include "ui/panels/flow_panel.h"
#include "ui/panels/flow_tabs.h"
#include "ui/panels/flow_view.h"
#include "ui/panels/icons.h"
#include "ui/panels/map_panel.h"
#include "ui/panels/message_bar.h"
#include "ui/panels/page_stack.h"
#include "ui/panels/start_page.h"
#include "ui/panels/support_panel.h"
#include "ui/panels/training_panel.h"
#include "ui/panels/wireshark_action.h"
#include "ui/plots/colours.h"
#include "ui/session/flow_query.h"
#include "ui/session/journal_desk.h"
#include "ui/session/sample_guide.h"
#include "ui/session/session.h"
#include "ui/session/suggester.h"
#include "ui/window/actions.h"
#include "ui/window/cheat_sheet.h"
#include "ui/window/command_palette.h"
#include "ui/window/docks.h"
#include "ui/window/explore_area.h"
#include "ui/window/first_hunt.h"
#include "ui/window/key_bindings.h"
#include "ui/window/key_editor.h"
#include "ui/window/label_errands.h"
#include "ui/window/library_errands.h"
#include "ui/window/menu_commands.h"
#include "ui/window/menus.h"
#include "ui/window/messages.h"
#include "ui/window/recent_files.h"
#include "ui/window/status_strip.h"
#include "ui/window/zoom.h"

#include <QApplication>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolBar>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr int zoomStep = 10; ///< percent

/// Those whose keys may be changed: the program's own, not recent files and themes.
QList<QAction*> namedCommands(const QMenuBar& menus)
{
    QList<QAction*> commands;
    for (const MenuCommand& command : menuCommands(menus)) {
        if (command.action->objectName().endsWith(QLatin1String("Action")))
            commands << command.action;
    }
    return commands;
}

QStringList localFiles(const QMimeData& data)
{
    QStringList files;
    for (const QUrl& url : data.urls()) {
        if (url.isLocalFile())
            files << url.toLocalFile();
    }
    return files;
}

} // namespace

MainWindow::MainWindow(Session& session, QWidget* parent)
    : QMainWindow(parent)
    , m_session(session)
    , m_selection(new FlowSelection(this))
    , m_query(new FlowQuery(this))
    , m_actions(new Actions(this))
    , m_wireshark(new WiresharkAction(session, *m_selection, this))
{
    setAcceptDrops(true);
    setDockOptions(AnimatedDocks | AllowTabbedDocks);
    resize(1280, 800);
    makeCentre();
    auto docks = makeDocks(*this, m_session, *m_selection, *m_query);
    makeActivityBar();
    fillMenuBar(*menuBar(), {.actions = *m_actions,
                             .filter = &m_explore->filterBar().menu(),
                             .panels = dockActions(docks),
                             .onFlows = {m_wireshark},
                             .reopen = [this](const QString& file) { openCaptures({file}); }});
    m_keys = std::make_unique<KeyBindings>(namedCommands(*menuBar()));
    connectActions();
    connectLabels();
    connectSession();
    connectEvidence();
    restoreGeometry(QSettings().value(QStringLiteral("geometry")).toByteArray());
    m_layouts = std::make_unique<DockLayouts>(*this, std::move(docks));
    dress();
    showPerspective(Perspective::Explore);
}

MainWindow::~MainWindow() = default;

void MainWindow::makeCentre()
{
    auto* centre = new QWidget(this);
    m_messages = new MessageBar(centre);
    m_coach = new CoachStrip(centre);
    m_firstHunt = new FirstHunt(m_session, *m_selection, *m_coach, this);
    m_pages = new PageStack(centre);
    m_start = new StartPage(m_pages);
    m_work = new QSplitter(Qt::Vertical, m_pages);
    m_compare = new ComparePanel(m_session, *m_selection, m_work);
    m_explore = new ExploreArea(m_session, *m_selection, *m_query, m_work);
    m_training = new TrainingPanel(m_pages);
    m_work->addWidget(m_compare);
    m_work->addWidget(m_explore);
    m_work->setChildrenCollapsible(false);
    m_work->setSizes({520, 280});
    for (QWidget* page :
         {static_cast<QWidget*>(m_start), static_cast<QWidget*>(m_work), static_cast<QWidget*>(m_training)})
        m_pages->addWidget(page);
    m_start->setRecentFiles(recentFiles());
    m_start->setSampleAvailable(QFileInfo::exists(SampleGuide::capture()));
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_messages);
    layout->addWidget(m_coach);
    layout->addWidget(m_pages, 1);
    setCentralWidget(centre);
    m_status = new StatusStrip(this);
    statusBar()->addWidget(m_status, 1);
    statusBar()->setSizeGripEnabled(false);
    m_library = new LibraryErrands(m_session, *m_messages, *m_status, *this);
}

void MainWindow::makeActivityBar()
{
    auto* bar = new QToolBar(tr("Activities"), this);
    bar->setObjectName(QStringLiteral("activityBar"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    bar->setIconSize({22, 22});
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->addActions({m_actions->explore, m_actions->compare, m_actions->training});
    addToolBar(Qt::LeftToolBarArea, bar);
}

void MainWindow::connectActions()
{
    const auto on = [this](QAction* action, auto function) { connect(action, &QAction::triggered, this, function); };
    on(m_actions->open, [this] { askForCaptures(); });
    on(m_actions->sample, [this] { openSample(); });
    on(m_actions->quit, [this] { close(); });
    on(m_actions->undo, [this] { m_session.undo(); });
    on(m_actions->redo, [this] { m_session.redo(); });
    on(m_actions->filter, [this] { m_explore->filterBar().focusEdit(); });
    on(m_actions->clearFilter, [this] { m_query->clear(); });
    on(m_actions->back, [this] { m_explore->history().goBack(); });
    on(m_actions->forward, [this] { m_explore->history().goForward(); });
    on(m_actions->explore, [this] { showPerspective(Perspective::Explore); });
    on(m_actions->compare, [this] { showPerspective(Perspective::Compare); });
    on(m_actions->training, [this] { showPerspective(Perspective::Training); });
    on(m_actions->nextPanel, [this] { focusPanel(1); });
    on(m_actions->previousPanel, [this] { focusPanel(-1); });
    on(m_actions->palette, [this] { openPalette(); });
    on(m_actions->larger, [] { applyZoom(chosenZoom() + zoomStep); });
    on(m_actions->smaller, [] { applyZoom(chosenZoom() - zoomStep); });
    on(m_actions->usualSize, [] { applyZoom(100); });
    on(m_actions->firstHunt, [this] { m_firstHunt->restart(); });
    on(m_actions->keyEditor, [this] { (new KeyEditor(*m_keys, this))->show(); });
    on(m_actions->keep, [this] { m_session.keepScores(); });
    on(m_actions->saveDetector, [this] { m_library->askForName(); });
    on(m_actions->resort, [this] { m_explore->flows().resort(); });
    on(m_actions->byScore, [this] { m_explore->flows().sortBy({FlowColumn::Score, true}); });
    on(m_actions->copyId, [this] { m_explore->flows().copyCommunityIds(); });
    on(m_actions->exportPackets, [this] { askForExport(); });
    on(m_actions->details, [this] { openDetails(); });
    on(m_actions->keys, [this] { showCheatSheet(*menuBar(), this); });
    on(m_actions->about, [this] { about(); });
    on(m_actions->invert, [this] { m_explore->flows().view().invertChoice(); });
    connect(&m_explore->flows(), &FlowPanel::failed, this, &MainWindow::tellFailure);
    connect(m_actions->liveSort, &QAction::toggled, &m_explore->flows(), &FlowPanel::setLiveSort);
    for (QAction* action : m_actions->onFlows()) {
        m_explore->flows().view().addAction(action);
        m_compare->addAction(action);
        findChild<MapPanel*>()->addAction(action);
    }
    connect(&m_explore->flows().view(), &QAbstractItemView::activated, this, &MainWindow::openDetails);
    m_explore->flows().view().addAction(m_wireshark);
    m_compare->addAction(m_wireshark);
    connect(m_wireshark, &WiresharkAction::told, m_status, &StatusStrip::showText);
    connect(m_wireshark, &WiresharkAction::failed, this, &MainWindow::tellFailure);
    connect(m_wireshark, &WiresharkAction::progressed, this,
            [this](double fraction) { m_status->showWork(tr("Writing packets for Wireshark"), fraction); });
    connect(m_firstHunt, &FirstHunt::examplesChosen, &m_explore->flows(), &FlowPanel::focusTable);
    connect(m_start, &StartPage::openAsked, this, &MainWindow::askForCaptures);
    connect(m_start, &StartPage::sampleAsked, this, &MainWindow::openSample);
    connect(m_start, &StartPage::fileAsked, this, [this](const QString& file) { openCaptures({file}); });
    connect(m_status, &StatusStrip::cancelAsked, &m_session, &Session::cancel);
    connect(m_status, &StatusStrip::cancelAsked, m_library, &LibraryErrands::cancel);
    connect(m_selection, &FlowSelection::changed, this, &MainWindow::tellSelection);
    connect(&m_explore->filterBar(), &FilterBar::told, this,
            [this](const QString& what) { m_messages->tell(MessageBar::Kind::Note, what); });
    connect(&m_explore->filterBar(), &FilterBar::refused, this,
            [this](const QString& why) { m_messages->tell(MessageBar::Kind::Warning, why); });
    connect(&m_explore->history(), &ViewHistory::changed, this, &MainWindow::tellHistory);
    tellHistory();
    tellUndo();
}

void MainWindow::connectLabels()
{
    auto& support = *findChild<SupportPanel*>();
    m_labels = new LabelErrands(
        {m_session, *m_selection, *m_actions, m_explore->flows().view(), support, *m_messages, *m_status},
        *centralWidget());
    auto* column = static_cast<QVBoxLayout*>(centralWidget()->layout());
    int place = column->indexOf(m_coach);
    for (QWidget* question : m_labels->questions())
        column->insertWidget(place++, question);
    connect(&support.suggester(), &Suggester::suggested, m_firstHunt, &FirstHunt::suggestionSeen);
    connect(&m_session.book(), &LabelBook::changed, this, &MainWindow::tellUndo);
    connect(&m_explore->flows(), &FlowPanel::labelAsked, m_labels, &LabelErrands::markChosen);
    connect(m_explore, &ExploreArea::labelAsked, this,
            [this](const std::vector<flow::FlowId>& flows, hunt::Label given) {
                m_selection->select(flows); // what is labelled is to be seen
                m_labels->mark(flows, given);
            });
}

void MainWindow::tellOf(JournalDesk& journal)
{
    m_labels->tellOf(journal);
}

void MainWindow::connectSession()
{
    connect(&m_session, &Session::readStarted, this, &MainWindow::readStarted);
    connect(&m_session, &Session::readProgressed, m_status, &StatusStrip::showWork);
    connect(&m_session, &Session::captureChanged, this, &MainWindow::captureChanged);
    connect(&m_session, &Session::readFinished, this, &MainWindow::readFinished);
    connect(&m_session, &Session::failed, this, &MainWindow::tellFailure);
    connect(&m_session, &Session::modelLoaded, m_training, &TrainingPanel::setModel);
    connect(&m_session, &Session::scoringProgressed, this,
            [this](double fraction) { m_status->showWork(tr("Looking at flows"), fraction); });
    connect(&m_session, &Session::exportProgressed, this,
            [this](double fraction) { m_status->showWork(tr("Exporting packets"), fraction); });
    connect(&m_session, &Session::exported, this, &MainWindow::tellExported);
    connect(&m_session, &Session::exportStopped, this,
            [this] { m_status->showText(tr("Stopped as you asked; no file was written.")); });
    connect(&m_session, &Session::scoringEnded, this, [this] { m_status->showText({}); });
    connect(&m_session, &Session::scoresChanged, this, [this] {
        m_actions->adapt->setEnabled(m_session.labels().support().count(hunt::Label::Threat) > 0);
        m_actions->keep->setEnabled(m_session.scores() && m_session.scores()->complete());
    });
    connect(&m_session, &Session::keptChanged, this, [this] {
        if (m_session.keptScores())
            m_status->showText(tr("Kept as score B. Change the examples or the method, then compare (Alt+2)."));
    });
}

void MainWindow::connectEvidence()
{
    auto* evidence = findChild<EvidencePanel*>();
    connect(evidence, &EvidencePanel::sortAsked, &m_explore->flows(), &FlowPanel::sortBy);
    connect(evidence, &EvidencePanel::exportAsked, this, [this](flow::FlowId flow) {
        m_selection->select({flow});
        askForExport();
    });
    connect(evidence, &EvidencePanel::wiresharkAsked, this, [this](flow::FlowId flow) {
        m_selection->select({flow});
        m_wireshark->trigger();
    });
    const auto offer = [this, evidence] { evidence->offerWireshark(m_wireshark->isEnabled(), m_wireshark->toolTip()); };
    connect(m_wireshark, &QAction::changed, evidence, offer);
    offer();
    connect(&m_session, &Session::adaptingChanged, evidence,
            [evidence](Adapting adapting) { evidence->desk().setPaused(adapting == Adapting::Paused); });
    connect(&m_session, &Session::judgementsChanged, this, &MainWindow::tellBudget);
}

void MainWindow::tellBudget()
{
    const auto judgements = m_session.judgements();
    if (!judgements) {
        m_status->setBudget({}, {}, {});
        return;
    }
    const Promise promise = promiseOf(*judgements);
    const Colours colours = Colours::of(QApplication::palette());
    const QString name = promise == Promise::Kept     ? QStringLiteral("normal")
                         : promise == Promise::Broken ? QStringLiteral("threat")
                                                      : QStringLiteral("unsure");
    m_status->setBudget(iconPixmap(name, promise == Promise::Kept ? colours.notThreat : colours.unsure,
                                   fontMetrics().height(), devicePixelRatioF()),
                        tr("%1: %2").arg(budgetText(judgements->choice), promiseText(*judgements)),
                        baselineText(*judgements));
}

void MainWindow::dress()
{
    tellBudget();
    const Colours colours = Colours::of(QApplication::palette());
    m_actions->explore->setIcon(icon(QStringLiteral("explore"), colours.text));
    m_actions->compare->setIcon(icon(QStringLiteral("compare"), colours.text));
    m_actions->training->setIcon(icon(QStringLiteral("training"), colours.text));
    m_actions->threat->setIcon(icon(QStringLiteral("threat"), colours.threat));
    m_actions->notThreat->setIcon(icon(QStringLiteral("not-this"), colours.notThreat));
    m_actions->unsure->setIcon(icon(QStringLiteral("unsure"), colours.unsure));
    setWindowIcon(QIcon(QStringLiteral(":/icons/flowscent.svg")));
}

void MainWindow::changeEvent(QEvent* event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        dress();
}

void MainWindow::showPerspective(Perspective perspective)
{
    std::array<QAction*, 3> actions{m_actions->explore, m_actions->compare, m_actions->training};
    actions[static_cast<std::size_t>(perspective)]->setChecked(true);
    const bool capture = m_session.table() != nullptr;
    m_compare->setVisible(perspective == Perspective::Compare);
    m_explore->setTimelineShown(perspective != Perspective::Compare); // the scatter needs the room
    if (perspective == Perspective::Compare && capture)
        m_firstHunt->comparisonSeen();
    if (perspective == Perspective::Training)
        m_pages->setCurrentWidget(m_training);
    else
        m_pages->setCurrentWidget(capture ? static_cast<QWidget*>(m_work) : m_start);
    m_layouts->show(perspective, capture);
}

void MainWindow::openCaptures(const QStringList& files)
{
    m_messages->hide();
    m_session.open(files);
}

void MainWindow::openSample()
{
    openCaptures({SampleGuide::capture()});
}

void MainWindow::askForCaptures()
{
    const QStringList files =
        QFileDialog::getOpenFileNames(this, tr("Open captures"), {},
                                      tr("Captures and logs (*.pcap *.pcapng *.cap *.dmp *.gz *.xz *.zst *.lz4 *.bz2 "
                                         "*.zip *.log *.json);;All files (*)"));
    if (!files.isEmpty())
        openCaptures(files);
}

void MainWindow::askForExport()
{
    if (m_selection->empty()) {
        m_status->showText(tr("Choose flows first; their packets are what is exported."));
        return;
    }
    const QString file =
        QFileDialog::getSaveFileName(this, tr("Export packets of %1").arg(flowsText(m_selection->count())),
                                     QStringLiteral("flows.pcapng"), tr("Captures (*.pcapng)"));
    if (!file.isEmpty())
        exportChosen(file);
}

void MainWindow::exportChosen(const QString& file)
{
    m_messages->hide();
    m_session.exportPackets(m_selection->flows(), file);
}

void MainWindow::tellExported(const QString& file, const store::ExportReport& report)
{
    m_status->showText({});
    QString text =
        tr("Wrote the packets (%1) of %2 to %3.").arg(countText(report.packets), flowsText(report.flows), file);
    if (report.withoutPackets > 0)
        text += tr(" Without packets, so left out: %1.").arg(flowsText(report.withoutPackets));
    m_messages->tell(MessageBar::Kind::Note, text);
}

void MainWindow::readStarted(const QStringList& files)
{
    m_status->showWork(tr("Opening %1").arg(QFileInfo(files.value(0)).fileName()), 0);
}

void MainWindow::captureChanged()
{
    const QString first = QFileInfo(m_session.files().value(0)).fileName();
    const qsizetype more = m_session.files().size() - 1;
    setWindowTitle(more > 0 ? tr("%1 and %2 more").arg(first).arg(more) : first);
    for (const QString& file : m_session.files())
        rememberFile(file);
    m_start->setRecentFiles(recentFiles());
    m_query->forgetChips(); // they were about the capture before
    m_explore->history().clear();
    // The session has the capture, but no rows yet: show the place where they will come.
    QMetaObject::invokeMethod(
        this,
        [this] {
            showPerspective(Perspective::Explore);
            m_explore->flows().focusTable();
        },
        Qt::QueuedConnection);
}

void MainWindow::readFinished(const flow::ReadOutcome& outcome)
{
    m_status->showText({});
    if (const auto message = readMessage(outcome))
        m_messages->tell(outcome.damage ? MessageBar::Kind::Warning : MessageBar::Kind::Note, *message);
}

void MainWindow::tellFailure(const base::Error& error)
{
    m_status->showText({});
    m_messages->tell(MessageBar::Kind::Failure, failureMessage(error, m_session.table() != nullptr));
    if (error.code == base::Error::Code::Model && !m_session.baseModel())
        m_training->setTrouble(failureMessage(error, false));
}

void MainWindow::openPalette()
{
    auto* palette = new CommandPalette(*menuBar(), this);
    palette->move(mapToGlobal(QPoint((width() - palette->width()) / 2, height() / 8)));
    palette->show();
}

/// From where the focus is to the next panel (or the one before, for a step of -1) that is on the screen.
void MainWindow::openDetails()
{
    auto* tabs = findChild<FlowTabs*>();
    if (tabs == nullptr)
        return;
    if (auto* dock = qobject_cast<QDockWidget*>(tabs->parentWidget()); dock != nullptr && !dock->isVisible())
        dock->show();
    tabs->focusContent();
}

void MainWindow::focusPanel(int step)
{
    QList<QWidget*> order;
    for (const char* name : {"filterEdit", "timelinePlot", "flowTable", "hostTable", "conversationTable", "packetList",
                             "streamText", "dissectionTree", "threatList", "methodBox"}) {
        auto* found = findChild<QWidget*>(QLatin1String(name));
        if (found != nullptr && found->isVisible())
            order << found;
    }
    if (order.isEmpty())
        return;
    const qsizetype now = order.indexOf(QApplication::focusWidget());
    const qsizetype next = now < 0 ? (step > 0 ? 0 : order.size() - 1) : now + step + order.size();
    order[next % order.size()]->setFocus(Qt::ShortcutFocusReason);
}

void MainWindow::tellSelection()
{
    const std::size_t chosen = m_selection->count();
    m_status->setSelection(chosen == 0 ? QString() : tr("%1 chosen").arg(flowsText(chosen)));
}

void MainWindow::tellHistory()
{
    m_actions->back->setEnabled(m_explore->history().canGoBack());
    m_actions->forward->setEnabled(m_explore->history().canGoForward());
}

void MainWindow::tellUndo()
{
    const auto tell = [](QAction* action, const QString& word, const std::optional<std::string>& what) {
        action->setEnabled(what.has_value());
        action->setText(what ? word + QStringLiteral(": ") + QString::fromStdString(*what) : word);
    };
    tell(m_actions->undo, tr("&Undo"), m_session.labels().undoText());
    tell(m_actions->redo, tr("&Redo"), m_session.labels().redoText());
}

void MainWindow::about()
{
    QMessageBox::about(this, tr("About Flowscent"),
                       tr("<b>Flowscent %1</b><br>Few-shot network threat hunting workbench.<br><br>"
                          "GPL-3.0-or-later. Built on Qt %2, LibTorch, libpcap and QCustomPlot.<br>"
                          "Nothing leaves this computer.")
                           .arg(QStringLiteral(FLOWSCENT_VERSION), QString::fromLatin1(qVersion())));
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (!localFiles(*event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    const QStringList files = localFiles(*event->mimeData());
    if (files.isEmpty())
        return;
    event->acceptProposedAction();
    openCaptures(files);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    m_layouts->store();
    QSettings().setValue(QStringLiteral("geometry"), saveGeometry());
    QMainWindow::closeEvent(event);
}

} // namespace flowscent::ui
