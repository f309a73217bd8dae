// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/learn/tasks/dataset.h"
#include "engine/learn/tasks/episodes.h"
#include "engine/learn/torch/methods/method.h"
#include "engine/learn/training/train_settings.h"

namespace flowscent::learn {

/// Fixed 5-way 5-shot episodes over captures that training never sees, by which it stops early. Capture-disjoint where
/// the split has five classes with a second capture.
class Validation {
public:
    /// `inputs`: the dataset's scaled rows, [n, features].
    Validation(const Dataset& dataset, torch::Tensor inputs, const TrainSettings& settings);

    struct Accuracy {
        double mean = 0;  ///< over the episodes, 0..1
        double error = 0; ///< half the width of its 95 % interval
    };
    /// False when the split cannot fill an episode; then accuracy() must not be asked.
    [[nodiscard]] bool possible() const { return !m_episodes.empty(); }
    [[nodiscard]] bool disjoint() const { return m_disjoint; }
    [[nodiscard]] Accuracy accuracy(const FewShotMethod& method, const MetaModel& model) const;

private:
    torch::Tensor m_inputs;
    bool m_disjoint = false;
    std::vector<Episode> m_episodes;
};

/// Accuracy of every episode over rows of inputs [n, features], on two threads; no gradients. Episodes have one shape.
[[nodiscard]] std::vector<double> episodeAccuracies(const FewShotMethod& method, const MetaModel& model,
                                                    const torch::Tensor& inputs, std::span<const Episode> episodes);
/// All rows through the encoder, block by block on two threads; no gradients.
[[nodiscard]] torch::Tensor embedAll(const MetaModel& model, const torch::Tensor& inputs);
/// Calls f(0) and f(1) on two threads. What either throws is thrown here.
void onTwoThreads(const std::function<void(std::size_t)>& f);
/// The model with embeddings in the place of inputs.
[[nodiscard]] MetaModel onEmbeddings(const MetaModel& model);

} // namespace flowscent::learn
