// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>

#include "engine/base/error.h"
#include "engine/base/matrix.h"
#include "engine/base/progress.h"
#include "engine/learn/backend.h"

namespace flowscent::detect {

/// What detectors are made from and score: row i of both is one flow. 692 bytes a flow with the shipped model. Plain
/// value.
struct FlowNumbers {
    base::Matrix embeddings; ///< n x embedding size of the model
    base::Matrix statistics; ///< n x statistics of the feature table, scaled by the model's scaler

    [[nodiscard]] std::size_t size() const { return embeddings.rows; }
    /// The named rows, in that order.
    [[nodiscard]] FlowNumbers rows(std::span<const std::uint32_t> indices) const;
    void append(const FlowNumbers& other);
    friend bool operator==(const FlowNumbers&, const FlowNumbers&) = default;
};

/// Numbers of flows from their raw features. Errors as of Encoder::embed.
[[nodiscard]] base::Result<FlowNumbers> describe(const learn::Encoder& encoder, const features::FeatureSet& raw,
                                                 const base::ProgressSink& progress, const std::stop_token& stop);

/// A base model made ready to give detectors. Immutable; any thread may share it.
struct Foundation {
    std::shared_ptr<const learn::BaseModel> model;
    FlowNumbers bank; ///< of the model's benign bank; empty where it has none
};

/// Embeds the bank, once: some milliseconds.
[[nodiscard]] base::Result<Foundation> makeFoundation(const learn::Encoder& encoder,
                                                      std::shared_ptr<const learn::BaseModel> model);

} // namespace flowscent::detect
