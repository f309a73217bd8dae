// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

/// Captures opened lately, newest first, kept in the user's settings (XDG).
namespace flowscent::ui {

[[nodiscard]] QStringList recentFiles();
void rememberFile(const QString& file);
void forgetRecentFiles();

} // namespace flowscent::ui
