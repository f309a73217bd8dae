// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/learn/base_model.h"
#include "engine/learn/dataset.h"
#include "engine/learn/episodes.h"
#include "engine/learn/torch/encoder_net.h"
#include "engine/learn/train_settings.h"

namespace flowscent::learn {

/// Fixed 5-way 5-shot episodes over captures that training never sees, by which it stops early. Capture-disjoint where
/// the split has five classes with a second capture. Judges with the very encoder and heads that the product uses.
class Validation {
public:
    Validation(Dataset dataset, const TrainSettings& settings);

    struct Accuracy {
        double mean = 0;  ///< over the episodes, 0..1
        double error = 0; ///< half the width of its 95 % interval
    };
    /// False when the split cannot fill an episode; then accuracy() must not be asked.
    [[nodiscard]] bool possible() const { return !m_episodes.empty(); }
    [[nodiscard]] bool disjoint() const { return m_disjoint; }
    [[nodiscard]] base::Result<Accuracy> accuracy(const EncoderNet& net, const BaseModel& model) const;

private:
    [[nodiscard]] base::Result<double> episodeAccuracy(const Episode& episode, const base::Matrix& embedded,
                                                       const HeadParameters& parameters) const;

    Dataset m_dataset;
    Method m_method;
    bool m_disjoint = false;
    std::vector<Episode> m_episodes;
};

} // namespace flowscent::learn
