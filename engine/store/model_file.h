// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "engine/base/error.h"
#include "engine/detect/detector.h"
#include "engine/learn/base_model.h"

namespace flowscent::store {

/// Model and detector files are safetensors (see FORMAT.md): plain tensors and JSON, loading never runs anything.
/// Reading refuses files over 256 MiB. Errors name the file and what is wrong with it.
[[nodiscard]] base::Result<learn::BaseModel> loadModel(const std::filesystem::path& file);
[[nodiscard]] base::Result<void> saveModel(const learn::BaseModel& model, const std::filesystem::path& file);
[[nodiscard]] base::Result<detect::Detector> loadDetector(const std::filesystem::path& file);
[[nodiscard]] base::Result<void> saveDetector(const detect::Detector& detector, const std::filesystem::path& file);

/// The model that ships with the program: $FLOWSCENT_RESOURCES/models/base.safetensors, else beside the executable
/// (../share/flowscent/models), else the source tree it was built from.
[[nodiscard]] std::filesystem::path resourceFolder();
[[nodiscard]] std::filesystem::path shippedModel();

} // namespace flowscent::store
