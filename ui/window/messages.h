// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

#include "engine/flow/read_flows.h"

/// The sentences of the message bar: what happened, where, what was kept, what can be done.
namespace flowscent::ui {

/// A request had no answer. `captureOpen` says whether a capture stays on the screen.
[[nodiscard]] QString failureMessage(const base::Error& error, bool captureOpen);
/// What was odd about a capture that could be read; nothing when all went well.
[[nodiscard]] std::optional<QString> readMessage(const flow::ReadOutcome& outcome);

} // namespace flowscent::ui
