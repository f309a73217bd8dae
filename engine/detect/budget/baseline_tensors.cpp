// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/budget/conformal.h"

#include "engine/base/matrix_rows.h"

#include <algorithm>
#include <cmath>

namespace flowscent::detect {

using base::Error;
using base::failure;
using base::Matrix;

namespace {

constexpr const char* scoresName = "baseline.scores";       ///< of all groups, one after the other, each ascending
constexpr const char* groupsName = "baseline.groups";       ///< rows of group, flows; groups ascend
constexpr const char* rateName = "baseline.flows_per_hour"; ///< one number

Error unusable()
{
    return {Error::Code::Model, "holds a baseline of normal flows that makes no sense", {}};
}

bool isWhole(float value, float least, float most)
{
    return value >= least && value <= most && value == std::floor(value);
}

bool soundGroups(const Matrix& groups, std::size_t flows)
{
    if (groups.columns != 2 || groups.rows == 0 || groups.rows > Baseline::mostGroups)
        return false;
    std::size_t sum = 0;
    for (std::size_t row = 0; row < groups.rows; ++row) {
        const auto values = groups.row(row);
        if (!isWhole(values[0], 0, 65'535) || !isWhole(values[1], 1, static_cast<float>(Baseline::mostFlows)) ||
            (row > 0 && values[0] <= groups.row(row - 1)[0]))
            return false;
        sum += static_cast<std::size_t>(values[1]);
    }
    return sum == flows;
}

} // namespace

void Baseline::store(base::TensorFile& into) const
{
    std::vector<float> scores;
    Matrix groups(m_scoresOf.size(), 2);
    std::size_t row = 0;
    for (const auto& [group, some] : m_scoresOf) {
        scores.insert(scores.end(), some.begin(), some.end());
        groups.row(row)[0] = static_cast<float>(group);
        groups.row(row++)[1] = static_cast<float>(some.size());
    }
    into.put(scoresName, std::span<const float>(scores));
    into.put(groupsName, groups);
    into.put(rateName, std::span<const float>(std::vector{static_cast<float>(m_flowsPerHour)}));
}

base::Result<std::optional<Baseline>> Baseline::load(const base::TensorFile& from)
{
    if (!from.tensors.contains(scoresName))
        return std::optional<Baseline>();
    const auto scores = from.matrix(scoresName);
    const auto groups = from.matrix(groupsName);
    const auto rate = from.matrix(rateName);
    if (!scores || !groups || !rate)
        return failure(unusable());
    const bool rated = rate->values.size() == 1 && std::isfinite(rate->values[0]) && rate->values[0] >= 0;
    const bool finite = base::allFinite(*scores);
    if (!rated || !finite || scores->rows != 1 || !soundGroups(*groups, scores->values.size()))
        return failure(unusable());
    std::map<FlowGroup, std::vector<float>> scoresOf;
    auto next = scores->values.begin();
    for (std::size_t row = 0; row < groups->rows; ++row) {
        const auto end = next + static_cast<std::ptrdiff_t>(groups->row(row)[1]);
        if (!std::is_sorted(next, end))
            return failure(unusable());
        scoresOf[static_cast<FlowGroup>(groups->row(row)[0])].assign(next, end);
        next = end;
    }
    return std::optional(Baseline(std::move(scoresOf), static_cast<double>(rate->values[0])));
}

} // namespace flowscent::detect
