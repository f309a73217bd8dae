// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/theme.h"

#include "ui/plots/colours.h"

#include <QApplication>
#include <QSettings>
#include <QStyleFactory>
#include <QWidget>

namespace flowscent::ui {

namespace {

const QString settingsKey = QStringLiteral("theme");

bool systemIsDark()
{
    static const bool dark = QApplication::palette().color(QPalette::Window).lightness() < 128;
    return dark;
}

/// What the palette cannot say: flat buttons, thin lines, a quiet heading.
QString styleSheet(const QPalette& palette)
{
    QString sheet = QStringLiteral(R"(
        QPushButton { border: 1px solid @border; border-radius: 5px; padding: 4px 12px; background: @button; }
        QPushButton:hover { border-color: @accent; }
        QPushButton:pressed, QPushButton:checked { background: @highlight; }
        QPushButton:focus { border: 1px solid @accent; }
        QPushButton:disabled { color: @faint; background: @window; }
        QLineEdit { border: 1px solid @border; border-radius: 5px; padding: 4px 6px; background: @base; }
        QLineEdit:focus { border: 1px solid @accent; }
        QHeaderView { background: @window; border: none; }
        QHeaderView::section { background: @window; color: @muted; border: none; border-bottom: 1px solid @border;
                               padding: 4px 6px; }
        QHeaderView::down-arrow, QHeaderView::up-arrow { subcontrol-position: top center; width: 9px; height: 7px; }
        QTableView { selection-background-color: @highlight; selection-color: @highlightedText; }
        QListView, QTreeView { background: transparent; }
        QListView::indicator, QTreeView::indicator { width: 12px; height: 12px; border: 1px solid @muted; border-radius: 3px;
                                                     background: @base; }
        QListView::indicator:checked, QTreeView::indicator:checked { border-color: @accent; background: @accent;
                                                                     image: url(:/icons/normal.svg); }
        QToolBar { border: none; border-right: 1px solid @border; spacing: 2px; padding: 4px 2px; }
        QToolBar QToolButton { border: none; border-radius: 6px; padding: 6px 4px; min-width: 58px; }
        QToolBar QToolButton:hover { background: @button; }
        QToolBar QToolButton:checked { background: @highlight; }
        QToolBar QToolButton:focus { border: 1px solid @accent; }
        QDockWidget { titlebar-close-icon: none; titlebar-normal-icon: none; }
        QDockWidget::title { background: @window; padding: 6px 12px; border-bottom: 1px solid @border; }
        QMainWindow::separator { background: @border; width: 1px; height: 1px; }
        QMainWindow::separator:hover { background: @accent; }
        QSplitter::handle { background: @border; }
        QSplitter::handle:horizontal { width: 1px; }
        QSplitter::handle:vertical { height: 1px; }
        QTabBar::tab { padding: 5px 14px; border: none; border-bottom: 2px solid transparent; color: @muted; }
        QTabBar::tab:selected { border-bottom-color: @accent; color: @text; }
        QTabBar::tab:focus { color: @accent; }
        QTabWidget::pane { border: none; border-top: 1px solid @border; }
        QStatusBar { border-top: 1px solid @border; }
        QStatusBar::item { border: none; }
        QProgressBar { border: none; border-radius: 3px; background: @border; max-height: 6px; }
        QProgressBar::chunk { border-radius: 3px; background: @accent; }
        QFrame#hairline { border: none; background: @border; max-height: 1px; }
        QToolTip { border: 1px solid @border; padding: 4px; background: @base; color: @text; }
    )");
    if (palette.color(QPalette::Window).lightness() < 128) // Fusion darkens the window's colour for the box: unseen
        sheet += QStringLiteral(R"(
        QCheckBox::indicator { width: 13px; height: 13px; border: 1px solid @muted; border-radius: 3px; }
        QCheckBox::indicator:checked { border-color: @accent; background: @accent; image: url(:/icons/normal.svg); }
        QCheckBox::indicator:focus { border-color: @text; }
    )");
    const auto put = [&](const char* name, QPalette::ColorGroup group, QPalette::ColorRole role) {
        sheet.replace(QLatin1String(name), palette.color(group, role).name());
    };
    put("@border", QPalette::Active, QPalette::Mid);
    put("@button", QPalette::Active, QPalette::Button);
    put("@accent", QPalette::Active, QPalette::Link);
    put("@highlightedText", QPalette::Active, QPalette::HighlightedText);
    put("@highlight", QPalette::Active, QPalette::Highlight);
    put("@faint", QPalette::Disabled, QPalette::ButtonText);
    put("@window", QPalette::Active, QPalette::Window);
    put("@base", QPalette::Active, QPalette::Base);
    put("@muted", QPalette::Active, QPalette::PlaceholderText);
    put("@text", QPalette::Active, QPalette::Text);
    return sheet;
}

} // namespace

Theme chosenTheme()
{
    const int stored = QSettings().value(settingsKey, 0).toInt();
    return stored >= 0 && stored <= 2 ? static_cast<Theme>(stored) : Theme::System;
}

void applyTheme(Theme theme)
{
    const bool dark = theme == Theme::Dark || (theme == Theme::System && systemIsDark());
    QSettings().setValue(settingsKey, static_cast<int>(theme));
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    const QPalette palette = dark ? darkPalette() : lightPalette();
    QApplication::setPalette(palette);
    qApp->setStyleSheet(styleSheet(palette));
    // The new sheet gave widgets back palettes of their own that were chosen under the theme before: those who choose
    // colours by the palette do so once more.
    for (QWidget* widget : QApplication::allWidgets()) {
        QEvent chosen(QEvent::PaletteChange);
        QApplication::sendEvent(widget, &chosen);
    }
}

} // namespace flowscent::ui
