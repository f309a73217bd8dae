// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/ready_detector.h"

#include "engine/store/model_file.h"

namespace flowscent::cli {

base::Result<ReadyDetector> readyDetector(const std::string& file)
{
    auto detector = store::loadDetector(file);
    if (!detector)
        return base::failure(detector.error());
    const auto engine = learn::backend();
    if (!engine)
        return base::failure(engine.error());
    auto encoder = (*engine)->encoder(detector->base);
    if (!encoder)
        return base::failure(encoder.error());
    return ReadyDetector{std::move(*detector), std::move(*encoder)};
}

} // namespace flowscent::cli
