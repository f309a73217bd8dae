// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/training/continual.h"

#include "engine/base/matrix_rows.h"
#include "engine/features/feature_schema.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <set>

#include <nlohmann/json.hpp>

namespace flowscent::learn {

using base::Error;
using base::failure;
using nlohmann::json;

namespace {

constexpr std::uint32_t fewestOfClass = 4;

/// Calls `see(name, field, least, most)` for every field; the one list of them.
template <class Settings, class See>
void eachField(Settings& s, const See& see)
{
    constexpr double any = 1e9;
    constexpr double positive = 1e-12;
    see("seed", s.seed, 0, 1.9e19);
    see("steps_per_task", s.stepsPerTask, 1, any);
    see("episodes_per_step", s.episodesPerStep, 1, 4096);
    see("ways", s.ways, 2, 256);
    see("shots", s.shots, 1, 4096);
    see("queries", s.queries, 1, 4096);
    see("fresh_batch", s.freshBatch, 1, 65536);
    see("class_share", s.classShare, 0, any);
    see("capacity", s.capacity, 0, 1e6);
    see("replay_batch", s.replayBatch, 1, 65536);
    see("alpha", s.alpha, 0, any);
    see("beta", s.beta, 0, any);
    see("learning_rate", s.learningRate, positive, any);
    see("weight_decay", s.weightDecay, 0, any);
    see("gradient_clip", s.gradientClip, positive, any);
    see("held_share", s.heldShare, 0, 0.9);
    see("most_held", s.mostHeld, 2, 4096);
    see("judgements", s.judgements, 1, 1e6);
}

base::Result<void> checkFlows(const Dataset& flows)
{
    const std::size_t n = flows.size();
    const auto shaped = [n](const base::Matrix& matrix, std::size_t columns) {
        return matrix.rows == n && matrix.values.size() == n * columns && (n == 0 || matrix.columns == columns);
    };
    if (!shaped(flows.features.sequences, features::sequenceLength * features::sequenceFields) ||
        !shaped(flows.features.statistics, features::statisticDefinitions().size()) || flows.sessionOf.size() != n ||
        flows.threatClass.size() != flows.classNames.size())
        return failure(Error::Code::Argument, "its flows and labels differ in number or form");
    for (std::size_t row = 0; row < n; ++row) {
        if (flows.classOf[row] >= flows.classNames.size() || flows.sessionOf[row] >= flows.sessionNames.size())
            return failure(Error::Code::Argument, "a flow belongs to a class or capture that has no name");
    }
    if (!base::allFinite(flows.features.sequences) || !base::allFinite(flows.features.statistics))
        return failure(Error::Code::Support, "a flow's features hold a number that is not finite");
    return {};
}

std::vector<std::vector<std::uint32_t>> rowsOfClasses(const Dataset& dataset)
{
    std::vector<std::vector<std::uint32_t>> rows(dataset.classNames.size());
    for (std::uint32_t row = 0; row < dataset.size(); ++row)
        rows[dataset.classOf[row]].push_back(row);
    return rows;
}

/// The rows, and of the names only those that they need.
Dataset chosen(const Dataset& from, std::span<const std::uint32_t> rows)
{
    Dataset some;
    some.features = from.features.rows(rows);
    some.sessionNames = from.sessionNames;
    some.sources = from.sources;
    std::vector<int> place(from.classNames.size(), -1);
    for (const std::uint32_t row : rows) {
        const std::uint16_t index = from.classOf[row];
        if (place[index] < 0) {
            place[index] = static_cast<int>(some.classNames.size());
            some.classNames.push_back(from.classNames[index]);
            some.threatClass.push_back(from.threatClass[index]);
        }
        some.classOf.push_back(static_cast<std::uint16_t>(place[index]));
        some.sessionOf.push_back(from.sessionOf[row]);
    }
    return some;
}

/// Rows whose features are not, to the bit, those of a flow that a past task holds.
std::vector<std::uint32_t> rowsNotHeld(const Dataset& flows, std::span<const PastTask> past)
{
    std::set<std::pair<std::vector<float>, std::vector<float>>> held;
    for (const PastTask& task : past) {
        for (std::uint32_t id = 0; id < task.held.classNames().size(); ++id) {
            for (const Exemplar& exemplar : task.held.exemplars(id))
                held.emplace(exemplar.sequence, exemplar.statistics);
        }
    }
    std::vector<std::uint32_t> rows;
    for (std::uint32_t row = 0; row < flows.size(); ++row) {
        const auto sequence = flows.features.sequences.row(row);
        const auto statistics = flows.features.statistics.row(row);
        if (!held.contains({{sequence.begin(), sequence.end()}, {statistics.begin(), statistics.end()}}))
            rows.push_back(row);
    }
    return rows;
}

Dataset ofClasses(const Dataset& dataset, std::span<const std::uint16_t> classes)
{
    const auto rows = rowsOfClasses(dataset);
    std::vector<std::uint32_t> wanted;
    for (const std::uint16_t index : classes)
        wanted.insert(wanted.end(), rows[index].begin(), rows[index].end());
    return chosen(dataset, wanted);
}

/// "-" for what is no number.
std::string number(double value, int digits, bool sign = false)
{
    if (!std::isfinite(value))
        return "-";
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), sign ? "%+.*f" : "%.*f", digits, value);
    return text.data();
}

