// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/der_loss.h"

#include <limits>

namespace flowscent::learn {

using torch::Tensor;

Parameters grownHead(const Parameters& head, std::int64_t classes, std::int64_t embeddingSize, base::Rng& rng)
{
    const auto weight = head.find("classes.weight");
    const std::int64_t already = weight == head.end() ? 0 : weight->second.size(0);
    const std::int64_t more = classes - already;
    Parameters rows = initialised({{"classes.weight", {more, embeddingSize}}, {"classes.bias", {more}}}, rng);
    if (already == 0)
        return rows;
    for (auto& [name, tensor] : rows)
        tensor = torch::cat({head.at(name).detach(), tensor});
    return rows;
}

StoredLogits storedLogits(std::span<const Exemplar* const> exemplars, std::int64_t classes)
{
    const auto flows = static_cast<std::int64_t>(exemplars.size());
    StoredLogits stored{torch::zeros({flows, classes}), torch::zeros({flows, classes})};
    auto* values = stored.values.data_ptr<float>();
    auto* known = stored.known.data_ptr<float>();
    for (std::int64_t row = 0; row < flows; ++row) {
        const Exemplar& exemplar = *exemplars[static_cast<std::size_t>(row)];
        for (std::size_t i = 0; i < exemplar.logits.size(); ++i) {
            const std::int64_t at = row * classes + exemplar.logitClasses[i];
            values[at] = exemplar.logits[i];
            known[at] = 1;
        }
    }
    return stored;
}

DerLoss derPlusPlus(const DerBatch& batch, double alpha, double beta)
{
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    DerLoss result{torch::zeros({}), none, none, none};
    const auto add = [&result](const Tensor& loss, double weight) {
        result.loss = result.loss + weight * loss;
        return loss.item<double>();
    };
    if (batch.fresh.defined())
        result.fresh = add(torch::cross_entropy_loss(batch.fresh, batch.freshClass), 1);
    if (batch.remembered.defined()) {
        const Tensor away = (batch.remembered - batch.stored.values) * batch.stored.known;
        result.logits = add(away.pow(2).sum() / batch.stored.known.sum().clamp_min(1), alpha);
    }
    if (batch.replayed.defined())
        result.replayed = add(torch::cross_entropy_loss(batch.replayed, batch.replayedClass), beta);
    return result;
}

} // namespace flowscent::learn
