// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace flowscent::learn {

enum class EncoderKind : std::uint8_t {
    PatchConv,   ///< the default: patches of four packets through a shared map, neighbours merged, pooled
    Mlp,         ///< packets and statistics side by side through a perceptron
    Cnn,         ///< strided 1-D convolutions over packets
    Gru,         ///< gated recurrent unit over packets (Cho et al., EMNLP 2014)
    Transformer, ///< pre-norm self-attention over packets (Vaswani et al., NIPS 2017)
};

/// Architecture and size of an encoder; models carry its text.
struct EncoderSpec {
    EncoderKind kind = EncoderKind::PatchConv;
    std::uint32_t width = 64; ///< of every hidden layer
    std::uint32_t depth = 1;  ///< hidden layers (mlp), convolutions (cnn), blocks (transformer); 1 for the others
    std::uint32_t embeddingSize = 64;

    /// "patch-conv-64", "transformer-32x2", "gru-32-e16": kind, width, depth unless 1, embedding size unless 64.
    [[nodiscard]] std::string text() const;
    /// Argument error for an unknown kind or a size beyond 8..512 (width, embedding) or 1..6 (depth).
    [[nodiscard]] static base::Result<EncoderSpec> parse(std::string_view text);
    friend bool operator==(const EncoderSpec&, const EncoderSpec&) = default;
};

} // namespace flowscent::learn