std::string percent(double share)
{
    return number(100 * share, 1) + " %";
}

std::string points(const std::optional<double>& difference, bool sign = false)
{
    return number(100 * difference.value_or(std::numeric_limits<double>::quiet_NaN()), 1, sign);
}

std::string padded(std::string text, std::size_t width, bool left = false)
{
    if (text.size() < width)
        text.insert(left ? text.size() : 0, width - text.size(), ' ');
    return text;
}

using Cells = std::array<std::string, 6>;

std::string row(const std::string& name, const Cells& cells)
{
    std::string text = "  " + padded(name, 28, true);
    for (std::size_t i = 0; i < cells.size(); ++i)
        text += padded(cells[i], i == 3 ? 13 : 10);
    return text;
}

Cells cellsOf(const std::array<std::optional<double>, 3>& few, const std::array<std::optional<double>, 3>& head)
{
    return {points(few[0]),  points(few[1]),  points(few[2], true),
            points(head[0]), points(head[1]), points(head[2], true)};
}

} // namespace

base::Result<void> check(const ContinualSettings& settings)
{
    std::string trouble;
    eachField(settings, [&trouble](const char* name, const auto& field, double least, double most) {
        const auto value = static_cast<double>(field);
        if (!trouble.empty() || (value >= least && value <= most)) // NaN is neither
            return;
        std::array<char, 160> text{};
        std::snprintf(text.data(), text.size(), "the setting '%s' must be between %g and %g, not %g", name, least, most,
                      value);
        trouble = text.data();
    });
    if (!trouble.empty())
        return failure(Error::Code::Argument, trouble);
    return {};
}

std::string toJson(const ContinualSettings& settings)
{
    json object = json::object();
    eachField(settings, [&object](const char* name, const auto& field, double, double) { object[name] = field; });
    return object.dump();
}

base::Result<ContinualSettings> continualSettingsFromJson(std::string_view text)
try {
    const json object = json::parse(text, nullptr, false);
    if (!object.is_object())
        return failure(Error::Code::Model, "holds settings of a continual training that are no JSON object");
    ContinualSettings settings;
    eachField(settings, [&object](const char* name, auto& field, double, double) {
        if (object.contains(name))
            object.at(name).get_to(field);
    });
    if (auto sound = check(settings); !sound)
        return failure(Error::Code::Model, sound.error().what);
    return settings;
} catch (const json::exception&) {
    return failure(Error::Code::Model, "holds settings of a continual training that cannot be read");
}

base::Result<TaskSplit> splitTask(const ContinualTask& task, std::span<const PastTask> past,
                                  const ContinualSettings& settings, base::Rng& rng)
{
    if (auto sound = checkFlows(task.flows); !sound)
        return failure(sound.error().code, "the task '" + task.name + "' cannot be learned: " + sound.error().what);
    const Dataset distinct = task.flows.withoutDuplicates();
    std::vector<std::vector<std::uint32_t>> rowsOf(distinct.classNames.size());
    for (const std::uint32_t row : rowsNotHeld(distinct, past))
        rowsOf[distinct.classOf[row]].push_back(row);
    std::vector<std::uint32_t> training;
    std::vector<std::uint32_t> held;
    std::size_t classes = 0;
    const auto all = rowsOfClasses(task.flows);
    for (std::size_t index = 0; index < rowsOf.size(); ++index) {
        if (all[index].empty())
            continue;
        auto& rows = rowsOf[index];
        if (rows.size() < fewestOfClass)
            return failure(Error::Code::Support, "the task '" + task.name + "' cannot be learned: the class '" +
                                                     task.flows.classNames[index] + "' has " +
                                                     std::to_string(rows.size()) + " distinct flow" +
                                                     (rows.size() == 1 ? "" : "s") +
                                                     ", and four are the least (two to learn, two to judge by)");
        ++classes;
        rng.shuffle(std::span(rows));
        const auto size = static_cast<double>(rows.size());
        const auto most = std::min<std::size_t>(settings.mostHeld, rows.size() - 2);
        const auto share = std::clamp<std::size_t>(static_cast<std::size_t>(settings.heldShare * size), 2, most);
        held.insert(held.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(share));
        training.insert(training.end(), rows.begin() + static_cast<std::ptrdiff_t>(share), rows.end());
    }
    if (classes < 2)
        return failure(Error::Code::Support,
                       "the task '" + task.name + "' cannot be learned: it needs flows of two classes at least");
    return TaskSplit{chosen(distinct, training), chosen(distinct, held)};
}

