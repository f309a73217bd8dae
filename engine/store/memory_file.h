// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "engine/base/error.h"
#include "engine/learn/replay/continual_memory.h"

namespace flowscent::store {

/// What a continual training remembers, as a sealed file (see FORMAT.md). It holds features of the flows it was taught:
/// sizes, times and flags of packets, no addresses and no payload. Errors name the file and what is wrong with it.
[[nodiscard]] base::Result<learn::ContinualMemory> loadMemory(const std::filesystem::path& file);
[[nodiscard]] base::Result<void> saveMemory(const learn::ContinualMemory& memory, const std::filesystem::path& file);

} // namespace flowscent::store
