// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/evaluation/cross_validation.h"

#include "engine/base/each_index.h"
#include "engine/base/matrix_rows.h"

#include <algorithm>
#include <map>
#include <set>

namespace flowscent::learn {

using base::failure;
using base::Matrix;
using base::Result;

namespace {

using RowsOf = std::map<std::uint32_t, std::vector<std::uint32_t>>; ///< by value

RowsOf byValue(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> values)
{
    RowsOf rowsOf;
    for (const std::uint32_t row : rows)
        rowsOf[values[row]].push_back(row);
    return rowsOf;
}

/// The most flows a value may keep so that no more than `most` stay.
std::size_t fairShare(const RowsOf& rowsOf, std::size_t perValue, std::size_t most)
{
    const auto kept = [&](std::size_t each) {
        std::size_t sum = 0;
        for (const auto& [value, rows] : rowsOf)
            sum += std::min(each, rows.size());
        return sum;
    };
    while (perValue > 1 && kept(perValue) > most)
        --perValue;
    return perValue;
}

/// Values that have enough flows, in enough groups.
RowsOf askable(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> values,
               std::span<const std::uint32_t> groups)
{
    RowsOf rowsOf = byValue(rows, values);
    std::erase_if(rowsOf, [&](const auto& entry) {
        std::set<std::uint32_t> groupsOf;
        for (const std::uint32_t row : entry.second)
            groupsOf.insert(groups.empty() ? row : groups[row]);
        return entry.second.size() < fewestToValidate || groupsOf.size() < 2;
    });
    return rowsOf;
}

/// Units (flows or groups) of one value are dealt to the folds in turn, so that every value is in as many as can be.
/// A group that several values share stays where the first of them put it.
std::map<std::uint32_t, std::uint8_t> dealFolds(const RowsOf& rowsOf, std::span<const std::uint32_t> groups,
                                                base::Rng& rng)
{
    std::map<std::uint32_t, std::uint8_t> foldOf;
    std::size_t next = 0;
    for (const auto& [value, rows] : rowsOf) {
        std::set<std::uint32_t> units;
        for (const std::uint32_t row : rows)
            units.insert(groups.empty() ? row : groups[row]);
        std::vector<std::uint32_t> order(units.begin(), units.end());
        rng.shuffle(std::span(order));
        for (const std::uint32_t unit : order) {
            if (foldOf.emplace(unit, static_cast<std::uint8_t>(next % validationFolds)).second)
                ++next;
        }
    }
    return foldOf;
}

/// Without columns that say the same of every row: a branch of OpenCV's forest ends where none of the columns drawn for
/// it splits, which scikit-learn's does not. At least one column stays.
Matrix varying(const Matrix& all)
{
    std::vector<std::size_t> kept;
    for (std::size_t column = 0; column < all.columns; ++column) {
        const auto differs = [&](std::size_t row) { return all.row(row)[column] != all.row(0)[column]; };
        bool varies = false;
        for (std::size_t row = 1; row < all.rows && !varies; ++row)
            varies = differs(row);
        if (varies)
            kept.push_back(column);
    }
    if (kept.empty())
        kept.push_back(0);
    Matrix chosen(all.rows, kept.size());
    for (std::size_t row = 0; row < all.rows; ++row) {
        for (std::size_t i = 0; i < kept.size(); ++i)
            chosen.row(row)[i] = all.row(row)[kept[i]];
    }
    return chosen;
}

/// Right answers and questions by value.
struct Tally {
    std::vector<std::size_t> right;
    std::vector<std::size_t> asked;
};

Result<Tally> answerFold(const FoldedQuestion& question, std::uint8_t fold, const Backend& backend, std::uint64_t seed)
{
    Tally tally{std::vector<std::size_t>(question.ways), std::vector<std::size_t>(question.ways)};
    std::vector<bool> seen(question.ways);
    std::vector<std::size_t> known;
    std::vector<std::uint16_t> knownAnswer;
    for (std::size_t row = 0; row < question.answer.size(); ++row) {
        if (question.foldOf[row] == fold)
            continue;
        known.push_back(row);
        knownAnswer.push_back(question.answer[row]);
        seen[question.answer[row]] = true;
    }
    std::vector<std::size_t> asked;
    for (std::size_t row = 0; row < question.answer.size(); ++row) {
        if (question.foldOf[row] == fold && seen[question.answer[row]])
            asked.push_back(row);
    }
    if (asked.empty())
        return tally;
    const auto shares = backend.baseline(Baseline::RandomForest, base::rowsOf(question.features, known), knownAnswer,
                                         question.ways, base::rowsOf(question.features, asked), seed);
    if (!shares)
        return failure(shares.error());
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const auto row = shares->row(i);
        const auto said = static_cast<std::uint16_t>(std::ranges::max_element(row) - row.begin());
        ++tally.asked[question.answer[asked[i]]];
        tally.right[question.answer[asked[i]]] += said == question.answer[asked[i]] ? 1U : 0U;
    }
    return tally;
}

Validated summarise(std::span<const Result<Tally>> folds)
{
    Validated result;
    double sum = 0;
    for (std::size_t value = 0; value < folds.front()->asked.size(); ++value) {
        std::size_t asked = 0;
        std::size_t right = 0;
        for (const auto& fold : folds) {
            asked += fold->asked[value];
            right += fold->right[value];
        }
        if (asked == 0)
            continue;
        result.flows += asked;
        ++result.values;
        sum += static_cast<double>(right) / static_cast<double>(asked);
    }
    result.balancedAccuracy = result.values == 0 ? 0 : sum / static_cast<double>(result.values);
    return result;
}

} // namespace

