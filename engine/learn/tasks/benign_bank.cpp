// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/tasks/benign_bank.h"

#include "engine/base/random.h"

#include <algorithm>

namespace flowscent::learn {

namespace {

constexpr std::uint64_t bankStream = 0xba4b; ///< moves no other draw of a training

} // namespace

features::FeatureSet drawBenignBank(const Dataset& training, std::size_t flows, std::uint64_t seed)
{
    std::vector<std::uint32_t> benign;
    for (std::uint32_t row = 0; row < training.size(); ++row) {
        if (!training.threatClass[training.classOf[row]])
            benign.push_back(row);
    }
    base::Rng rng = base::Rng(seed).fork(bankStream);
    rng.shuffle(std::span(benign));
    benign.resize(std::min(benign.size(), flows));
    std::ranges::sort(benign);
    return training.features.rows(benign);
}

} // namespace flowscent::learn
