// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/evaluation/stacking.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>

namespace flowscent::learn {

using base::Error;
using base::failure;
using base::Matrix;

namespace {

constexpr int mostIterations = 10'000;
constexpr double settled = 1e-10; ///< largest change of a weight

base::Result<void> check(const std::vector<Matrix>& shares, const std::vector<std::uint16_t>& classOf)
{
    if (shares.empty())
        return failure(Error::Code::Support, "an ensemble needs a member");
    for (const Matrix& member : shares) {
        if (member.rows != classOf.size() || member.columns != shares[0].columns)
            return failure(Error::Code::Support, "the members of an ensemble answer in different shapes");
        if (std::ranges::any_of(member.values, [](float share) { return !(share >= 0 && share <= 1.0001F); }))
            return failure(Error::Code::Support, "a member of an ensemble gives no share between 0 and 1");
    }
    if (std::ranges::any_of(classOf, [&](std::uint16_t index) { return index >= shares[0].columns; }))
        return failure(Error::Code::Support, "an example's class is beyond the ways of the task");
    return {};
}

std::vector<double> alike(std::size_t members)
{
    return std::vector<double>(members, 1.0 / static_cast<double>(members));
}

/// One step of expectation-maximisation: each row's credit goes to the members by their part in its share.
std::vector<double> step(const std::vector<double>& weights, const std::vector<std::vector<double>>& given,
                         double prior)
{
    std::vector<double> credit(weights.size(), prior / static_cast<double>(weights.size()));
    for (const std::vector<double>& row : given) {
        const double sum = std::inner_product(row.begin(), row.end(), weights.begin(), 0.0);
        for (std::size_t j = 0; j < weights.size() && sum > 0; ++j)
            credit[j] += weights[j] * row[j] / sum;
    }
    const double all = std::accumulate(credit.begin(), credit.end(), 0.0);
    for (double& value : credit)
        value /= all;
    return credit;
}

void writeRows(const Matrix& from, Matrix& to, const std::vector<std::uint32_t>& places)
{
    for (std::size_t i = 0; i < places.size(); ++i)
        std::ranges::copy(from.row(i), to.row(places[i]).begin());
}

/// What the member says of each support row when it has learned from the other folds.
base::Result<Matrix> outOfFold(const Member& member, const std::vector<std::uint32_t>& support,
                               const std::vector<std::uint32_t>& foldOf)
{
    Matrix answers;
    for (std::uint32_t fold = 0; fold <= std::ranges::max(foldOf); ++fold) {
        std::vector<std::uint32_t> known;
        std::vector<std::uint32_t> asked;
        std::vector<std::uint32_t> places;
        for (std::uint32_t i = 0; i < support.size(); ++i) {
            (foldOf[i] == fold ? asked : known).push_back(support[i]);
            if (foldOf[i] == fold)
                places.push_back(i);
        }
        const auto answer = member(known, asked);
        if (!answer)
            return failure(answer.error());
        if (fold == 0)
            answers = Matrix(support.size(), answer->columns);
        if (answer->rows != asked.size() || answer->columns != answers.columns)
            return failure(Error::Code::Support, "a member of an ensemble answers in another shape than asked");
        writeRows(*answer, answers, places);
    }
    return answers;
}

base::Result<std::vector<double>> learnWeights(const std::vector<Member>& members,
                                               const std::vector<std::uint32_t>& support,
                                               const std::vector<std::uint16_t>& classOf, const StackSettings& settings,
                                               base::Rng& rng)
{
    const auto folds = stratifiedFolds(classOf, settings.folds, rng);
    if (folds.empty() || members.size() == 1)
        return alike(members.size());
    std::vector<Matrix> answers;
    for (const Member& member : members) {
        auto answer = outOfFold(member, support, folds);
        if (!answer)
            return failure(answer.error());
        answers.push_back(std::move(*answer));
    }
    return stackWeights(answers, classOf, settings.prior);
}

} // namespace

std::vector<std::uint32_t> stratifiedFolds(const std::vector<std::uint16_t>& classOf, std::uint32_t folds,
                                           base::Rng& rng)
{
    std::map<std::uint16_t, std::vector<std::size_t>> rowsOf;
    for (std::size_t row = 0; row < classOf.size(); ++row)
        rowsOf[classOf[row]].push_back(row);
    for (const auto& [index, rows] : rowsOf)
        folds = std::min(folds, static_cast<std::uint32_t>(rows.size()));
    if (folds < 2 || rowsOf.empty())
        return {};
    std::vector<std::uint32_t> foldOf(classOf.size());
    std::uint32_t next = 0; // goes on from class to class, so that the folds' sizes differ by one at most
    for (auto& [index, rows] : rowsOf) {
        rng.shuffle(std::span(rows));
        for (const std::size_t row : rows)
            foldOf[row] = next++ % folds;
    }
    return foldOf;
}

base::Result<std::vector<double>> stackWeights(const std::vector<Matrix>& shares,
                                               const std::vector<std::uint16_t>& classOf, double prior)
{
    if (auto good = check(shares, classOf); !good)
        return failure(good.error());
    if (!std::isfinite(prior) || prior <= 0)
        return failure(Error::Code::Argument, "the prior of an ensemble's weights must be a positive number");
    std::vector<std::vector<double>> given(classOf.size()); // to the true class, per row and member
    for (std::size_t row = 0; row < classOf.size(); ++row) {
        for (const Matrix& member : shares)
            given[row].push_back(static_cast<double>(member.row(row)[classOf[row]]));
    }
    std::vector<double> weights = alike(shares.size());
    for (int iteration = 0; iteration < mostIterations; ++iteration) {
        const std::vector<double> better = step(weights, given, prior);
        double moved = 0;
        for (std::size_t j = 0; j < weights.size(); ++j)
            moved = std::max(moved, std::abs(better[j] - weights[j]));
        weights = better;
        if (moved < settled)
            break;
    }
    return weights;
}

base::Result<Matrix> combine(const std::vector<Matrix>& shares, const std::vector<double>& weights)
{
    if (shares.empty() || shares.size() != weights.size())
        return failure(Error::Code::Support, "an ensemble needs a weight for each of its members");
    Matrix sum(shares[0].rows, shares[0].columns);
    for (std::size_t j = 0; j < shares.size(); ++j) {
        if (shares[j].rows != sum.rows || shares[j].columns != sum.columns)
            return failure(Error::Code::Support, "the members of an ensemble answer in different shapes");
        for (std::size_t i = 0; i < sum.values.size(); ++i)
            sum.values[i] += static_cast<float>(weights[j]) * shares[j].values[i];
    }
    return sum;
}

base::Result<Stacked> stack(const std::vector<Member>& members, const std::vector<std::uint32_t>& support,
                            const std::vector<std::uint16_t>& classOf, const std::vector<std::uint32_t>& query,
                            const StackSettings& settings, base::Rng& rng)
{
    if (members.empty() || support.empty() || support.size() != classOf.size())
        return failure(Error::Code::Support, "an ensemble needs a member and examples with their classes");
    auto weights = learnWeights(members, support, classOf, settings, rng);
    if (!weights)
        return failure(weights.error());
    std::vector<Matrix> answers;
    for (const Member& member : members) {
        auto answer = member(support, query);
        if (!answer)
            return failure(answer.error());
        answers.push_back(std::move(*answer));
    }
    auto shares = combine(answers, *weights);
    if (!shares)
        return failure(shares.error());
    return Stacked{std::move(*shares), std::move(*weights)};
}

} // namespace flowscent::learn