std::vector<std::uint32_t> sampleEvenly(std::span<const std::uint32_t> candidates,
                                        std::span<const std::uint32_t> values, std::size_t perValue, std::size_t most,
                                        base::Rng& rng)
{
    RowsOf rowsOf = byValue(candidates, values);
    const std::size_t each = fairShare(rowsOf, perValue, most);
    std::vector<std::uint32_t> kept;
    for (auto& [value, rows] : rowsOf) {
        rng.shuffle(std::span(rows));
        rows.resize(std::min(each, rows.size()));
        std::ranges::copy(rows, std::back_inserter(kept));
    }
    std::ranges::sort(kept);
    return kept;
}

std::optional<FoldedQuestion> foldQuestion(const std::function<Matrix(std::span<const std::uint32_t>)>& features,
                                           std::span<const std::uint32_t> rows, std::span<const std::uint32_t> values,
                                           std::span<const std::uint32_t> groups, base::Rng& rng)
{
    const RowsOf rowsOf = askable(rows, values, groups);
    if (rowsOf.size() < 2)
        return std::nullopt;
    const auto folds = dealFolds(rowsOf, groups, rng);
    FoldedQuestion question;
    std::vector<std::uint32_t> taken;
    for (const auto& [value, members] : rowsOf) {
        for (const std::uint32_t row : members) {
            taken.push_back(row);
            question.answer.push_back(question.ways);
            question.foldOf.push_back(folds.at(groups.empty() ? row : groups[row]));
        }
        ++question.ways;
    }
    question.features = varying(features(taken));
    return question;
}

Result<std::vector<Validated>> validateForests(std::span<const FoldedQuestion> questions, const Backend& backend,
                                               std::uint64_t seed, const base::ProgressSink& progress,
                                               const std::stop_token& stop)
{
    std::vector<Result<Tally>> tallies(questions.size() * validationFolds, Tally{});
    base::eachIndex(
        tallies.size(),
        [&](std::size_t i) {
            tallies[i] = answerFold(questions[i / validationFolds], static_cast<std::uint8_t>(i % validationFolds),
                                    backend, seed + i);
        },
        "growing forests", progress, stop);
    if (stop.stop_requested())
        return failure(base::Error::Code::Cancelled, "growing forests was stopped");
    std::vector<Validated> results;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        const std::span folds(&tallies[i * validationFolds], validationFolds);
        for (const auto& fold : folds) {
            if (!fold)
                return failure(fold.error());
        }
        results.push_back(summarise(folds));
    }
    return results;
}

} // namespace flowscent::learn
