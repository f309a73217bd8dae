// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/support/part_opinions.h"

#include "engine/detect/combined_logit.h"

#include <algorithm>
#include <cmath>

namespace flowscent::detect {

std::vector<std::vector<float>> partOpinions(const Detector& detector, const FlowNumbers& flows)
{
    std::vector<std::vector<float>> opinions;
    for (DetectorPart part : detector.parts) {
        if (part.weight <= 0)
            continue;
        part.weight = 1;
        std::vector<float> scores;
        scores.reserve(flows.size());
        for (const double evidence : partEvidence(part, flows)) {
            const double above = (counted(part, evidence) - detector.line) / detector.temperature;
            scores.push_back(static_cast<float>(1.0 / (1.0 + std::exp(-above))));
        }
        opinions.push_back(std::move(scores));
    }
    return opinions;
}

} // namespace flowscent::detect
