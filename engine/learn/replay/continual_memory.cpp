// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/replay/continual_memory.h"

#include "engine/base/matrix_rows.h"
#include "engine/features/feature_schema.h"
#include "engine/learn/replay/saved_state.h"

#include <algorithm>
#include <cmath>

namespace flowscent::learn {

using base::Error;
using base::failure;
using nlohmann::json;

namespace {

constexpr const char* format = "flowscent-memory/1";
constexpr std::size_t mostTasks = 10'000;
constexpr std::size_t mostClasses = 65'535; ///< what a dataset can number
constexpr const char* exemplarsPrefix = "memory.exemplars";

std::string heldPrefix(std::size_t task)
{
    return "memory.held" + std::to_string(task);
}

double accuracyFrom(const json& value)
{
    return value.is_null() ? PastTask::unmeasured : saved::number(value, 0, 1);
}

std::vector<double> rowFrom(const json& value, std::size_t size)
{
    saved::require(value.is_array() && value.size() == size, "a task has another number of accuracies");
    std::vector<double> row;
    for (const json& entry : value)
        row.push_back(accuracyFrom(entry));
    return row;
}

/// Those that can be judged: episodes need a support and a query of two classes.
void checkHeld(const ExemplarReservoir& held, const ExemplarReservoir& exemplars)
{
    std::size_t classes = 0;
    const auto& known = exemplars.classNames();
    for (std::uint32_t id = 0; id < held.classNames().size(); ++id) {
        saved::require(std::ranges::find(known, held.classNames()[id]) != known.end(),
                       "a task has a class that the memory does not know");
        saved::require(held.exemplars(id).size() >= 2, "a task's class has fewer than two flows to judge it by");
        ++classes;
    }
    saved::require(classes >= 2, "a task has fewer than two classes");
}

bool sameNumbers(const std::vector<double>& one, const std::vector<double>& other)
{
    return std::ranges::equal(one, other,
                              [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); });
}

ExemplarReservoir taken(const base::TensorFile& file, const std::string& prefix)
{
    auto reservoir = ExemplarReservoir::take(file, prefix);
    if (!reservoir)
        throw std::runtime_error(reservoir.error().sentence());
    return std::move(*reservoir);
}

} // namespace

bool operator==(const PastTask& one, const PastTask& other)
{
    return one.name == other.name && one.held == other.held && sameNumbers({one.before}, {other.before}) &&
           sameNumbers(one.fewShot, other.fewShot) && sameNumbers(one.classifier, other.classifier);
}

base::TensorFile ContinualMemory::toTensors() const
{
    base::TensorFile file;
    json described = json::array();
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        const PastTask& task = tasks[i];
        described.push_back({{"name", task.name}, // numbers that are none become null
                             {"before", task.before},
                             {"few_shot", task.fewShot},
                             {"classifier", task.classifier}});
        task.held.put(file, heldPrefix(i));
    }
    exemplars.put(file, exemplarsPrefix);
    file.put("memory.classes.weight", headWeights);
    file.put("memory.classes.bias", headBias);
    file.metadata["flowscent.format"] = format;
    file.metadata["flowscent.features"] = features::schemaHash();
    file.metadata["memory.model"] = model;
    file.metadata["memory.tasks"] = described.dump(-1, ' ', false, json::error_handler_t::replace);
    return file;
}

