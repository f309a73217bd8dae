// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/evaluation/confounding.h"

#include "engine/learn/evaluation/evaluate.h"
#include "engine/learn/tasks/episode_index.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>

namespace flowscent::learn {

using base::failure;
using base::Matrix;

namespace {

constexpr std::array<std::string_view, 4> aspectTexts{"network", "capture", "class", "threat or benign"};

/// A column for every aspect.
using Columns = std::array<std::vector<std::uint32_t>, aspectTexts.size()>;

const std::vector<std::uint32_t>& column(const Columns& columns, Aspect aspect)
{
    return columns[static_cast<std::size_t>(aspect)];
}

Columns columnsOf(const Dataset& data)
{
    Columns columns{data.provenance.networkOf, data.sessionOf, {}, {}};
    for (const std::uint16_t index : data.classOf) {
        columns[2].push_back(index);
        columns[3].push_back(data.threatClass[index] ? 1U : 0U);
    }
    return columns;
}

std::vector<AspectAssociation> associations(const Columns& columns, const base::Rng& rng)
{
    std::vector<AspectAssociation> found{{Aspect::Network, Aspect::Class},  {Aspect::Capture, Aspect::Class},
                                         {Aspect::Network, Aspect::Threat}, {Aspect::Capture, Aspect::Threat},
                                         {Aspect::Class, Aspect::Network},  {Aspect::Class, Aspect::Capture}};
    for (AspectAssociation& pair : found) {
        const auto& given = column(columns, pair.given);
        const auto& predicted = column(columns, pair.predicted);
        pair.byFlows = associate(given, predicted, Weighing::Flows, rng);
        pair.byClasses = associate(given, predicted, Weighing::Classes, rng);
    }
    return found;
}

ClassReach reachOf(const std::vector<std::set<std::uint32_t>>& networksOf, const std::vector<bool>& threat,
                   bool threats)
{
    ClassReach reach;
    for (std::size_t index = 0; index < networksOf.size(); ++index) {
        if (threat[index] != threats || networksOf[index].empty())
            continue;
        ++reach.classes;
        reach.inTwoNetworks += networksOf[index].size() >= 2 ? 1 : 0;
        reach.inSixNetworks += networksOf[index].size() >= 6 ? 1 : 0;
    }
    if (reach.classes > 0) {
        reach.inTwoNetworks /= static_cast<double>(reach.classes);
        reach.inSixNetworks /= static_cast<double>(reach.classes);
    }
    return reach;
}

void countReach(const Dataset& data, const ConfoundingSettings& settings, Confounding& found)
{
    std::vector<std::set<std::uint32_t>> networksOf(data.classNames.size());
    std::map<std::uint32_t, std::size_t> benignIn;
    for (std::size_t row = 0; row < data.size(); ++row) {
        networksOf[data.classOf[row]].insert(data.provenance.networkOf[row]);
        benignIn[data.provenance.networkOf[row]] += data.threatClass[data.classOf[row]] ? 0U : 1U;
    }
    found.threats = reachOf(networksOf, data.threatClass, true);
    found.benign = reachOf(networksOf, data.threatClass, false);
    found.threatClasses = found.threats.classes;
    found.benignClasses = found.benign.classes;
    found.networks = benignIn.size();
    std::size_t huntable = 0;
    for (std::size_t index = 0; index < networksOf.size(); ++index) {
        const auto enough = [&](std::uint32_t network) { return benignIn.at(network) >= settings.ownBenign; };
        huntable += data.threatClass[index] && std::ranges::any_of(networksOf[index], enough) ? 1U : 0U;
    }
    if (found.threatClasses > 0)
        found.huntable = static_cast<double>(huntable) / static_cast<double>(found.threatClasses);
}

Matrix identityMatrix(const Dataset& data, std::span<const std::uint32_t> rows)
{
    Matrix matrix(rows.size(), 4);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const FlowIdentity& identity = data.provenance.identity[rows[i]];
        const auto row = matrix.row(i);
        row[0] = identity.serverPort;
        row[1] = identity.protocol;
        row[2] = identity.clientHops;
        row[3] = identity.serverHops;
    }
    return matrix;
}

/// What forests are asked, in the order of the report.
std::vector<ForestFinding> questions()
{
    using enum Aspect;
    using enum Evidence;
    return {{Identity, Class, false, false},  {Identity, Class, false, true},    {Identity, Threat, false, false},
            {Identity, Threat, false, true},  {Identity, Network, false, false}, {Identity, Network, false, true},
            {Features, Network, true, false}, {Features, Network, true, true},   {Features, Capture, true, false},
            {Features, Threat, false, false}, {Features, Threat, false, true}};
}

/// Draws the flows of a question and deals them to folds.
class Questioner {
public:
    Questioner(const Dataset& data, const Columns& columns, const ConfoundingSettings& settings)
        : m_data(data)
        , m_columns(columns)
        , m_settings(settings)
        , m_scaler(features::Scaler::fit(data.features))
    {
    }

