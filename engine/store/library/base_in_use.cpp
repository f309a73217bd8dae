// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/library/base_in_use.h"

#include <algorithm>

namespace flowscent::store {

base::Result<BaseInUse> BaseInUse::of(std::shared_ptr<const learn::Encoder> encoder)
{
    BaseInUse base;
    base.m_model = {encoder, &encoder->model()}; // lives as long as the encoder
    base.m_identity = base.m_model->identity();
    base.m_encoder = std::move(encoder);
    return base;
}

base::Result<FlowNumbers> BaseInUse::describe(const features::FeatureSet& raw, const std::stop_token& stop) const
{
    if (raw.size() == 0)
        return FlowNumbers{};
    return m_encoder->embed(raw, {}, stop);
}

base::Result<detect::Detector> BaseInUse::fit(const detect::EmbeddedInput& examples,
                                              const detect::AdaptSettings& settings) const
{
    return detect::adapt(m_model, examples, settings);
}

FlowNumbers rowsOf(const FlowNumbers& numbers, std::span<const std::uint32_t> rows)
{
    FlowNumbers some(rows.size(), numbers.columns);
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::ranges::copy(numbers.row(rows[i]), some.row(i).begin());
    return some;
}

std::size_t sizeOf(const FlowNumbers& numbers)
{
    return numbers.rows;
}

} // namespace flowscent::store