base::Result<ContinualMemory> ContinualMemory::fromTensors(const base::TensorFile& file)
try {
    const auto found = file.text("flowscent.format");
    if (!found || *found != format)
        return failure(Error::Code::Model, "is no memory of a continual training that this version reads (" +
                                               found.value_or("no format") + " instead of " + format + ")");
    for (const char* key : {"memory.model", "memory.tasks"}) {
        if (auto entry = file.text(key); !entry)
            return failure(entry.error());
    }
    ContinualMemory memory{.model = *file.text("memory.model"),
                           .exemplars = taken(file, exemplarsPrefix),
                           .headWeights = {},
                           .headBias = {},
                           .tasks = {}};
    const std::size_t classes = memory.exemplars.classNames().size();
    auto weights = file.matrix("memory.classes.weight");
    auto bias = file.matrix("memory.classes.bias");
    saved::require(weights && bias, "the class head is missing");
    saved::require(classes > 0 && classes <= mostClasses && weights->rows == classes && weights->columns > 0 &&
                       bias->rows == 1 && bias->columns == classes && bias->values.size() == classes &&
                       weights->values.size() / weights->columns == classes &&
                       weights->values.size() % weights->columns == 0,
                   "the class head has another shape than the classes");
    saved::require(base::allFinite(*weights) && base::allFinite(*bias),
                   "the class head holds a number that is not finite");
    memory.headWeights = std::move(*weights);
    memory.headBias = std::move(bias->values);
    const json described = saved::parse(*file.text("memory.tasks"));
    saved::require(described.is_array() && described.size() <= mostTasks, "the tasks are missing");
    for (std::size_t i = 0; i < described.size(); ++i) {
        const json& task = described[i];
        memory.tasks.push_back({.name = task.at("name").get<std::string>(),
                                .held = taken(file, heldPrefix(i)),
                                .before = accuracyFrom(task.at("before")),
                                .fewShot = rowFrom(task.at("few_shot"), i + 1),
                                .classifier = rowFrom(task.at("classifier"), i + 1)});
        checkHeld(memory.tasks.back().held, memory.exemplars);
    }
    return memory;
} catch (const std::exception& error) { // nlohmann::json, saved:: and taken
    return failure(Error::Code::Model,
                   "holds a memory of a continual training that cannot be read (" + std::string(error.what()) + ")");
}

AccuracyMatrix accuraciesOf(const std::vector<PastTask>& tasks, std::vector<double> PastTask::*figure)
{
    AccuracyMatrix matrix(tasks.size());
    for (std::size_t after = 0; after < tasks.size(); ++after) {
        const auto& row = tasks[after].*figure;
        for (std::size_t on = 0; on < row.size() && on <= after; ++on)
            matrix.set(after, on, row[on]);
    }
    return matrix;
}

Exemplar exemplarOf(const Dataset& dataset, std::size_t row, ExemplarReservoir& of)
{
    const auto sequence = dataset.features.sequences.row(row);
    const auto statistics = dataset.features.statistics.row(row);
    return {.sequence = {sequence.begin(), sequence.end()},
            .statistics = {statistics.begin(), statistics.end()},
            .classId = of.classId(dataset.classNames[dataset.classOf[row]]),
            .sessionId = of.sessionId(dataset.sessionNames[dataset.sessionOf[row]]),
            .logits = {},
            .logitClasses = {}};
}

ExemplarReservoir heldFrom(const Dataset& dataset)
{
    ExemplarReservoir held(dataset.size(), base::Rng(0)); // has room for all, so it never draws
    for (std::size_t row = 0; row < dataset.size(); ++row)
        held.offer(exemplarOf(dataset, row, held));
    return held;
}

Dataset datasetOf(const ExemplarReservoir& reservoir)
{
    Dataset dataset;
    dataset.classNames = reservoir.classNames();
    dataset.threatClass.assign(dataset.classNames.size(), false);
    dataset.sessionNames = reservoir.sessionNames();
    std::vector<const Exemplar*> all;
    for (std::uint32_t id = 0; id < dataset.classNames.size(); ++id) {
        for (const Exemplar& exemplar : reservoir.exemplars(id)) {
            all.push_back(&exemplar);
            dataset.classOf.push_back(static_cast<std::uint16_t>(id));
            dataset.sessionOf.push_back(exemplar.sessionId);
        }
    }
    dataset.features = featuresOf(all);
    return dataset;
}

} // namespace flowscent::learn
