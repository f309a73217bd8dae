// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/continual_loop.h"

#include "engine/base/digest.h"
#include "engine/learn/torch/der_loss.h"
#include "engine/learn/torch/encoders/encoder.h"
#include "engine/learn/torch/head_calibration.h"
#include "engine/learn/torch/optimizer.h"
#include "engine/learn/torch/torch_learner.h"
#include "engine/learn/torch/validation.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <set>

#include <nlohmann/json.hpp>

namespace flowscent::learn {

using base::Error;
using base::failure;
using torch::Tensor;

namespace {

constexpr std::uint64_t bufferStream = 11;
constexpr std::uint64_t taskStream = 12;       ///< and on from there, one a task
constexpr std::uint64_t judgingSeed = 0x1bd9e; ///< the same episodes whatever the training's seed, to compare by
constexpr EpisodeShape judgedShape{.ways = 10, .shots = 5, .queries = 5};

Tensor indexTensor(std::span<const std::uint32_t> values)
{
    return torch::tensor(std::vector<std::int64_t>(values.begin(), values.end()), torch::kLong);
}

/// Flows of the smallest class.
std::uint32_t fewestOf(const Dataset& dataset)
{
    std::vector<std::uint32_t> counts(dataset.classNames.size());
    for (const std::uint16_t index : dataset.classOf)
        ++counts[index];
    return *std::ranges::min_element(counts);
}

/// As many shots and queries as asked for, or as the class with the fewest flows has.
EpisodeShape shapeFor(EpisodeShape wanted, std::uint32_t fewest)
{
    wanted.shots = std::min(wanted.shots, fewest / 2);
    wanted.queries = std::min(wanted.queries, fewest - wanted.shots);
    return wanted;
}

/// Mean of what was added; NaN when nothing was.
struct Mean {
    double sum = 0;
    std::uint32_t count = 0;

    void add(double value)
    {
        if (!std::isnan(value)) {
            sum += value;
            ++count;
        }
    }
    [[nodiscard]] double value() const { return count == 0 ? PastTask::unmeasured : sum / count; }
};

bool allFinite(const Parameters& parameters)
{
    return std::ranges::all_of(parameters,
                               [](const auto& one) { return one.second.isfinite().all().template item<bool>(); });
}

} // namespace

struct ContinualLoop::Attempt {
    MetaModel model;
    ContinualMemory memory; ///< ids of its classes are the head's rows
    base::Rng rng;

    Dataset all;         ///< the task's training flows, then the buffer's; classes are the head's
    std::size_t own = 0; ///< flows of the task
    Tensor inputs;       ///< [flows of all, features]
    Tensor classOf;      ///< [flows of all]
    std::vector<std::vector<std::uint32_t>> rowsOf; ///< the task's rows, per class that has any

    std::unique_ptr<EpisodeSampler> sampler;
    EpisodeShape shape;
    std::vector<std::uint16_t> fresh; ///< classes of the task
    std::vector<std::uint16_t> old;   ///< further classes that fill episodes
    std::unique_ptr<MetaOptimizer> optimizer;

