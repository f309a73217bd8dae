// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/learn/training/train_settings.h"

namespace CLI {
class App;
}

namespace flowscent::cli {

/// One option for every training setting. The settings must outlive the command.
void addTrainSettings(CLI::App& command, learn::TrainSettings& settings);

} // namespace flowscent::cli
