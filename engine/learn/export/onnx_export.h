// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/learn/export/export.h"

namespace flowscent::learn {

/// The model as an ONNX file (https://onnx.ai/onnx, operator set 13, float32 throughout). Outputs: "embedding"
/// n x embeddingSize; with a head "logits" n x ways; with a detector "logit" n and "score" n. Needs no LibTorch.
/// Errors: Model (a tensor is missing or misshapen, the read-out does not fit), Argument (an encoder unknown to this
/// version).
[[nodiscard]] base::Result<std::string> exportOnnx(const BaseModel& model, const Readout& readout);

} // namespace flowscent::learn
