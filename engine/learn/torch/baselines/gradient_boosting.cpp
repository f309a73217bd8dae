// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/baselines/baselines.h"

#include <array>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>

#include <xgboost/c_api.h>

namespace flowscent::learn {

namespace {

constexpr int rounds = 100;

void must(int status)
{
    if (status != 0)
        throw std::runtime_error(XGBGetLastError());
}

struct CloseMatrix {
    void operator()(void* handle) const noexcept { XGDMatrixFree(handle); }
};
using Rows = std::unique_ptr<void, CloseMatrix>;

struct CloseBooster {
    void operator()(void* handle) const noexcept { XGBoosterFree(handle); }
};
using Booster = std::unique_ptr<void, CloseBooster>;

Rows rowsOf(const base::Matrix& matrix)
{
    DMatrixHandle handle = nullptr;
    must(XGDMatrixCreateFromMat_omp(matrix.values.data(), matrix.rows, matrix.columns,
                                    std::numeric_limits<float>::quiet_NaN(), &handle, 1));
    return Rows(handle);
}

Booster boosterOf(const Rows& rows, const BaselineTask& task)
{
    const DMatrixHandle known = rows.get();
    BoosterHandle handle = nullptr;
    must(XGBoosterCreate(&known, 1, &handle));
    Booster booster(handle);
    struct Setting {
        const char* name;
        std::string value;
    };
    // What scikit-learn's HistGradientBoostingClassifier does: trees of up to 31 leaves grown best first, no
    // regularisation. XGBoost's second derivative of the softmax is twice the true one, so its rate of 0.2 is 0.1.
    const std::array settings{Setting{"objective", "multi:softprob"},
                              Setting{"num_class", std::to_string(task.classes)},
                              Setting{"tree_method", "hist"},
                              Setting{"grow_policy", "lossguide"},
                              Setting{"max_leaves", "31"},
                              Setting{"max_depth", "0"},
                              Setting{"lambda", "0"},
                              Setting{"eta", "0.2"},
                              Setting{"min_child_weight", "0.001"},
                              Setting{"nthread", "1"},
                              Setting{"verbosity", "0"},
                              Setting{"seed", std::to_string(task.seed % std::numeric_limits<int>::max())}};
    for (const Setting& setting : settings)
        must(XGBoosterSetParam(booster.get(), setting.name, setting.value.c_str()));
    return booster;
}

} // namespace

base::Matrix gradientBoosting(const BaselineTask& task)
{
    const Rows known = rowsOf(task.train);
    const std::vector<float> labels(task.classOf.begin(), task.classOf.end());
    must(XGDMatrixSetFloatInfo(known.get(), "label", labels.data(), labels.size()));
    const Booster booster = boosterOf(known, task);
    for (int round = 0; round < rounds; ++round)
        must(XGBoosterUpdateOneIter(booster.get(), round, known.get()));

    const Rows asked = rowsOf(task.test);
    bst_ulong count = 0;
    const float* shares = nullptr; // the booster's own, until the next call
    must(XGBoosterPredict(booster.get(), asked.get(), 0, 0, 0, &count, &shares));
    base::Matrix answer(task.test.rows, task.classes);
    if (count != answer.values.size())
        throw std::runtime_error("XGBoost answers with another number of shares than asked for");
    answer.values.assign(shares, shares + count);
    return answer;
}

} // namespace flowscent::learn
