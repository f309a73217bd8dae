// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/learn/base_model.h"
#include "engine/learn/encoder_spec.h"

namespace flowscent::test {

/// A model with random weights of every shape that the encoder needs, written down here once more from the encoders'
/// descriptions; biases and gains are random, too, so that a forgotten one shows. The scaler is the toy corpus's.
[[nodiscard]] learn::BaseModel randomModel(const learn::EncoderSpec& spec, std::uint64_t seed);

} // namespace flowscent::test
