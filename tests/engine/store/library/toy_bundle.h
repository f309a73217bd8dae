// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "engine/base/random.h"
#include "engine/store/library/base_in_use.h"
#include "engine/store/library/bundle.h"

/// Bundles made in code, with an encoder of a few lines in place of LibTorch's.
namespace flowscent::test {

inline constexpr std::size_t toyWidth = 6; ///< of embeddings

/// `weight` makes another identity.
[[nodiscard]] learn::BaseModel toyBase(float weight = 0.25F);

/// Embeds a flow as its first statistics times `gain`, whatever the model's weights are.
[[nodiscard]] std::shared_ptr<const learn::Encoder> toyEncoder(float weight = 0.25F, float gain = 1);
[[nodiscard]] store::BaseInUse toyBaseInUse(float weight = 0.25F, float gain = 1);

/// Features of flows whose statistics lie around `shift`.
[[nodiscard]] features::FeatureSet toyFlows(std::size_t flows, double shift, base::Rng& rng);

/// A detector made by the toy encoder from examples around 4, counter-examples around -1 and background around 0, with
/// a provenance of `threats` + 2 flows.
[[nodiscard]] store::Bundle toyBundle(const std::string& name = "beacon", std::size_t threats = 3,
                                      std::uint64_t seed = 5);

/// The bundle's scores of the same 300 flows around 1.
[[nodiscard]] std::vector<float> toyScores(const detect::Detector& detector);

/// The file's bytes after a change to its tensors or entries, sealed again as an honest writer would.
[[nodiscard]] std::string resealed(const store::Bundle& bundle, const std::function<void(base::TensorFile&)>& change);

[[nodiscard]] std::string bytesOf(const std::filesystem::path& file);

} // namespace flowscent::test
