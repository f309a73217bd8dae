// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <cstdint>
#include <vector>

class QLabel;
class QStackedWidget;
class QTabBar;
class QTimer;

namespace flowscent::ui {

class FieldsPage;
class FlowPage;
class FlowSelection;
class PacketDesk;
class PacketView;
class Session;

/// Everything about the selection's current flow, in tabs: fields, packets, stream, dissection, and what others put in.
/// A flow that is only passed over with the arrow keys is not read. Remembers the chosen tab.
class FlowTabs : public QWidget {
    Q_OBJECT

public:
    /// Session and selection outlive it.
    FlowTabs(Session& session, FlowSelection& selection, QWidget* parent = nullptr);

    /// Puts a page of somebody else's before all others (or at another place); it follows the selection by itself and
    /// must have an objectName, under which it is remembered. It is the one to begin with when none was chosen yet.
    void insert(QWidget* page, const QString& title, int at = 0);
    void show(QWidget* page);
    /// The page that is seen takes the focus.
    void focusContent();
    /// Marks packets of the current flow by their place in it (the first is 0); gone with the next flow.
    void highlightPackets(std::vector<std::uint32_t> packets);
    void showPackets(); ///< the tab

private:
    void add(FlowPage* page, const char* name, const QString& title);
    void place(QWidget* page, const QString& title, int at);
    void recallChoice();
    void showFlow();
    void readPage();
    [[nodiscard]] FlowPage* seen() const;

    Session& m_session;
    FlowSelection& m_selection;
    PacketDesk* m_desk;
    QTabBar* m_tabs;
    QStackedWidget* m_stack;
    QLabel* m_heading;
    FieldsPage* m_fields;
    PacketView* m_packets;
    std::vector<FlowPage*> m_pages; ///< ours
    QTimer* m_patience;             ///< until a flow that is only passed over with the arrow keys is read
    bool m_arranging = false;       ///< a change of tab is ours, not the person's
};

} // namespace flowscent::ui
