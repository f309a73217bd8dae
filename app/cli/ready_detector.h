// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/detect/detector.h"

namespace flowscent::cli {

/// A detector from its file with the encoder that it needs, ready to score.
struct ReadyDetector {
    detect::Detector detector;
    std::shared_ptr<const learn::Encoder> encoder;
};

[[nodiscard]] base::Result<ReadyDetector> readyDetector(const std::string& file);

} // namespace flowscent::cli
