// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/error.h"
#include "engine/features/extract.h"

namespace flowscent::learn {

/// Which of the encoder's weights fine-tuning may move.
enum class FineTuneScope : std::uint8_t {
    Last, ///< encoder.norm and encoder.out alone, as ANIL would (Raghu et al., ICLR 2020)
    All   ///< every tensor, as MAML would (Finn et al., ICML 2017)
};
[[nodiscard]] std::string_view text(FineTuneScope scope);
[[nodiscard]] base::Result<FineTuneScope> parseFineTuneScope(std::string_view text);

/// What an encoder is fine-tuned on: raw features.
struct FineTuneExamples {
    features::FeatureSet threat;     ///< at least one row
    features::FeatureSet notThreat;  ///< counter-examples; may be empty
    features::FeatureSet background; ///< unlabelled: may hold the threat, hence weighs less and is looked through
};

struct FineTuneSettings {
    FineTuneScope scope = FineTuneScope::Last;
    std::uint32_t steps = 10; ///< of gradient descent, at most; 0..1000, none gives the model's own weights
    double rate = 0.1;        ///< > 0
    double clip = 1.0;        ///< longest gradient, > 0
    /// How strongly weights are pulled to where they began, >= 0: the penalty is half of it times their squared
    /// distance (L2-SP: Li, Grandvalet and Davoine, "Explicit inductive bias for transfer learning", ICML 2018).
    double pull = 0.01;
    std::uint64_t seed = 1; ///< of views of a single example and of the draw from the bank

    friend bool operator==(const FineTuneSettings&, const FineTuneSettings&) = default;
};

/// Argument error that names the first setting out of its range.
[[nodiscard]] base::Result<void> check(const FineTuneSettings& settings);

} // namespace flowscent::learn
