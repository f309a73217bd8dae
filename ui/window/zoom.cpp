// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/zoom.h"

#include <QApplication>
#include <QFont>
#include <QSettings>

#include <algorithm>

namespace flowscent::ui {

namespace {

const QString settingsKey = QStringLiteral("zoom");

} // namespace

int chosenZoom()
{
    return std::clamp(QSettings().value(settingsKey, 100).toInt(), smallestZoom, largestZoom);
}

void applyZoom(int percent)
{
    static const QFont system = QApplication::font();
    const int zoom = std::clamp(percent, smallestZoom, largestZoom);
    QSettings().setValue(settingsKey, zoom);
    QFont font = system;
    font.setPointSizeF(system.pointSizeF() * zoom / 100);
    QApplication::setFont(font);
}

} // namespace flowscent::ui
