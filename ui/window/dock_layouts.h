// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <array>
#include <vector>

#include "ui/window/docks.h"

namespace flowscent::ui {

enum class Perspective { Explore, Compare, Training };

/// Where the docks stand in each perspective, as the user left them, across runs. Plain helper of the main window.
class DockLayouts {
public:
    /// Window and docks outlive it. Reads what an earlier run stored.
    DockLayouts(QMainWindow& window, std::vector<DockPlace> docks);

    /// Keeps the layout of the perspective that is left and brings back that of the next. Without a capture and in
    /// Training no dock is shown.
    void show(Perspective perspective, bool capture);
    /// Stores all layouts in the settings.
    void store();

private:
    void keep();

    QMainWindow& m_window;
    std::vector<DockPlace> m_docks;
    Perspective m_perspective = Perspective::Explore;
    bool m_docked = false;               ///< the docks stand as the user wants them in m_perspective
    std::array<QByteArray, 3> m_layouts; ///< by perspective
};

} // namespace flowscent::ui
