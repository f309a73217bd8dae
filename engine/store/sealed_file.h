// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "engine/base/error.h"
#include "engine/base/safetensors.h"

/// For this module only: a tensor file with a checksum over all of it, so that one flipped bit in a weight, which any
/// reader would take for another number, is found.
namespace flowscent::store {

/// Adds the checksum "flowscent.sha256" and replaces the file as a whole.
[[nodiscard]] base::Result<void> writeSealed(base::TensorFile tensors, const std::filesystem::path& file);

/// Format error when the bytes are no tensor file; Model error when the checksum is missing or another.
[[nodiscard]] base::Result<base::TensorFile> readSealed(const std::filesystem::path& file);

/// The error with the file as its place, unless it names one already.
[[nodiscard]] base::Error located(base::Error error, const std::filesystem::path& file);

} // namespace flowscent::store