    [[nodiscard]] std::optional<FoldedQuestion> ask(const ForestFinding& finding, base::Rng rng) const
    {
        const std::vector<std::uint32_t> rows = draw(finding, rng);
        const auto numbers = [&](std::span<const std::uint32_t> chosen) {
            if (finding.evidence == Evidence::Identity)
                return identityMatrix(m_data, chosen);
            return sideBySide(m_scaler.apply(m_data.features.rows(chosen)));
        };
        const std::span<const std::uint32_t> captures = column(m_columns, Aspect::Capture);
        return foldQuestion(numbers, rows, column(m_columns, finding.predicted),
                            finding.capturesLeftOut ? captures : std::span<const std::uint32_t>{}, rng);
    }

private:
    [[nodiscard]] std::vector<std::uint32_t> draw(const ForestFinding& finding, base::Rng& rng) const
    {
        std::vector<std::uint32_t> threats;
        std::vector<std::uint32_t> benign;
        for (std::uint32_t row = 0; row < m_data.size(); ++row)
            (m_data.threatClass[m_data.classOf[row]] ? threats : benign).push_back(row);
        if (finding.predicted == Aspect::Threat) { // as many of the one as of the other, from all classes
            const auto& classes = column(m_columns, Aspect::Class);
            const std::size_t half = m_settings.mostFlows / 2;
            auto rows = sampleEvenly(threats, classes, m_settings.flowsPerValue, half, rng);
            const auto others = sampleEvenly(benign, classes, m_settings.flowsPerValue, rows.size(), rng);
            rows.insert(rows.end(), others.begin(), others.end());
            return rows;
        }
        if (!finding.benignOnly)
            benign.insert(benign.end(), threats.begin(), threats.end());
        std::ranges::sort(benign);
        return sampleEvenly(benign, column(m_columns, finding.predicted), m_settings.flowsPerValue,
                            m_settings.mostFlows, rng);
    }

    const Dataset& m_data;
    const Columns& m_columns;
    const ConfoundingSettings& m_settings;
    features::Scaler m_scaler;
};

base::Result<std::vector<ForestFinding>> askForests(const Dataset& data, const Columns& columns, const Backend& backend,
                                                    const ConfoundingSettings& settings,
                                                    const base::ProgressSink& progress, const std::stop_token& stop)
{
    const Questioner questioner(data, columns, settings);
    const base::Rng rng(settings.seed);
    std::vector<ForestFinding> findings = questions();
    std::vector<FoldedQuestion> folded;
    std::vector<std::size_t> findingOf;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (auto question = questioner.ask(findings[i], rng.fork(i))) {
            folded.push_back(std::move(*question));
            findingOf.push_back(i);
        }
    }
    const auto validated = validateForests(folded, backend, settings.seed, progress, stop);
    if (!validated)
        return failure(validated.error());
    for (std::size_t i = 0; i < validated->size(); ++i)
        findings[findingOf[i]].validated = (*validated)[i];
    return findings;
}

} // namespace

std::string_view text(Aspect aspect)
{
    return aspectTexts[static_cast<std::size_t>(aspect)];
}

std::string_view text(Evidence evidence)
{
    return evidence == Evidence::Identity ? "identity" : "features";
}

base::Result<Confounding> measureConfounding(const Dataset& dataset, const Backend& backend,
                                             const ConfoundingSettings& settings, const base::ProgressSink& progress,
                                             const std::stop_token& stop)
{
    if (!dataset.provenance.known())
        return failure(base::Error::Code::Argument, "nobody knows where the flows come from");
    const Dataset data = evaluationData(dataset, settings.minimumPackets);
    if (data.size() == 0)
        return failure(base::Error::Code::Argument, "no flow is left once repeated ones are left out");
    const Columns columns = columnsOf(data);
    const auto& threats = column(columns, Aspect::Threat);
    const auto& captures = column(columns, Aspect::Capture);
    Confounding found{.allFlows = dataset.size(), .flows = data.size()};
    found.threatFlows = std::accumulate(threats.begin(), threats.end(), std::size_t{0});
    found.captures = std::set(captures.begin(), captures.end()).size();
    countReach(data, settings, found);
    found.associations = associations(columns, base::Rng(settings.seed));
    auto forests = askForests(data, columns, backend, settings, progress, stop);
    if (!forests)
        return failure(forests.error());
    found.forests = std::move(*forests);
    return found;
}

} // namespace flowscent::learn
