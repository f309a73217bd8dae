// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/learn/replay/der_reference.h"

#include <algorithm>
#include <cmath>

namespace flowscent::test {

namespace {

double meanCrossEntropy(const std::vector<LabelledLogits>& flows)
{
    double sum = 0;
    for (const LabelledLogits& flow : flows)
        sum += crossEntropy(flow);
    return flows.empty() ? 0.0 : sum / static_cast<double>(flows.size());
}

double meanSquaredError(const std::vector<StoredLogits>& flows)
{
    double sum = 0;
    std::size_t count = 0;
    for (const StoredLogits& flow : flows) {
        for (std::size_t i = 0; i < flow.now.size(); ++i, ++count)
            sum += (flow.now[i] - flow.then[i]) * (flow.now[i] - flow.then[i]);
    }
    return count == 0 ? 0.0 : sum / static_cast<double>(count);
}

} // namespace

double crossEntropy(const LabelledLogits& flow)
{
    const double largest = *std::ranges::max_element(flow.logits); // exp of large logits would overflow
    double sum = 0;
    for (const double logit : flow.logits)
        sum += std::exp(logit - largest);
    return largest + std::log(sum) - flow.logits[flow.label];
}

double derPlusPlus(const std::vector<LabelledLogits>& fresh, const std::vector<StoredLogits>& remembered,
                   const std::vector<LabelledLogits>& replayed, double alpha, double beta)
{
    return meanCrossEntropy(fresh) + alpha * meanSquaredError(remembered) + beta * meanCrossEntropy(replayed);
}

} // namespace flowscent::test
