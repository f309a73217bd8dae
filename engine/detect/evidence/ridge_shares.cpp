// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/ridge_shares.h"

#include "engine/detect/robust_fit.h"

#include <algorithm>
#include <cmath>

namespace flowscent::detect {

using base::failure;

namespace {

/// Whose every row of the gathered examples is: kinds one behind the other, each by its numbers.
std::vector<ExampleShare> owners(const DescribedInput& input, const FlowNumbers& bank)
{
    std::vector<ExampleShare> all;
    for (const auto& [flows, kind] :
         {std::pair(&input.threat, ExampleKind::Threat), std::pair(&input.notThreat, ExampleKind::NotThreat),
          std::pair(&input.background, ExampleKind::Background), std::pair(&bank, ExampleKind::Bank)}) {
        for (const std::uint32_t row : numberOrder(*flows))
            all.push_back({kind, row});
    }
    return all;
}

} // namespace

std::vector<ExampleShare> RidgeShares::of(std::span<const float> embedding) const
{
    if (!values)
        return {};
    const auto all = values->shares(embedding);
    std::vector<ExampleShare> sorted = whose;
    for (std::size_t i = 0; i < all.size(); ++i)
        sorted[i].share = all[i];
    std::ranges::stable_sort(sorted, std::greater<>{}, [](const ExampleShare& one) { return std::abs(one.share); });
    return sorted;
}

base::Result<RidgeShares> ridgeShares(const Foundation& foundation, const Detector& detector,
                                      const DescribedInput& input, std::uint64_t seed)
{
    const auto ridge = std::ranges::find_if(detector.parts, [](const DetectorPart& part) {
        return !part.isForest() && part.head.kind == learn::HeadKind::Ridge;
    });
    if (ridge == detector.parts.end())
        return RidgeShares{};
    const FlowNumbers bank = usesBank(detector.method) ? foundation.bank : FlowNumbers{};
    const auto examples = gather(input, bank);
    if (!examples)
        return failure(examples.error());
    const auto fit =
        fitRobustly(*examples, {.method = detector.method, .heads = foundation.model->heads, .seed = seed});
    if (!fit)
        return failure(fit.error());
    auto values = ExampleShares::of(headTask(*examples, fit->used), foundation.model->heads);
    if (!values)
        return failure(values.error());
    if (!values->explains(ridge->head))
        return RidgeShares{};
    RidgeShares shares{std::move(*values), {}};
    const auto everybody = owners(input, bank);
    for (const std::uint32_t row : fit->used)
        shares.whose.push_back(everybody[row]);
    return shares;
}

} // namespace flowscent::detect
