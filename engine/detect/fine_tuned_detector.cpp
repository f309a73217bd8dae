// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/fine_tuned_detector.h"

namespace flowscent::detect {

using base::failure;

base::Result<Detector> adaptFineTuned(const learn::Backend& backend, const learn::BaseModel& model,
                                      const AdaptInput& input, const AdaptSettings& settings,
                                      const learn::FineTuneSettings& tuning, const std::stop_token& stop)
{
    auto tuned = backend.fineTuned(model, {input.threat, input.notThreat, input.background}, tuning, stop);
    if (!tuned)
        return failure(tuned.error());
    const auto own = std::make_shared<const learn::BaseModel>(std::move(*tuned));
    const auto encoder = backend.encoder(own);
    if (!encoder)
        return failure(encoder.error());
    const auto foundation = makeFoundation(**encoder, own);
    if (!foundation)
        return failure(foundation.error());
    return adapt(**encoder, *foundation, input, settings, stop);
}

} // namespace flowscent::detect
