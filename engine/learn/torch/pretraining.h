// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "engine/features/scaler.h"
#include "engine/learn/tasks/dataset.h"
#include "engine/learn/torch/methods/method.h"
#include "engine/learn/training/train_settings.h"

/// Before the first episode: the encoder learns to tell all training classes apart and to give the flows of a class,
/// seen through different networks, like embeddings. Inside the plugin only.
namespace flowscent::learn {

/// Flows of one contrast: they are compared with each other only, so that what is computed does not depend on how
/// batches are shared between threads and machines.
struct ContrastGroup {
    std::vector<std::uint32_t> rows; ///< of the dataset; each is seen twice
    std::uint64_t seed = 0;          ///< of its augmentations
};

/// Draws batches that are balanced by class: two flows each of as many classes as fit.
class PretrainingStream {
public:
    explicit PretrainingStream(const Dataset& dataset);
    [[nodiscard]] std::vector<ContrastGroup> next(std::uint32_t flows, base::Rng& rng) const;

private:
    std::vector<std::vector<std::uint32_t>> m_rowsOf; ///< classes with two flows at least
};

/// "pretrain.*": a classifier over all classes and a projection for the contrast; dropped afterwards.
[[nodiscard]] Parameters pretrainingParameters(std::int64_t embeddingSize, std::int64_t classes, base::Rng& rng);

struct PretrainLoss {
    torch::Tensor loss;
    double accuracy = 0; ///< of the classifier, 0..1
};
/// `share` of the supervised contrastive loss, the rest cross-entropy, over the two views of one group. views
/// [2, n, features], classOf [n].
[[nodiscard]] PretrainLoss pretrainLoss(const MetaModel& model, const torch::Tensor& views,
                                        const torch::Tensor& classOf, double share);

/// Khosla et al., "Supervised contrastive learning", NeurIPS 2020, equation 2 (the sum outside the logarithm): mean
/// over anchors of -1/|P| sum over p in P of log softmax of z.z_p / temperature among all others. z [n, d] of unit
/// length. An anchor without another of its class counts nothing.
[[nodiscard]] torch::Tensor supervisedContrast(const torch::Tensor& z, const torch::Tensor& classOf,
                                               double temperature);

/// Two views of a group's flows, scaled: augmented where the settings say so.
[[nodiscard]] torch::Tensor viewsOf(const ContrastGroup& group, const Dataset& dataset, const features::Scaler& scaler,
                                    bool augmented);

} // namespace flowscent::learn
