// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/baselines/baselines.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>

#include <linear.h>

namespace flowscent::learn {

namespace {

struct Close {
    void operator()(model* fitted) const noexcept { free_and_destroy_model(&fitted); }
};
using Model = std::unique_ptr<model, Close>;

/// liblinear's sparse rows: numbered from 1, closed by -1, with a constant 1 as the last feature (the bias, which is
/// regularised like the others, as in LinearSVC).
class SparseRows {
public:
    explicit SparseRows(const base::Matrix& dense)
        : m_nodes(dense.rows * (dense.columns + 2))
    {
        auto* node = m_nodes.data();
        for (std::size_t row = 0; row < dense.rows; ++row) {
            m_rows.push_back(node);
            int index = 0;
            for (const float value : dense.row(row)) {
                ++index;
                if (value != 0)
                    *node++ = {index, static_cast<double>(value)};
            }
            *node++ = {index + 1, 1.0};
            *node++ = {-1, 0.0};
        }
    }

    [[nodiscard]] feature_node** rows() { return m_rows.data(); }
    [[nodiscard]] const feature_node* row(std::size_t index) const { return m_rows[index]; }

private:
    std::vector<feature_node> m_nodes;
    std::vector<feature_node*> m_rows;
};

Model fit(const BaselineTask& task)
{
    static std::once_flag silenced;
    std::call_once(silenced, [] { set_print_string_function([](const char*) {}); });
    SparseRows rows(task.train);
    std::vector<double> labels(task.classOf.begin(), task.classOf.end());
    const problem examples{.l = static_cast<int>(task.train.rows),
                           .n = static_cast<int>(task.train.columns) + 1,
                           .y = labels.data(),
                           .x = rows.rows(),
                           .bias = 1};
    // The primal: it has the dual's optimum, and draws nothing from rand(), which all threads share.
    parameter settings{};
    settings.solver_type = L2R_L2LOSS_SVC;
    settings.C = 1;
    settings.eps = 1e-4;
    return Model(train(&examples, &settings));
}

void softmax(std::span<float> shares, const std::vector<double>& values)
{
    const double most = std::ranges::max(values);
    double sum = 0;
    for (const double value : values)
        sum += std::exp(value - most);
    std::ranges::transform(values, shares.begin(),
                           [&](double value) { return static_cast<float>(std::exp(value - most) / sum); });
}

} // namespace

base::Matrix linearSvm(const BaselineTask& task)
{
    const Model fitted = fit(task);
    const SparseRows asked(task.test);
    std::vector<double> decision(task.classes); // in the order in which liblinear met the classes
    std::vector<double> values(task.classes);
    base::Matrix shares(task.test.rows, task.classes);
    for (std::size_t row = 0; row < task.test.rows; ++row) {
        predict_values(fitted.get(), asked.row(row), decision.data());
        if (task.classes == 2)
            decision[1] = -decision[0]; // liblinear fits one vector for both
        for (std::size_t i = 0; i < decision.size(); ++i)
            values[static_cast<std::size_t>(fitted->label[i])] = decision[i];
        softmax(shares.row(row), values);
    }
    return shares;
}

} // namespace flowscent::learn
