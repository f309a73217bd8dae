// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/safetensors.h"
#include "engine/detect/detector.h"

/// For this module only: a detector as the tensors and entries of its file, so that a bundle can put more beside them.
namespace flowscent::store {

[[nodiscard]] base::TensorFile detectorTensors(const detect::Detector& detector);
/// Model error, without the file's name, for what scoring could not rely on.
[[nodiscard]] base::Result<detect::Detector> detectorFrom(const base::TensorFile& file);

} // namespace flowscent::store
