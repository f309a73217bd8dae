// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/detect/evidence/curved_encoder.h"

#include "engine/base/random.h"
#include "engine/features/feature_schema.h"
#include "engine/learn/tasks/episode_index.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace flowscent::test {

using base::Matrix;
using features::FeatureSet;
using features::sequenceFields;
using features::sequenceLength;

namespace {

constexpr std::size_t packetColumns = sequenceLength * sequenceFields;

} // namespace

CurvedEncoder::CurvedEncoder(Matrix weights)
    : m_weights(std::move(weights))
{
    const std::size_t statistics = features::statisticDefinitions().size();
    m_model.scaler = {std::vector<float>(sequenceFields, 0.0F), std::vector<float>(sequenceFields, 1.0F),
                      std::vector<float>(statistics, 4.0F), std::vector<float>(statistics, 1.0F)};
    m_model.scaler.sequenceRange[0] = 4; // sizes
    m_model.scaler.sequenceRange[2] = 4; // gaps
    m_model.embeddingSize = m_weights.rows;
}

base::Result<Matrix> CurvedEncoder::embed(const FeatureSet& raw, const base::ProgressSink&,
                                          const std::stop_token& stop) const
{
    return embedScaled(m_model.scaler.apply(raw), stop);
}

base::Result<Matrix> CurvedEncoder::embedScaled(const FeatureSet& scaled, const std::stop_token&) const
{
    const Matrix flows = learn::sideBySide(scaled);
    Matrix embeddings(flows.rows, m_weights.rows);
    for (std::size_t row = 0; row < flows.rows; ++row) {
        for (std::size_t k = 0; k < m_weights.rows; ++k) {
            double sum = 0;
            for (std::size_t i = 0; i < flows.columns; ++i)
                sum += double{m_weights.row(k)[i]} * double{flows.row(row)[i]};
            embeddings.row(row)[k] = static_cast<float>(std::tanh(sum));
        }
    }
    return embeddings;
}

base::Result<FeatureSet> CurvedEncoder::gradients(const FeatureSet& scaled, const Matrix& weights,
                                                  const std::stop_token& stop) const
{
    const auto embeddings = embedScaled(scaled, stop);
    FeatureSet slopes{Matrix(scaled.size(), packetColumns), Matrix(scaled.size(), scaled.statistics.columns)};
    for (std::size_t row = 0; row < scaled.size(); ++row) {
        for (std::size_t k = 0; k < m_weights.rows; ++k) {
            const float value = embeddings->row(row)[k];
            const float factor = weights.row(row)[k] * (1 - value * value);
            const auto by = m_weights.row(k);
            for (std::size_t i = 0; i < packetColumns; ++i)
                slopes.sequences.row(row)[i] += factor * by[i];
            for (std::size_t i = 0; i < slopes.statistics.columns; ++i)
                slopes.statistics.row(row)[i] += factor * by[packetColumns + i];
        }
    }
    return slopes;
}

std::size_t statistic(std::string_view name)
{
    const auto all = features::statisticDefinitions();
    const auto found = std::ranges::find(all, name, &features::FeatureDefinition::name);
    if (found == all.end())
        std::abort();
    return static_cast<std::size_t>(found - all.begin());
}

std::shared_ptr<const learn::Encoder> encoderOf(std::string_view loudStatistic)
{
    constexpr std::size_t size = 6;
    base::Rng rng(11);
    Matrix weights(size, packetColumns + features::statisticDefinitions().size());
    for (float& weight : weights.values)
        weight = static_cast<float>(0.01 * rng.normal());
    weights.row(0)[packetColumns + statistic(loudStatistic)] = 0.3F;
    return std::make_shared<const CurvedEncoder>(std::move(weights));
}

FeatureSet chanceFlows(std::size_t count, std::uint64_t seed)
{
    base::Rng rng(seed);
    FeatureSet set{Matrix(count, packetColumns), Matrix(count, features::statisticDefinitions().size())};
    for (std::size_t row = 0; row < count; ++row) {
        const std::size_t packets = 3 + rng.below(10);
        for (std::size_t packet = 0; packet < packets; ++packet) {
            const auto values = set.sequences.row(row).subspan(packet * sequenceFields, sequenceFields);
            values[1] = rng.below(2) == 0 ? 1.0F : -1.0F;
            values[0] = values[1] * static_cast<float>(rng.below(1400));
            values[2] = static_cast<float>(rng.below(100'000));
            values[4] = static_cast<float>(rng.below(2));
            values[sequenceFields - 1] = 1;
        }
        for (float& value : set.statistics.row(row))
            value = static_cast<float>(std::exp(4 + rng.normal()));
    }
    return set;
}

} // namespace flowscent::test