    Mean episodeLoss, episodeAccuracy, freshLoss, logitLoss, replayLoss, replayShare, norm;
    double lastRate = 0;
};

ContinualLoop::ContinualLoop(const BaseModel& base, ContinualMemory memory, MetaModel model,
                             const TrainSettings& method, const ContinualSettings& settings)
    : m_settings(settings)
    , m_method(method)
    , m_rule(makeMethod(method.method, method.innerLoop))
    , m_trained(makeTrainingMethod(method.method, method.innerLoop, method.companionShare))
    , m_model(base)
    , m_memory(std::move(memory))
    , m_meta(std::move(model))
{
}

base::Result<std::unique_ptr<ContinualLoop>> ContinualLoop::begin(const BaseModel& base, const ContinualMemory* memory,
                                                                  const ContinualSettings& settings)
{
    if (auto sound = check(settings); !sound)
        return failure(sound.error());
    auto method = settingsFromJson(base.training.configuration);
    if (!method)
        return failure(method.error());
    const auto trained = makeTrainingMethod(method->method, method->innerLoop, method->companionShare);
    auto model = metaModelOf(base, *trained);
    if (!model)
        return failure(model.error());
    // Constants of heads that this method does not train are calibrated afterwards, not kept.
    base::Rng unused(1);
    const Parameters own =
        trained->initial({withPrefix(model->parameters, "encoder."), model->body.embeddingSize, 1}, unused);
    std::erase_if(model->parameters,
                  [&own](const auto& one) { return !one.first.starts_with("encoder.") && !own.contains(one.first); });
    ContinualMemory begun{.model = base.identity(),
                          .exemplars = {settings.capacity, base::Rng(settings.seed).fork(bufferStream)},
                          .headWeights = {},
                          .headBias = {},
                          .tasks = {}};
    if (memory != nullptr) {
        if (memory->model != begun.model)
            return failure(Error::Code::Model, "the memory goes with another model (" + memory->model.substr(0, 16) +
                                                   ", not " + begun.model.substr(0, 16) + ")");
        begun = *memory;
        if (static_cast<std::int64_t>(begun.headWeights.columns) != model->body.embeddingSize)
            return failure(Error::Code::Model, "the memory's class head does not fit the model's embeddings");
        model->parameters["classes.weight"] = view(begun.headWeights).clone();
        model->parameters["classes.bias"] = torch::tensor(begun.headBias);
    }
    TrainSettings how = *method;
    how.steps = settings.stepsPerTask;
    how.optimizer = Optimizer::Adam;
    how.schedule = Schedule::Cosine;
    how.warmUp = settings.stepsPerTask / 10;
    how.learningRate = settings.learningRate;
    how.weightDecay = settings.weightDecay;
    how.gradientClip = settings.gradientClip;
    return std::unique_ptr<ContinualLoop>(new ContinualLoop(base, std::move(begun), std::move(*model), how, settings));
}

Tensor ContinualLoop::inputsOf(const features::FeatureSet& raw) const
{
    return learn::inputsOf(m_model.scaler.apply(raw));
}

double ContinualLoop::fewShotAccuracy(const MetaModel& model, const Dataset& held, std::size_t task) const
{
    const EpisodeSampler sampler(held);
    // Of the settings nothing but the number of episodes, so that accuracies of several days compare.
    const EpisodeShape shape = shapeFor(judgedShape, fewestOf(held));
    const auto classes = sampler.eligible(shape);
    base::Rng rng = base::Rng(judgingSeed).fork(task);
    std::vector<Episode> episodes;
    for (std::uint32_t i = 0; i < m_settings.judgements; ++i)
        episodes.push_back(sampler.draw(shape, classes, rng));
    Mean accuracy;
    for (const double one : episodeAccuracies(*m_rule, model, inputsOf(held.features), episodes))
        accuracy.add(one);
    return accuracy.value();
}

double ContinualLoop::classifierAccuracy(const MetaModel& model, const Dataset& held,
                                         const ExemplarReservoir& classes) const
{
    const torch::NoGradGuard still;
    const auto answer = linear(model.parameters, "classes", embedAll(model, inputsOf(held.features))).argmax(1);
    const auto& names = classes.classNames();
    std::size_t right = 0;
    for (std::size_t row = 0; row < held.size(); ++row) {
        const auto& name = names[static_cast<std::size_t>(answer[static_cast<std::int64_t>(row)].item<std::int64_t>())];
        if (name == held.classNames[held.classOf[row]])
            ++right;
    }
    return static_cast<double>(right) / static_cast<double>(held.size());
}

/// Gradients of both losses on two threads, added up in one order.
void ContinualLoop::step(Attempt& attempt, std::uint32_t step) const
{
    std::vector<Episode> episodes;
    std::size_t replayed = 0;
    std::size_t shown = 0;
    // SimpleShot is trained as a classifier alone, which the class head is.
    const bool episodic = m_method.method != Method::SimpleShot;
    for (std::uint32_t i = 0; episodic && i < m_settings.episodesPerStep; ++i) {
        const auto ways = std::min<std::size_t>(m_settings.ways, attempt.fresh.size() + attempt.old.size());
        const std::size_t fewest = ways - std::min(ways, attempt.old.size()); // new ones that it cannot do without
        const std::size_t fresh = std::min(std::max((ways + 1) / 2, fewest), attempt.fresh.size());
        std::vector<std::uint16_t> classes;
        for (const std::uint32_t index :
             attempt.rng.sample(static_cast<std::uint32_t>(attempt.fresh.size()), static_cast<std::uint32_t>(fresh)))
            classes.push_back(attempt.fresh[index]);
        for (const std::uint32_t index : attempt.rng.sample(static_cast<std::uint32_t>(attempt.old.size()),
                                                            static_cast<std::uint32_t>(ways - fresh)))
            classes.push_back(attempt.old[index]);
        episodes.push_back(attempt.sampler->draw(attempt.shape, classes, attempt.rng));
        for (const auto* rows : {&episodes.back().support, &episodes.back().query}) {
            shown += rows->size();
            replayed += static_cast<std::size_t>(
                std::ranges::count_if(*rows, [&](std::uint32_t row) { return row >= attempt.own; }));
        }
    }
    std::vector<std::uint32_t> freshRows;
    for (std::uint32_t i = 0; i < m_settings.freshBatch; ++i) {
        const auto& rows = attempt.rowsOf[attempt.rng.below(attempt.rowsOf.size())];
        freshRows.push_back(rows[attempt.rng.below(rows.size())]);
    }
    const auto remembered = attempt.memory.exemplars.draw(m_settings.replayBatch);
    const auto relabelled = attempt.memory.exemplars.draw(m_settings.replayBatch);
    shown += freshRows.size() + remembered.size() + relabelled.size();
    replayed += remembered.size() + relabelled.size();
    attempt.replayShare.add(static_cast<double>(replayed) / static_cast<double>(shown));

    std::array<std::vector<Tensor>, 2> gradients;
    onTwoThreads([&](std::size_t thread) {
        const MetaModel leaves = leavesOf(attempt.model);
        if (thread == 0 && episodic) {
            const TrainingMoment moment{static_cast<double>(step) / m_settings.stepsPerTask};
            const MetaLoss loss =
                m_trained->metaLoss(leaves, gatherTasks(attempt.inputs, attempt.classOf, episodes), moment);
            gradients[0] = gradientsOf(loss.loss, leaves);
            attempt.episodeLoss.add(loss.perTask.mean().item<double>());
            attempt.episodeAccuracy.add(loss.accuracy.mean().item<double>());
        }
        if (thread == 1) {
            const auto logits = [&](const Tensor& inputs) {
                return linear(leaves.parameters, "classes", leaves.embed(inputs));
            };
            const auto classes = leaves.parameters.at("classes.bias").size(0);
            const Tensor rows = indexTensor(freshRows);
            DerBatch batch{.fresh = logits(attempt.inputs.index_select(0, rows)),
                           .freshClass = attempt.classOf.index_select(0, rows)};
            if (!remembered.empty()) {
                batch.remembered = logits(inputsOf(featuresOf(remembered)));
                batch.stored = storedLogits(remembered, classes);
                batch.replayed = logits(inputsOf(featuresOf(relabelled)));
                std::vector<std::uint32_t> labels;
                for (const Exemplar* exemplar : relabelled)
                    labels.push_back(exemplar->classId);
                batch.replayedClass = indexTensor(labels);
            }
            const DerLoss loss = derPlusPlus(batch, m_settings.alpha, m_settings.beta);
            gradients[1] = gradientsOf(m_settings.classShare * loss.loss, leaves);
            attempt.freshLoss.add(loss.fresh);
            attempt.logitLoss.add(loss.logits);
            attempt.replayLoss.add(loss.replayed);
        }
    });
    for (std::size_t i = 0; i < gradients[0].size(); ++i)
        gradients[1][i] = gradients[1][i] + gradients[0][i];
    attempt.lastRate = rateAt(step, m_settings.stepsPerTask, m_method);
    attempt.norm.add(attempt.optimizer->step(gradients[1], attempt.lastRate));
}

base::Result<void> ContinualLoop::train(Attempt& attempt, const base::ProgressSink& progress,
                                        const std::stop_token& stop) const
{
    for (std::uint32_t i = 0; i < m_settings.stepsPerTask; ++i) {
        if (stop.stop_requested())
            return failure(Error::Code::Cancelled, "the training was stopped");
        step(attempt, i);
        if (progress)
            progress({"learning task " + std::to_string(m_memory.tasks.size() + 1), i + 1, m_settings.stepsPerTask});
    }
    if (!allFinite(attempt.model.parameters))
        return failure(Error::Code::Model, "the training ran away to numbers that are not finite; a lower rate helps");
    return {};
}

/// Every training flow is offered once, in an order of its own, with what the head now answers.
void ContinualLoop::remember(Attempt& attempt) const
{
    const torch::NoGradGuard still;
    const Tensor own = attempt.inputs.narrow(0, 0, static_cast<std::int64_t>(attempt.own));
    const base::Matrix logits = toMatrix(linear(attempt.model.parameters, "classes", embedAll(attempt.model, own)));
    std::vector<std::uint32_t> classes(logits.columns);
    std::iota(classes.begin(), classes.end(), 0U);
    std::vector<std::uint32_t> order(attempt.own);
    std::iota(order.begin(), order.end(), 0U);
    attempt.rng.shuffle(std::span(order));
    for (const std::uint32_t row : order) {
        Exemplar exemplar = exemplarOf(attempt.all, row, attempt.memory.exemplars);
        const auto answer = logits.row(row);
        exemplar.logits.assign(answer.begin(), answer.end());
        exemplar.logitClasses = classes;
        attempt.memory.exemplars.offer(std::move(exemplar));
    }
}

/// Gives the task's classes their rows of the head, and puts the buffer's flows beside the task's.
void ContinualLoop::prepare(Attempt& attempt, const Dataset& training) const
{
    ExemplarReservoir& exemplars = attempt.memory.exemplars;
    for (const std::string& name : training.classNames)
        attempt.fresh.push_back(static_cast<std::uint16_t>(exemplars.classId(name)));
    const auto& names = exemplars.classNames();
    Parameters head = grownHead(withPrefix(attempt.model.parameters, "classes."),
                                static_cast<std::int64_t>(names.size()), attempt.model.body.embeddingSize, attempt.rng);
    for (const auto& [name, tensor] : head)
        attempt.model.parameters[name] = tensor;
    for (auto& [name, tensor] : attempt.model.parameters)
        tensor.requires_grad_();
    attempt.optimizer = std::make_unique<MetaOptimizer>(attempt.model.parameters, m_method);

    Dataset& all = attempt.all;
    all = training;
    all.provenance = {}; // the buffer's flows have none
    attempt.own = all.size();
    attempt.rowsOf.resize(attempt.fresh.size());
    for (std::uint32_t row = 0; row < attempt.own; ++row) {
        attempt.rowsOf[all.classOf[row]].push_back(row);
        all.classOf[row] = attempt.fresh[all.classOf[row]];
    }
    all.classNames = names;
    all.threatClass.assign(names.size(), false);
    const Dataset buffer = datasetOf(exemplars);
    const auto sessions = static_cast<std::uint32_t>(all.sessionNames.size());
    all.features.append(buffer.features);
    all.classOf.insert(all.classOf.end(), buffer.classOf.begin(), buffer.classOf.end());
    for (const std::uint32_t session : buffer.sessionOf)
        all.sessionOf.push_back(sessions + session);
    all.sessionNames.insert(all.sessionNames.end(), buffer.sessionNames.begin(), buffer.sessionNames.end());

    attempt.inputs = inputsOf(all.features);
    attempt.classOf = torch::tensor(std::vector<std::int64_t>(all.classOf.begin(), all.classOf.end()), torch::kLong);
    attempt.sampler = std::make_unique<EpisodeSampler>(all);
    attempt.shape = shapeFor({.ways = m_settings.ways, .shots = m_settings.shots, .queries = m_settings.queries},
                             fewestOf(training));
    for (const std::uint16_t one : attempt.sampler->eligible(attempt.shape)) {
        if (std::ranges::find(attempt.fresh, one) == attempt.fresh.end())
            attempt.old.push_back(one);
    }
}

/// Answers of the model as it is now on the held flows of every task so far.
void ContinualLoop::judge(Attempt& attempt) const
{
    auto& tasks = attempt.memory.tasks;
    PastTask& latest = tasks.back();
    for (std::size_t on = 0; on < tasks.size(); ++on) {
        const Dataset held = datasetOf(tasks[on].held);
        latest.fewShot.push_back(fewShotAccuracy(attempt.model, held, on));
        latest.classifier.push_back(classifierAccuracy(attempt.model, held, attempt.memory.exemplars));
    }
}

base::Result<LearnedTask> ContinualLoop::learn(const ContinualTask& task, const base::ProgressSink& progress,
                                               const std::stop_token& stop)
{
    const auto begun = std::chrono::steady_clock::now();
    const std::size_t index = m_memory.tasks.size();
    Attempt attempt{.model = {m_meta.body, detached(m_meta.parameters)},
                    .memory = m_memory,
                    .rng = base::Rng(m_settings.seed).fork(taskStream + index)};
    const auto split = splitTask(task, m_memory.tasks, m_settings, attempt.rng);
    if (!split)
        return failure(split.error());
    const std::size_t known = m_memory.exemplars.classNames().size();
    if (known + split->training.classNames.size() > std::numeric_limits<std::uint16_t>::max())
        return failure(Error::Code::Argument, "there are too many classes for one memory");
    LearnedTask learned{.name = task.name, .trained = split->training.size(), .held = split->held.size()};
    PastTask remembered{.name = task.name, .held = heldFrom(split->held), .fewShot = {}, .classifier = {}};
    remembered.before = fewShotAccuracy(attempt.model, datasetOf(remembered.held), index);
    prepare(attempt, split->training);
    learned.replayBatch = m_memory.exemplars.size() == 0 ? 0 : m_settings.replayBatch;
    if (auto trained = train(attempt, progress, stop); !trained)
        return failure(trained.error().code, "the task '" + task.name + "' was not learned: " + trained.error().what);
    if (m_trained->wantsToFinish())
        m_trained->finish(attempt.model.parameters, embedAll(attempt.model, attempt.inputs));
    remember(attempt);
    attempt.memory.tasks.push_back(std::move(remembered));
    judge(attempt);

    const PastTask& judged = attempt.memory.tasks.back();
    learned.classes = attempt.memory.exemplars.classNames().size();
    learned.newClasses = learned.classes - known;
    learned.before = judged.before;
    learned.fewShot = judged.fewShot.back();
    learned.classifier = judged.classifier.back();
    learned.episodeLoss = attempt.episodeLoss.value();
    learned.freshLoss = attempt.freshLoss.value();
    learned.logitLoss = attempt.logitLoss.value();
    learned.replayLoss = attempt.replayLoss.value();
    learned.replayShare = attempt.replayShare.value();
    learned.memory = attempt.memory.exemplars.summary();
    record(attempt, task, learned);
    learned.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    m_learned.push_back(learned);
    return learned;
}

/// Makes the attempt the state to go on from: a model, and the memory that goes with it.
void ContinualLoop::record(Attempt& attempt, const ContinualTask& task, const LearnedTask& learned)
{
    const std::string from = m_memory.model;
    m_meta.parameters = detached(attempt.model.parameters);
    m_memory = std::move(attempt.memory);
    m_memory.headWeights = toMatrix(m_meta.parameters.at("classes.weight"));
    m_memory.headBias = toMatrix(m_meta.parameters.at("classes.bias").unsqueeze(0)).values;

    Parameters kept = m_meta.parameters;
    std::erase_if(kept, [](const auto& one) { return one.first.starts_with("classes."); });
    m_model.weights = toTensors(kept);
    TrainSettings calibration = m_method;
    calibration.shots = attempt.shape.shots;
    calibration.queries = attempt.shape.queries;
    m_model.heads = calibratedHeads({m_meta.body, kept}, attempt.inputs, attempt.all, calibration);
    m_memory.model = m_model.identity();

    TrainingRecord& training = m_model.training;
    const std::string flows = task.flows.hash();
    base::Sha256 seen;
    seen.add(training.corpusHash + "\n" + flows);
    training.corpusHash = seen.hex();
    auto configuration = nlohmann::json::parse(training.configuration);
    configuration["continued"].push_back({{"from", from},
                                          {"task", learned.name},
                                          {"flows_sha256", flows},
                                          {"flows", learned.trained},
                                          {"settings", nlohmann::json::parse(toJson(m_settings))}});
    training.configuration = configuration.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    training.sources.insert(training.sources.end(), task.flows.sources.begin(), task.flows.sources.end());
    std::ranges::sort(training.sources);
    training.sources.erase(std::ranges::unique(training.sources).begin(), training.sources.end());
    addFigures(training, attempt, learned);
}

/// One point of the curve, and the metrics; those that are of the base model say so from now on.
void ContinualLoop::addFigures(TrainingRecord& training, const Attempt& attempt, const LearnedTask& learned) const
{
    const std::size_t last = m_memory.tasks.size() - 1;
    const auto fewShot = continualReport(accuraciesOf(m_memory.tasks, &PastTask::fewShot), last);
    const auto classifier = continualReport(accuraciesOf(m_memory.tasks, &PastTask::classifier), last);
    CurvePoint point = training.curve.empty() ? CurvePoint{} : training.curve.back();
    point.step += m_settings.stepsPerTask;
    point.episodes += std::uint64_t{m_settings.stepsPerTask} * m_settings.episodesPerStep;
    point.trainLoss = std::isnan(learned.episodeLoss) ? learned.freshLoss : learned.episodeLoss;
    point.trainAccuracyBefore = 0; // nobody looks at answers before adaptation here
    point.trainAccuracy = attempt.episodeAccuracy.count == 0 ? 0 : attempt.episodeAccuracy.value();
    point.validationAccuracy = fewShot.accuracy.value.value_or(0);
    point.validationError = 0;
    point.learningRate = attempt.lastRate;
    point.gradientNorm = attempt.norm.value();
    point.replayShare = learned.replayShare;
    training.curve.push_back(point);

    std::map<std::string, double> metrics;
    for (const auto& [name, value] : training.metrics)
        metrics[name.starts_with("base.") || name.starts_with("continual.") ? name : "base." + name] = value;
    metrics["continual.tasks"] = static_cast<double>(m_memory.tasks.size());
    const auto add = [&metrics](const std::string& name, const ContinualReport& report) {
        metrics["continual." + name + ".accuracy"] = report.accuracy.value.value_or(0);
        metrics["continual." + name + ".forgetting"] = report.forgetting.value.value_or(0);
        metrics["continual." + name + ".backward_transfer"] = report.backwardTransfer.value.value_or(0);
    };
    add("few_shot", fewShot);
    add("class_head", classifier);
    training.metrics = std::move(metrics);
}

ContinualOutcome ContinualLoop::outcome() const
{
    const std::size_t last = m_memory.tasks.size() - 1;
    return {.model = m_model,
            .memory = m_memory,
            .learned = m_learned,
            .fewShot = continualReport(accuraciesOf(m_memory.tasks, &PastTask::fewShot), last),
            .classifier = continualReport(accuraciesOf(m_memory.tasks, &PastTask::classifier), last)};
}

base::Result<ContinualOutcome> continueWith(const BaseModel& base, const ContinualMemory* memory,
                                            std::span<const ContinualTask> tasks, const ContinualSettings& settings,
                                            const TaskSink& told, const base::ProgressSink& progress,
                                            const std::stop_token& stop)
{
    if (tasks.empty())
        return failure(Error::Code::Argument, "there is no task to learn");
    auto loop = ContinualLoop::begin(base, memory, settings);
    if (!loop)
        return failure(loop.error());
    bool any = false;
    for (const ContinualTask& task : tasks) {
        const auto learned = (*loop)->learn(task, progress, stop);
        if (!learned && learned.error().code == Error::Code::Cancelled && any)
            break;
        if (!learned)
            return failure(learned.error());
        any = true;
        if (told)
            told(*learned);
    }
    return (*loop)->outcome();
}

} // namespace flowscent::learn
