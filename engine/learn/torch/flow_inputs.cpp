// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/flow_inputs.h"

#include "engine/base/matrix_rows.h"
#include "engine/features/feature_schema.h"
#include "engine/learn/torch/encoders/encoder.h"

#include <algorithm>
#include <cmath>

namespace flowscent::learn {

using base::Error;
using base::failure;

namespace {

bool finite(const features::FeatureSet& set)
{
    return base::allFinite(set.sequences) && base::allFinite(set.statistics);
}

} // namespace

base::Result<void> checkFlows(const features::FeatureSet& raw, const BaseModel& model, const std::string& who)
{
    const auto whole = [&raw](const base::Matrix& matrix, std::size_t columns) {
        return matrix.rows == raw.size() && matrix.columns == columns && matrix.values.size() == raw.size() * columns;
    };
    if (!whole(raw.sequences, features::sequenceLength * features::sequenceFields) ||
        !whole(raw.statistics, model.scaler.statisticMedian.size()))
        return failure(Error::Code::Support, who + "'s features have another size than the model's");
    if (!finite(raw))
        return failure(Error::Code::Support, who + "'s features hold a number that is not finite");
    return {};
}

base::Result<torch::Tensor> flowInputs(const features::FeatureSet& raw, const BaseModel& model, const std::string& who)
{
    const features::FeatureSet scaled = model.scaler.apply(raw);
    if (!finite(scaled))
        return failure(Error::Code::Support, who + "'s features hold a number that no flow can have");
    return inputsOf(scaled);
}

} // namespace flowscent::learn
