// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcessEnvironment>
#include <QString>

namespace flowscent::ui {

/// Where a program is: the setting of that key (a path or a name), or `usual` as PATH has it. Empty when it is not
/// there or must not be run.
[[nodiscard]] QString otherProgram(const QString& setting, const QString& usual);

/// The person's own environment, less what would load our libraries or somebody's code into another program.
[[nodiscard]] QProcessEnvironment otherEnvironment();

} // namespace flowscent::ui
