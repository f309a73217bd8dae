// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>

#include "engine/base/error.h"
#include "engine/flow/read_flows.h"
#include "engine/hunt/support_set.h"
#include "engine/store/packet_export.h"
#include "ui/window/dock_layouts.h"

#include <memory>

class QSplitter;
class QStackedWidget;

namespace flowscent::ui {

class Actions;
class CoachStrip;
class ComparePanel;
class ExploreArea;
class FirstHunt;
class KeyBindings;
class LibraryErrands;
class FlowQuery;
class FlowSelection;
class JournalDesk;
class LabelErrands;
class MessageBar;
class Session;
class StartPage;
class StatusStrip;
class TrainingPanel;
class WiresharkAction;

/// Arranges the panels and passes commands on; what they mean is known elsewhere.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    /// The session outlives the window.
    explicit MainWindow(Session& session, QWidget* parent = nullptr);
    ~MainWindow() override;

    void openCaptures(const QStringList& files);
    void openSample();
    /// Tells what the journal brings back and what is wrong with it. It outlives the window.
    void tellOf(JournalDesk& journal);
    [[nodiscard]] FlowSelection& selection() { return *m_selection; }
    [[nodiscard]] FlowQuery& query() { return *m_query; }
    /// Writes the packets of the chosen flows.
    void exportChosen(const QString& file);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void makeCentre();
    void makeActivityBar();
    void connectActions();
    void connectSession();
    void dress();
    void showPerspective(Perspective perspective);
    void askForCaptures();
    void askForExport();
    void tellExported(const QString& file, const store::ExportReport& report);
    void connectLabels();
    void openDetails();
    void openPalette();
    void focusPanel(int step);
    void readStarted(const QStringList& files);
    void captureChanged();
    void readFinished(const flow::ReadOutcome& outcome);
    void tellFailure(const base::Error& error);
    void tellSelection();
    void tellBudget();
    void connectEvidence();
    void tellHistory();
    void tellUndo();
    void about();

    Session& m_session;
    FlowSelection* m_selection;
    FlowQuery* m_query;
    Actions* m_actions;
    WiresharkAction* m_wireshark;
    MessageBar* m_messages;
    LabelErrands* m_labels;
    CoachStrip* m_coach;
    FirstHunt* m_firstHunt;
    QStackedWidget* m_pages;
    StartPage* m_start;
    QSplitter* m_work;
    ComparePanel* m_compare;
    ExploreArea* m_explore;
    TrainingPanel* m_training;
    StatusStrip* m_status;
    LibraryErrands* m_library;
    std::unique_ptr<DockLayouts> m_layouts;
    std::unique_ptr<KeyBindings> m_keys;
};

} // namespace flowscent::ui
