// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/library/base_in_use.h"

namespace flowscent::store {

base::Result<BaseInUse> BaseInUse::of(std::shared_ptr<const learn::Encoder> encoder)
{
    const std::shared_ptr<const learn::BaseModel> model(encoder, &encoder->model()); // lives as long as the encoder
    auto foundation = detect::makeFoundation(*encoder, model);
    if (!foundation)
        return base::failure(foundation.error());
    BaseInUse base;
    base.m_identity = model->identity();
    base.m_foundation = std::make_shared<const detect::Foundation>(std::move(*foundation));
    base.m_encoder = std::move(encoder);
    return base;
}

base::Result<detect::FlowNumbers> BaseInUse::describe(const features::FeatureSet& raw,
                                                      const std::stop_token& stop) const
{
    return detect::describe(*m_encoder, raw, {}, stop);
}

base::Result<detect::DescribedInput> BaseInUse::describe(const detect::AdaptInput& raw,
                                                         const std::stop_token& stop) const
{
    return detect::describe(*m_encoder, raw, stop);
}

base::Result<detect::Detector> BaseInUse::fit(const detect::DescribedInput& examples,
                                              const detect::AdaptSettings& settings) const
{
    return detect::adapt(*m_foundation, examples, settings);
}

} // namespace flowscent::store
