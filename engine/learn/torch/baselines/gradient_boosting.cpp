// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/baselines/baselines.h"

#include <array>
#include <cmath>
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

/// Friedman's step ("Greedy function approximation", Annals of Statistics 2001, algorithm 6) with a rate of 0.1: of K
/// classes it has the factor (K - 1) / K, and XGBoost's second derivative of the softmax is twice the true one.
double rateFor(std::uint16_t classes)
{
    return 0.2 * (classes - 1.0) / classes;
}

/// Boosting begins from how frequent the classes are.
void beginWith(const std::vector<float>& frequencies, const Rows& rows, std::size_t count)
{
    std::vector<float> margins;
    for (std::size_t row = 0; row < count; ++row)
        margins.insert(margins.end(), frequencies.begin(), frequencies.end());
    must(XGDMatrixSetFloatInfo(rows.get(), "base_margin", margins.data(), margins.size()));
}

std::vector<float> logFrequencies(const BaselineTask& task)
{
    std::vector<float> counts(task.classes);
    for (const std::uint16_t index : task.classOf)
        counts[index] += 1;
    for (float& count : counts)
        count = std::log(count / static_cast<float>(task.classOf.size()));
    return counts;
}

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
    // The exact method splits half-way between two examples; the histograms' cuts lie on one of them, which costs a
    // point with five examples per class. Each node looks at the root of the number of features, as a forest's does: a
    // few examples leave many splits equally good, and the first of them, taken in every round, would be 5 to 9 points
    // worse. scikit-learn's twin is GradientBoostingClassifier(max_features="sqrt").
    const double features = static_cast<double>(task.train.columns);
    const std::array settings{Setting{"objective", "multi:softprob"},
                              Setting{"num_class", std::to_string(task.classes)},
                              Setting{"tree_method", "exact"},
                              Setting{"max_depth", "3"},
                              Setting{"lambda", "0"},
                              Setting{"min_child_weight", "0.001"},
                              Setting{"eta", std::to_string(rateFor(task.classes))},
                              Setting{"colsample_bynode", std::to_string(std::sqrt(features) / features)},
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
    const std::vector<float> frequencies = logFrequencies(task);
    beginWith(frequencies, known, task.train.rows);
    const Booster booster = boosterOf(known, task);
    for (int round = 0; round < rounds; ++round)
        must(XGBoosterUpdateOneIter(booster.get(), round, known.get()));

    const Rows asked = rowsOf(task.test);
    beginWith(frequencies, asked, task.test.rows);
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
