// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "ui/session/library_desk.h"

namespace flowscent::ui {

/// "Beacon-A saved as version 1. ... Earlier hits: 3 in other.pcap, first 2026-05-01 12:00:03.120 ..." - what a new
/// detector found in captures seen before, and what could not be looked through.
[[nodiscard]] QString retroText(const RetroFindings& findings);

} // namespace flowscent::ui
