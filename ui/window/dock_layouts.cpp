// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/dock_layouts.h"

#include <QDockWidget>
#include <QMainWindow>
#include <QSettings>

namespace flowscent::ui {

namespace {

constexpr int layoutVersion = 3; ///< of saveState: raised when docks or toolbars change

QString layoutKey(std::size_t perspective)
{
    return QStringLiteral("layout/%1").arg(perspective);
}

} // namespace

DockLayouts::DockLayouts(QMainWindow& window, std::vector<DockPlace> docks)
    : m_window(window)
    , m_docks(std::move(docks))
{
    const QSettings settings;
    for (std::size_t i = 0; i < m_layouts.size(); ++i)
        m_layouts[i] = settings.value(layoutKey(i)).toByteArray();
}

void DockLayouts::show(Perspective perspective, bool capture)
{
    keep();
    m_perspective = perspective;
    m_docked = capture && perspective != Perspective::Training;
    if (!m_docked) {
        for (const DockPlace& place : m_docks)
            place.dock->hide();
        return;
    }
    if (!m_window.restoreState(m_layouts[static_cast<std::size_t>(perspective)], layoutVersion)) {
        for (const DockPlace& place : m_docks)
            place.dock->setVisible(perspective == Perspective::Explore ? place.inExplore : place.inCompare);
    }
}

void DockLayouts::keep()
{
    if (m_docked)
        m_layouts[static_cast<std::size_t>(m_perspective)] = m_window.saveState(layoutVersion);
}

void DockLayouts::store()
{
    keep();
    QSettings settings;
    for (std::size_t i = 0; i < m_layouts.size(); ++i)
        settings.setValue(layoutKey(i), m_layouts[i]);
}

} // namespace flowscent::ui
