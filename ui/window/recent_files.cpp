// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/recent_files.h"

#include <QFileInfo>
#include <QSettings>

namespace flowscent::ui {

namespace {

constexpr qsizetype mostFiles = 10;
const QString settingsKey = QStringLiteral("recentFiles");

} // namespace

QStringList recentFiles()
{
    return QSettings().value(settingsKey).toStringList();
}

void rememberFile(const QString& file)
{
    const QString path = QFileInfo(file).absoluteFilePath();
    QStringList files = recentFiles();
    files.removeAll(path);
    files.prepend(path);
    QSettings().setValue(settingsKey, files.mid(0, mostFiles));
}

void forgetRecentFiles()
{
    QSettings().remove(settingsKey);
}

} // namespace flowscent::ui
