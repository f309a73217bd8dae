// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/features/scaler.h"

#include "engine/features/feature_schema.h"

#include <algorithm>
#include <cmath>

namespace flowscent::features {

namespace {

constexpr float edge = 5.0F;
constexpr std::size_t validField = sequenceFields - 1;

float squashed(float value, Squash squash)
{
    switch (squash) {
    case Squash::None:
        return value;
    case Squash::Log:
        return std::log1p(std::max(0.0F, value));
    case Squash::SignedLog:
        return std::copysign(std::log1p(std::abs(value)), value);
    }
    return value;
}

/// Linear interpolation between order statistics, as numpy.percentile does by default.
float quantile(std::vector<float>& sorted, double share)
{
    const double at = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const auto above = std::min(below + 1, sorted.size() - 1);
    const double part = at - static_cast<double>(below);
    return static_cast<float>((1 - part) * sorted[below] + part * sorted[above]);
}

struct Scale {
    float median = 0;
    float range = 1;
};

Scale scaleOf(std::vector<float>& values)
{
    if (values.empty())
        return {};
    std::ranges::sort(values);
    const float range = quantile(values, 0.75) - quantile(values, 0.25);
    return {quantile(values, 0.5), range > 1e-6F ? range : 1.0F};
}

float scaled(float value, float median, float range)
{
    return std::clamp((value - median) / range, -edge, edge);
}

bool present(std::span<const float> row, std::size_t packet)
{
    return row[packet * sequenceFields + validField] > 0.5F;
}

} // namespace

Scaler Scaler::fit(const FeatureSet& raw)
{
    Scaler scaler;
    std::vector<float> column;
    for (std::size_t field = 0; field < sequenceFields; ++field) {
        column.clear();
        for (std::size_t row = 0; row < raw.size(); ++row) {
            const auto packets = raw.sequences.row(row);
            for (std::size_t packet = 0; packet < sequenceLength; ++packet) {
                if (present(packets, packet))
                    column.push_back(
                        squashed(packets[packet * sequenceFields + field], sequenceDefinitions()[field].squash));
            }
        }
        const Scale scale = scaleOf(column);
        scaler.sequenceMedian.push_back(scale.median);
        scaler.sequenceRange.push_back(scale.range);
    }
    for (std::size_t feature = 0; feature < raw.statistics.columns; ++feature) {
        column.clear();
        for (std::size_t row = 0; row < raw.size(); ++row)
            column.push_back(squashed(raw.statistics.row(row)[feature], statisticDefinitions()[feature].squash));
        const Scale scale = scaleOf(column);
        scaler.statisticMedian.push_back(scale.median);
        scaler.statisticRange.push_back(scale.range);
    }
    return scaler;
}

FeatureSet Scaler::apply(const FeatureSet& raw) const
{
    FeatureSet result = raw;
    for (std::size_t row = 0; row < raw.size(); ++row) {
        const auto packets = result.sequences.row(row);
        for (std::size_t packet = 0; packet < sequenceLength; ++packet) {
            if (!present(raw.sequences.row(row), packet))
                continue;
            for (std::size_t field = 0; field < validField; ++field) {
                float& value = packets[packet * sequenceFields + field];
                value = scaled(squashed(value, sequenceDefinitions()[field].squash), sequenceMedian[field],
                               sequenceRange[field]);
            }
        }
        const auto statistics = result.statistics.row(row);
        for (std::size_t i = 0; i < statistics.size(); ++i)
            statistics[i] = scaled(squashed(statistics[i], statisticDefinitions()[i].squash), statisticMedian[i],
                                   statisticRange[i]);
    }
    return result;
}

void Scaler::put(base::TensorFile& file) const
{
    file.put("scaler.sequence_median", sequenceMedian);
    file.put("scaler.sequence_range", sequenceRange);
    file.put("scaler.statistic_median", statisticMedian);
    file.put("scaler.statistic_range", statisticRange);
}

base::Result<Scaler> Scaler::take(const base::TensorFile& file)
{
    Scaler scaler;
    struct Part {
        const char* name;
        std::vector<float>* values;
        std::size_t size;
        bool positive;
    };
    const std::size_t statistics = statisticDefinitions().size();
    for (const Part& part : {Part{"scaler.sequence_median", &scaler.sequenceMedian, sequenceFields, false},
                             Part{"scaler.sequence_range", &scaler.sequenceRange, sequenceFields, true},
                             Part{"scaler.statistic_median", &scaler.statisticMedian, statistics, false},
                             Part{"scaler.statistic_range", &scaler.statisticRange, statistics, true}}) {
        auto matrix = file.matrix(part.name);
        if (!matrix)
            return base::failure(matrix.error());
        if (matrix->rows != 1 || matrix->columns != part.size)
            return base::failure(base::Error::Code::Model,
                                 std::string("the tensor '") + part.name + "' has another size than the feature table");
        if (part.positive && std::ranges::any_of(matrix->values, [](float value) { return !(value > 0); }))
            return base::failure(base::Error::Code::Model,
                                 std::string("the tensor '") + part.name + "' holds a range that is not positive");
        *part.values = std::move(matrix->values);
    }
    return scaler;
}

} // namespace flowscent::features
