// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>

#include "engine/base/progress.h"

namespace flowscent::base {

/// Calls `work` for every index below `count`, on the calling thread and a second one, in no certain order; begins no
/// further index once stopped. Returns when both are done. `progress` hears from the calling thread alone, under the
/// name `what`. `work` must be fit for two threads at once, and what it gives must not depend on the order.
void eachIndex(std::size_t count, const std::function<void(std::size_t)>& work, const std::string& what,
               const ProgressSink& progress, const std::stop_token& stop);

} // namespace flowscent::base
