// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "engine/base/error.h"
#include "engine/base/safetensors.h"
#include "engine/base/tensor_header.h"

/// For this module only: a tensor file with a checksum over all of it, so that one flipped bit in a weight, which any
/// reader would take for another number, is found.
namespace flowscent::store {

/// Adds the checksum "flowscent.sha256" and replaces the file as a whole.
[[nodiscard]] base::Result<void> writeSealed(base::TensorFile tensors, const std::filesystem::path& file);

/// The bytes of such a file.
[[nodiscard]] std::string sealedBytes(base::TensorFile tensors);

/// Format error when the bytes are no tensor file; Model error when the checksum is missing or another.
[[nodiscard]] base::Result<base::TensorFile> readSealed(const std::filesystem::path& file);

/// The header alone, to look at many files: the checksum is not looked at, so the tensors' numbers may be damaged.
/// Refuses what is no regular file (a pipe would be waited for), and headers over 32 MiB.
[[nodiscard]] base::Result<base::TensorHeader> readSealedHeader(const std::filesystem::path& file);

/// The error with the file as its place, unless it names one already.
[[nodiscard]] base::Error located(base::Error error, const std::filesystem::path& file);

} // namespace flowscent::store
