// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/learn/encoder_spec.h"
#include "engine/learn/export/export.h"

/// Inside the plugin only.
namespace flowscent::learn {

/// See Backend::exportTorchScript. The model's weights must be those of `spec`, and model and read-out have passed
/// checkExport. Throws what LibTorch throws.
[[nodiscard]] std::string torchScript(const BaseModel& model, const EncoderSpec& spec, const Readout& readout);

} // namespace flowscent::learn
