// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <memory>

#include "engine/hunt/support_set.h"
#include "ui/session/map_desk.h"

class QBoxLayout;
class QComboBox;
class QLabel;
class QListWidget;
class QMenu;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QToolButton;

namespace flowscent::ui {

class FlowMap;
class FlowQuery;
class FlowSelection;
class Session;

/// The map of flows: how it is laid out and coloured, what the colours mean, and what can be done with the flows inside
/// a lasso. Follows the filter and the selection.
class MapPanel : public QWidget {
    Q_OBJECT

public:
    /// The first three outlive the panel.
    MapPanel(Session& session, FlowSelection& selection, FlowQuery& query, QWidget* parent = nullptr);

    [[nodiscard]] FlowMap& map() { return *m_map; }
    [[nodiscard]] MapDesk& desk() { return *m_desk; }

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeControls();
    QWidget* makeMapPage();
    void connectSession();
    void connectMap();
    void showLayout();
    void showRefining();
    void askForClasses();
    void showClasses(const std::shared_ptr<const MapClasses>& classes);
    void fillLegend();
    void sizeLegend();
    void showPassing();
    void offer(const flow::FlowSet& flows, const QPoint& globalPosition);
    void assign(const flow::FlowSet& flows, hunt::Label label);
    void filterBy(const flow::FlowSet& flows);

    Session& m_session;
    FlowSelection& m_selection;
    FlowQuery& m_query;
    MapDesk* m_desk;
    QStackedWidget* m_pages;
    QBoxLayout* m_body; ///< map and legend: beside each other where there is more width than height
    QLabel* m_empty;
    FlowMap* m_map;
    QComboBox* m_colouring;
    QComboBox* m_layouts;
    QPushButton* m_refine;
    QProgressBar* m_progress;
    QPushButton* m_stop;
    QToolButton* m_lasso;
    QLabel* m_banner;
    QListWidget* m_legend;
    std::shared_ptr<const MapClasses> m_classes;
};

} // namespace flowscent::ui
