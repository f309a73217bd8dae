// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/flow_numbers.h"

#include "engine/base/matrix_rows.h"

#include <algorithm>
#include <cassert>

namespace flowscent::detect {

using base::failure;
using base::Matrix;

namespace {

constexpr std::size_t scaledAtOnce = 512; ///< flows; their packets are scaled on the way and not kept

Matrix scaledStatistics(const features::Scaler& scaler, const features::FeatureSet& raw)
{
    Matrix all(raw.size(), raw.statistics.columns);
    features::FeatureSet block{Matrix(scaledAtOnce, raw.sequences.columns),
                               Matrix(scaledAtOnce, raw.statistics.columns)};
    for (std::size_t first = 0; first < raw.size(); first += scaledAtOnce) {
        const std::size_t count = std::min(scaledAtOnce, raw.size() - first);
        scaler.apply(raw, first, count, block);
        for (std::size_t i = 0; i < count; ++i)
            std::ranges::copy(block.statistics.row(i), all.row(first + i).begin());
    }
    return all;
}

} // namespace

FlowNumbers FlowNumbers::rows(std::span<const std::uint32_t> indices) const
{
    return {base::rowsOf(embeddings, indices), base::rowsOf(statistics, indices)};
}

void FlowNumbers::append(const FlowNumbers& other)
{
    base::append(embeddings, other.embeddings);
    base::append(statistics, other.statistics);
}

base::Result<FlowNumbers> describe(const learn::Encoder& encoder, const features::FeatureSet& raw,
                                   const base::ProgressSink& progress, const std::stop_token& stop)
{
    if (raw.size() == 0)
        return FlowNumbers{};
    auto embeddings = encoder.embed(raw, progress, stop);
    if (!embeddings)
        return failure(embeddings.error());
    return FlowNumbers{std::move(*embeddings), scaledStatistics(encoder.model().scaler, raw)};
}

base::Result<Foundation> makeFoundation(const learn::Encoder& encoder, std::shared_ptr<const learn::BaseModel> model)
{
    auto bank = describe(encoder, model->bank, {}, {});
    if (!bank)
        return failure(bank.error());
    return Foundation{std::move(model), std::move(*bank)};
}

} // namespace flowscent::detect
