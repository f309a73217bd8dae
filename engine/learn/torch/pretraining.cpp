// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/pretraining.h"

#include "engine/learn/augment/augment.h"
#include "engine/learn/torch/encoders/encoder.h"

#include <algorithm>

namespace flowscent::learn {

using torch::Tensor;

namespace {

constexpr std::uint32_t groupFlows = 48;
constexpr std::uint32_t flowsOfClass = 2;
constexpr double temperature = 0.1; // as in the paper
constexpr double masked = -1e9;

} // namespace

PretrainingStream::PretrainingStream(const Dataset& dataset)
{
    std::vector<std::vector<std::uint32_t>> rowsOf(dataset.classNames.size());
    for (std::uint32_t row = 0; row < dataset.size(); ++row)
        rowsOf[dataset.classOf[row]].push_back(row);
    for (auto& rows : rowsOf) {
        if (rows.size() >= flowsOfClass)
            m_rowsOf.push_back(std::move(rows));
    }
}

std::vector<ContrastGroup> PretrainingStream::next(std::uint32_t flows, base::Rng& rng) const
{
    std::vector<ContrastGroup> groups;
    for (std::uint32_t left = flows; left > 0;) {
        ContrastGroup group;
        const std::uint32_t wanted = std::min(left, groupFlows);
        const std::uint32_t classes = (wanted + flowsOfClass - 1) / flowsOfClass;
        for (const std::uint32_t index : rng.sample(static_cast<std::uint32_t>(m_rowsOf.size()), classes)) {
            const auto& rows = m_rowsOf[index];
            for (const std::uint32_t pick : rng.sample(static_cast<std::uint32_t>(rows.size()), flowsOfClass))
                group.rows.push_back(rows[pick]);
        }
        group.seed = rng.next();
        left -= wanted;
        groups.push_back(std::move(group));
    }
    return groups;
}

Parameters pretrainingParameters(std::int64_t embeddingSize, std::int64_t classes, base::Rng& rng)
{
    return initialised({{"pretrain.classes.weight", {classes, embeddingSize}},
                        {"pretrain.classes.bias", {classes}},
                        {"pretrain.projection.weight", {embeddingSize, embeddingSize}},
                        {"pretrain.projection.bias", {embeddingSize}}},
                       rng);
}

Tensor supervisedContrast(const Tensor& z, const Tensor& classOf, double sharpness)
{
    const Tensor itself = torch::eye(z.size(0), z.options());
    const Tensor logits = z.mm(z.t()) / sharpness + masked * itself;
    const Tensor positive = classOf.unsqueeze(0).eq(classOf.unsqueeze(1)).to(z.scalar_type()) - itself;
    const Tensor count = positive.sum(1);
    const Tensor each = -(positive * logits.log_softmax(1)).sum(1) / count.clamp_min(1);
    return each.sum() / count.gt(0).sum().clamp_min(1);
}

PretrainLoss pretrainLoss(const MetaModel& model, const Tensor& views, const Tensor& classOf, double share)
{
    const Tensor flat = views.flatten(0, 1);
    const Tensor twice = classOf.repeat({2});
    const Tensor embedded = model.embed(flat);
    const Tensor logits = linear(model.parameters, "pretrain.classes", embedded);
    PretrainLoss result;
    result.loss = (1 - share) * torch::cross_entropy_loss(logits, twice);
    if (share > 0) {
        const Tensor projected = linear(model.parameters, "pretrain.projection", embedded);
        const Tensor z = projected / projected.pow(2).sum(1, true).add(1e-12).sqrt();
        result.loss = result.loss + share * supervisedContrast(z, twice, temperature);
    }
    result.accuracy = logits.detach().argmax(1).eq(twice).to(torch::kFloat).mean().item<double>();
    return result;
}

Tensor viewsOf(const ContrastGroup& group, const Dataset& dataset, const features::Scaler& scaler, bool augmented)
{
    const features::FeatureSet raw = dataset.features.rows(group.rows);
    base::Rng rng(group.seed);
    std::vector<Tensor> views;
    for (int view = 0; view < 2; ++view)
        views.push_back(inputsOf(scaler.apply(augmented ? augment(raw, AugmentSettings{}, rng) : raw)));
    return torch::stack(views);
}

} // namespace flowscent::learn
