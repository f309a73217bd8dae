// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/baselines/baselines.h"

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

cv::Ptr<cv::ml::RTrees> grown(const base::Matrix& train, const cv::Mat& responses, std::uint64_t seed)
{
    cv::theRNG() = cv::RNG(seed); // a bare state of 0 would draw zeros for ever
    auto forest = cv::ml::RTrees::create();
    forest->setMaxDepth(25); // the most OpenCV allows; few examples end long before
    // Nodes of so many samples are leaves already, unlike those of scikit-learn's min_samples_split. With 2, a forest
    // of one example per class loses 6 points, for most of its leaves stay mixed.
    forest->setMinSampleCount(1);
    forest->setRegressionAccuracy(0);
    forest->setActiveVarCount(0); // the root of the number of features, as everywhere
    forest->setCVFolds(0);
    forest->setTermCriteria({cv::TermCriteria::MAX_ITER, trees, 0});
    forest->train(wrap(train), cv::ml::ROW_SAMPLE, responses);
    return forest;
}

} // namespace

base::Matrix randomForest(const BaselineTask& task)
{
    const cv::Mat responses = cv::Mat(std::vector<int>(task.classOf.begin(), task.classOf.end()), true);
    const auto forest = grown(task.train, responses, task.seed);

    cv::Mat votes; // first row: the classes; then one row of counts per sample
    forest->getVotes(wrap(task.test), votes, 0);
    base::Matrix shares(task.test.rows, task.classes);
    for (int column = 0; column < votes.cols; ++column) {
        const auto index = static_cast<std::size_t>(votes.at<int>(0, column));
        for (std::size_t row = 0; row < task.test.rows; ++row)
            shares.row(row)[index] = static_cast<float>(votes.at<int>(static_cast<int>(row) + 1, column)) / trees;
    }
    return shares;
}

base::Matrix shareForest(const BaselineTask& task)
{
    const cv::Mat responses = cv::Mat(std::vector<float>(task.classOf.begin(), task.classOf.end()), true);
    const auto forest = grown(task.train, responses, task.seed);
    cv::Mat means;
    forest->predict(wrap(task.test), means);
    base::Matrix shares(task.test.rows, 2);
    for (std::size_t row = 0; row < task.test.rows; ++row) {
        const float share = means.at<float>(static_cast<int>(row));
        shares.row(row)[0] = 1 - share;
        shares.row(row)[1] = share;
    }
    return shares;
}

} // namespace flowscent::learn