base::Result<ContinualTask> taskOf(const Dataset& dataset, const std::string& name,
                                   std::span<const std::string> classes)
{
    std::vector<std::uint16_t> indices;
    for (const std::string& wanted : classes) {
        const auto found = std::ranges::find(dataset.classNames, wanted);
        if (found == dataset.classNames.end())
            return failure(Error::Code::Argument,
                           "there is no class '" + wanted + std::string("' for the task '").append(name).append("'"));
        const auto index = static_cast<std::uint16_t>(found - dataset.classNames.begin());
        if (std::ranges::find(indices, index) == indices.end())
            indices.push_back(index);
    }
    return ContinualTask{name, ofClasses(dataset, indices)};
}

std::vector<ContinualTask> groupedTasks(const Dataset& dataset, std::uint32_t perTask, std::uint32_t fewest,
                                        std::uint32_t tasks, base::Rng& rng)
{
    const Dataset distinct = dataset.withoutDuplicates();
    const auto rows = rowsOfClasses(distinct);
    std::vector<std::uint16_t> classes;
    for (std::size_t index = 0; index < rows.size(); ++index) {
        if (rows[index].size() >= std::max(fewest, fewestOfClass))
            classes.push_back(static_cast<std::uint16_t>(index));
    }
    rng.shuffle(std::span(classes));
    std::vector<ContinualTask> groups;
    for (std::size_t at = 0; perTask > 0 && at + perTask <= classes.size(); at += perTask) {
        if (tasks != 0 && groups.size() == tasks)
            break;
        groups.push_back({"task " + std::to_string(groups.size() + 1),
                          ofClasses(distinct, std::span(classes).subspan(at, perTask))});
    }
    return groups;
}

std::vector<std::string> logLines(const LearnedTask& task)
{
    std::vector<std::string> lines;
    lines.push_back(task.name + ": " + std::to_string(task.trained) + " flows learned, " + std::to_string(task.held) +
                    " held out, " + std::to_string(task.newClasses) + " new classes of " +
                    std::to_string(task.classes) + "; few-shot " + percent(task.before) + " -> " +
                    percent(task.fewShot) + ", class head " + percent(task.classifier) + "; " +
                    number(task.seconds, 1) + " s");
    lines.push_back("  losses: episodes " + number(task.episodeLoss, 3) + ", new flows " + number(task.freshLoss, 3) +
                    ", stored logits " + number(task.logitLoss, 3) + ", replayed flows " + number(task.replayLoss, 3) +
                    "; replay batch 2 x " + std::to_string(task.replayBatch) + ", " + percent(task.replayShare) +
                    " of the flows of a step replayed");
    const ReservoirSummary& memory = task.memory;
    lines.push_back("  buffer: " + std::to_string(memory.size) + " of " + std::to_string(memory.capacity) +
                    " flows, of " + std::to_string(memory.offered) + " offered; age in flows offered since: mean " +
                    number(memory.meanAge, 1) + ", oldest " + std::to_string(memory.oldestAge));
    for (const ReservoirSummary::Class& one : memory.classes)
        lines.push_back("    " + padded(one.name, 40, true) + padded(std::to_string(one.kept), 7) + " of " +
                        std::to_string(one.offered));
    return lines;
}

std::vector<std::string> reportLines(const ContinualOutcome& outcome)
{
    std::vector<std::string> lines{
        "                                episodes of held-out flows       class head, all classes",
        row("task", {"accuracy", "forgotten", "backward", "accuracy", "forgotten", "backward"})};
    for (std::size_t i = 0; i < outcome.memory.tasks.size(); ++i) {
        const TaskMemory& few = outcome.fewShot.perTask.at(i);
        const TaskMemory& head = outcome.classifier.perTask.at(i);
        lines.push_back(
            row(outcome.memory.tasks[i].name, cellsOf({few.accuracy, few.forgetting, few.backwardTransfer},
                                                      {head.accuracy, head.forgetting, head.backwardTransfer})));
    }
    const auto& few = outcome.fewShot;
    const auto& head = outcome.classifier;
    lines.push_back(row("mean", cellsOf({few.accuracy.value, few.forgetting.value, few.backwardTransfer.value},
                                        {head.accuracy.value, head.forgetting.value, head.backwardTransfer.value})));
    return lines;
}

} // namespace flowscent::learn
