// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "engine/base/error.h"
#include "engine/base/safetensors.h"

namespace flowscent::store {

/// A training's checkpoint (learn::Training::checkpoint) as a sealed file (see FORMAT.md). The file is replaced as a
/// whole: a process that is killed while it writes leaves the checkpoint before.
[[nodiscard]] base::Result<void> saveCheckpoint(const base::TensorFile& checkpoint, const std::filesystem::path& file);
/// Format or Model error for what is damaged; what is in it is for Backend::resumeTraining to judge.
[[nodiscard]] base::Result<base::TensorFile> loadCheckpoint(const std::filesystem::path& file);

} // namespace flowscent::store
