// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <filesystem>
#include <vector>

namespace flowscent::ui {

/// Names of files as the engine takes them.
[[nodiscard]] inline std::vector<std::filesystem::path> filePaths(const QStringList& files)
{
    std::vector<std::filesystem::path> all;
    for (const QString& file : files)
        all.emplace_back(file.toStdString());
    return all;
}

} // namespace flowscent::ui
