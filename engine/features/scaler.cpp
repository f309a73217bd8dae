// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/features/scaler.h"

#include "engine/base/instructions.h"
#include "engine/features/feature_schema.h"
#include "engine/features/squash.h"

#include <algorithm>
#include <cmath>

namespace flowscent::features {

namespace {

constexpr float edge = 5.0F;
constexpr std::size_t validField = sequenceFields - 1;

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

bool present(std::span<const float> row, std::size_t packet)
{
    return row[packet * sequenceFields + validField] > 0.5F;
}

/// One number of a row after the other: how it is squashed and scaled.
class ScaledRow {
public:
    explicit ScaledRow(std::size_t size)
    {
        m_squash.reserve(size);
        m_median.reserve(size);
        m_range.reserve(size);
    }
    void add(Squash squash, float median, float range)
    {
        m_squash.push_back(maskOf(squash));
        m_median.push_back(median);
        m_range.push_back(range);
    }
    /// The first `count` numbers.
    void apply(const float* raw, float* into, std::size_t count) const
    {
        switch (base::widest()) {
        case base::Instructions::Any:
            return any(raw, into, count);
        case base::Instructions::Avx2:
            return avx2(raw, into, count);
        case base::Instructions::Avx512:
            return avx512(raw, into, count);
        }
    }

private:
    [[gnu::always_inline]] inline void compute(const float* raw, float* into, std::size_t count) const
    {
        const SquashMask* squash = m_squash.data();
        const float* median = m_median.data();
        const float* range = m_range.data();
        for (std::size_t i = 0; i < count; ++i) {
            const float value = (squashed(raw[i], squash[i]) - median[i]) / range[i];
            const float above = value < -edge ? -edge : value;
            into[i] = above > edge ? edge : above;
        }
    }
    void any(const float* raw, float* into, std::size_t count) const { compute(raw, into, count); }
    FLOWSCENT_FOR_AVX2 void avx2(const float* raw, float* into, std::size_t count) const { compute(raw, into, count); }
    FLOWSCENT_FOR_AVX512 void avx512(const float* raw, float* into, std::size_t count) const
    {
        compute(raw, into, count);
    }

    std::vector<SquashMask> m_squash;
    std::vector<float> m_median;
    std::vector<float> m_range;
};

} // namespace

Scaler Scaler::fit(const FeatureSet& raw)
{
    Scaler scaler;
    std::vector<float> column;
    for (std::size_t field = 0; field < sequenceFields; ++field) {
        column.clear();
        const SquashMask squash = maskOf(sequenceDefinitions()[field].squash);
        for (std::size_t row = 0; row < raw.size(); ++row) {
            const auto packets = raw.sequences.row(row);
            for (std::size_t packet = 0; packet < sequenceLength; ++packet) {
                if (present(packets, packet))
                    column.push_back(squashed(packets[packet * sequenceFields + field], squash));
            }
        }
        const Scale scale = scaleOf(column);
        scaler.sequenceMedian.push_back(scale.median);
        scaler.sequenceRange.push_back(scale.range);
    }
    for (std::size_t feature = 0; feature < raw.statistics.columns; ++feature) {
        column.clear();
        const SquashMask squash = maskOf(statisticDefinitions()[feature].squash);
        for (std::size_t row = 0; row < raw.size(); ++row)
            column.push_back(squashed(raw.statistics.row(row)[feature], squash));
        const Scale scale = scaleOf(column);
        scaler.statisticMedian.push_back(scale.median);
        scaler.statisticRange.push_back(scale.range);
    }
    return scaler;
}

FeatureSet Scaler::apply(const FeatureSet& raw) const
{
    FeatureSet result{base::Matrix(raw.size(), raw.sequences.columns),
                      base::Matrix(raw.size(), raw.statistics.columns)};
    apply(raw, 0, raw.size(), result);
    return result;
}

void Scaler::apply(const FeatureSet& raw, std::size_t first, std::size_t count, FeatureSet& into) const
{
    ScaledRow packetRow(sequenceLength *
                        sequenceFields); // all packets of a row at one go, which is faster than eight numbers at a time
    const auto packetFields = sequenceDefinitions();
    const auto statisticFields = statisticDefinitions();
    for (std::size_t packet = 0; packet < sequenceLength; ++packet) {
        for (std::size_t field = 0; field < sequenceFields; ++field)
            packetRow.add(packetFields[field].squash, sequenceMedian[field], sequenceRange[field]);
    }
    ScaledRow statisticRow(raw.statistics.columns);
    for (std::size_t i = 0; i < raw.statistics.columns; ++i)
        statisticRow.add(statisticFields[i].squash, statisticMedian[i], statisticRange[i]);

    for (std::size_t row = 0; row < count; ++row) {
        const auto packets = raw.sequences.row(first + row);
        const auto scaled = into.sequences.row(row);
        std::size_t end = sequenceLength; // behind the last packet: most flows are short
        while (end > 0 && !present(packets, end - 1))
            --end;
        packetRow.apply(packets.data(), scaled.data(), end * sequenceFields);
        for (std::size_t packet = 0; packet < end; ++packet) {
            const std::size_t at = packet * sequenceFields;
            if (present(packets, packet))
                scaled[at + validField] = packets[at + validField];
            else
                std::ranges::copy(packets.subspan(at, sequenceFields), scaled.subspan(at).begin());
        }
        std::ranges::copy(packets.subspan(end * sequenceFields), scaled.subspan(end * sequenceFields).begin());
        statisticRow.apply(raw.statistics.row(first + row).data(), into.statistics.row(row).data(),
                           raw.statistics.columns);
    }
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
