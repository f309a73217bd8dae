// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/novelty.h"

#include "engine/base/matrix_rows.h"
#include "engine/detect/directions.h"
#include "engine/detect/quantile.h"

#include <algorithm>
#include <cmath>

namespace flowscent::detect {

using base::Error;
using base::failure;
using base::Matrix;

namespace {

constexpr std::size_t fewestBankRows = 40;
constexpr std::size_t mostReferences = 200;
constexpr std::size_t bankNeighbour = 20; ///< the nearest few may be of the query's own kind
constexpr float bankWeight = 3;           ///< of the ridge's class "bank", in classes of the support
constexpr double leastSpread = 1e-6;

/// Likeness to the bank's 20th nearest row, itself (`without`) left out.
float bankLikeness(std::span<const float> direction, const Matrix& directions, std::size_t without)
{
    std::vector<float> all;
    all.reserve(directions.rows);
    for (std::size_t row = 0; row < directions.rows; ++row) {
        if (row != without)
            all.push_back(likeness(direction, directions.row(row)));
    }
    std::ranges::nth_element(all, all.begin() + (bankNeighbour - 1), std::greater<>{});
    return all[bankNeighbour - 1];
}

/// One row for each group: the direction of its examples' mean direction.
Matrix prototypesOf(const Matrix& directions, const learn::HeadExamples& examples)
{
    Matrix sums(examples.ways, directions.columns);
    for (std::size_t row = 0; row < directions.rows; ++row) {
        const auto sum = sums.row(examples.classOf[row]);
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += directions.row(row)[i];
    }
    const std::vector<float> nowhere(directions.columns);
    return directionsFrom(nowhere, sums);
}

base::Result<learn::Head> ridgeAgainst(const NoveltyBank& bank, const learn::HeadExamples& examples,
                                       const learn::HeadParameters& parameters)
{
    learn::HeadExamples all = examples;
    all.ways = static_cast<std::uint16_t>(examples.ways + 1);
    base::append(all.embeddings, bank.rows);
    all.classOf.resize(all.embeddings.rows, examples.ways);
    const auto shots = static_cast<float>(examples.embeddings.rows) / static_cast<float>(examples.ways);
    all.weights.assign(examples.embeddings.rows, 1.0F);
    all.weights.resize(all.embeddings.rows, bankWeight * shots / static_cast<float>(bank.rows.rows));
    return learn::fitHead(learn::HeadKind::Ridge, all, parameters);
}

using Measures = std::array<double, 3>;

/// The three measures of rows; `likenessToBank` of each.
std::vector<Measures> measure(const Novelty& novelty, const Matrix& embeddings, const Matrix& directions,
                              std::span<const float> likenessToBank)
{
    const Matrix logits = learn::scores(novelty.ridge, embeddings);
    std::vector<Measures> measures(embeddings.rows);
    for (std::size_t row = 0; row < embeddings.rows; ++row) {
        const auto direction = directions.row(row);
        const auto values = logits.row(row);
        const auto groups = values.first(values.size() - 1);
        measures[row] = {-double{nearestLikeness(direction, novelty.prototypes)},
                         double{likenessToBank[row]} - double{nearestLikeness(direction, novelty.examples)},
                         double{values.back()} - double{*std::ranges::max_element(groups)}};
    }
    return measures;
}

Novelty::Scale scaleOf(const std::vector<Measures>& measures, std::size_t which)
{
    std::vector<double> values;
    for (const Measures& one : measures)
        values.push_back(one[which]);
    return {quantile(values, 0.5), std::max(leastSpread, (quantile(values, 0.75) - quantile(values, 0.25)) / 1.35)};
}

} // namespace

base::Result<std::shared_ptr<const NoveltyBank>> noveltyBank(Matrix embeddings)
{
    if (embeddings.rows < fewestBankRows)
        return failure(Error::Code::Support, "a bank that likeness is held against needs " +
                                                 std::to_string(fewestBankRows) + " flows at least");
    if (!base::allFinite(embeddings))
        return failure(Error::Code::Model, "an embedding of the bank holds a number that is not finite");
    NoveltyBank bank;
    bank.rows = std::move(embeddings);
    bank.centre = centreOf(bank.rows);
    bank.directions = directionsFrom(bank.centre, bank.rows);
    const std::size_t step = (bank.rows.rows + mostReferences - 1) / mostReferences;
    for (std::size_t row = 0; row < bank.rows.rows; row += step) {
        bank.references.push_back(static_cast<std::uint32_t>(row));
        bank.referenceLikeness.push_back(bankLikeness(bank.directions.row(row), bank.directions, row));
    }
    return std::make_shared<const NoveltyBank>(std::move(bank));
}

base::Result<Novelty> fitNovelty(std::shared_ptr<const NoveltyBank> bank, const learn::HeadExamples& examples,
                                 const learn::HeadParameters& parameters)
{
    if (examples.embeddings.columns != bank->rows.columns)
        return failure(Error::Code::Argument, "examples and bank have embeddings of different widths");
    if (examples.classOf.size() != examples.embeddings.rows || examples.ways == 0)
        return failure(Error::Code::Support, "examples and their groups differ in number");
    auto ridge = ridgeAgainst(*bank, examples, parameters);
    if (!ridge)
        return failure(ridge.error());
    Novelty novelty;
    novelty.examples = directionsFrom(bank->centre, examples.embeddings);
    novelty.prototypes = prototypesOf(novelty.examples, examples);
    novelty.ridge = std::move(*ridge);
    const auto reference = measure(novelty, base::rowsOf(bank->rows, bank->references),
                                   base::rowsOf(bank->directions, bank->references), bank->referenceLikeness);
    for (std::size_t which = 0; which < novelty.scales.size(); ++which)
        novelty.scales[which] = scaleOf(reference, which);
    novelty.bank = std::move(bank);
    return novelty;
}

std::vector<double> noveltyScores(const Novelty& novelty, const Matrix& embeddings)
{
    const Matrix directions = directionsFrom(novelty.bank->centre, embeddings);
    std::vector<float> likenessToBank;
    for (std::size_t row = 0; row < directions.rows; ++row)
        likenessToBank.push_back(
            bankLikeness(directions.row(row), novelty.bank->directions, static_cast<std::size_t>(-1)));
    std::vector<double> scores;
    for (const Measures& measures : measure(novelty, embeddings, directions, likenessToBank)) {
        double sum = 0;
        for (std::size_t which = 0; which < measures.size(); ++which)
            sum += (measures[which] - novelty.scales[which].centre) / novelty.scales[which].spread;
        scores.push_back(sum / static_cast<double>(measures.size()));
    }
    return scores;
}

} // namespace flowscent::detect
