// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/baselines.h"

#include "engine/learn/torch/parameters.h"

#include <opencv2/core.hpp>
#include <opencv2/ml.hpp>

namespace flowscent::learn {

namespace {

constexpr int trees = 100;

cv::Mat wrap(const base::Matrix& matrix)
{
    return {static_cast<int>(matrix.rows), static_cast<int>(matrix.columns), CV_32F,
            const_cast<float*>(matrix.values.data())};
}

} // namespace

base::Matrix randomForest(const base::Matrix& train, const std::vector<std::uint16_t>& classOf, std::uint16_t ways,
                          const base::Matrix& test, std::uint64_t seed)
{
    cv::theRNG() = cv::RNG(seed); // a bare state of 0 would draw zeros for ever
    const cv::Mat responses = cv::Mat(std::vector<int>(classOf.begin(), classOf.end()), true);
    const auto forest = cv::ml::RTrees::create();
    forest->setMaxDepth(25);
    forest->setMinSampleCount(2);
    forest->setActiveVarCount(0); // the root of the number of features, as everywhere
    forest->setCVFolds(0);
    forest->setTermCriteria({cv::TermCriteria::MAX_ITER, trees, 0});
    forest->train(wrap(train), cv::ml::ROW_SAMPLE, responses);

    cv::Mat votes; // first row: the classes; then one row of counts per sample
    forest->getVotes(wrap(test), votes, 0);
    base::Matrix shares(test.rows, ways);
    for (int column = 0; column < votes.cols; ++column) {
        const auto way = static_cast<std::size_t>(votes.at<int>(0, column));
        for (std::size_t row = 0; row < test.rows; ++row)
            shares.row(row)[way] = static_cast<float>(votes.at<int>(static_cast<int>(row) + 1, column)) / trees;
    }
    return shares;
}

base::Matrix logisticRegression(const base::Matrix& train, const std::vector<std::uint16_t>& classOf,
                                std::uint16_t ways, const base::Matrix& test)
{
    // scikit-learn's objective with C = 1: sum of cross-entropies + |W|^2 / 2, the bias left free.
    torch::Tensor weights = torch::zeros({static_cast<std::int64_t>(train.columns), ways}).requires_grad_();
    torch::Tensor bias = torch::zeros({ways}).requires_grad_();
    const torch::Tensor x = view(train);
    const torch::Tensor y = torch::tensor(std::vector<std::int64_t>(classOf.begin(), classOf.end()));
    torch::optim::LBFGS optimizer(
        {weights, bias}, torch::optim::LBFGSOptions(1.0).max_iter(100).line_search_fn(std::string("strong_wolfe")));
    optimizer.step([&] {
        optimizer.zero_grad();
        torch::Tensor loss = torch::cross_entropy_loss(torch::addmm(bias, x, weights), y, {}, at::Reduction::Sum) +
                             0.5 * weights.pow(2).sum();
        loss.backward();
        return loss;
    });
    const torch::NoGradGuard still;
    return toMatrix(torch::addmm(bias, view(test), weights).softmax(1));
}

} // namespace flowscent::learn
