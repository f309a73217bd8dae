// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/learn/backend.h"
#include "tests/engine/learn/toy_dataset.h"

/// For tests that load the plugin: seconds of training instead of hours.
namespace flowscent::test {

/// The plugin; ends the program when it cannot be loaded, since it was built with the test.
[[nodiscard]] const learn::Backend& plugin();

[[nodiscard]] learn::TrainSettings toySettings();
/// Trained on one toy world, stopped early on another; ends the program when training fails.
[[nodiscard]] learn::BaseModel toyModel(const learn::TrainSettings& settings = toySettings());

} // namespace flowscent::test
