// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/training_loop.h"

#include "engine/learn/tasks/benign_bank.h"

#include "engine/learn/torch/encoders/encoder.h"
#include "engine/learn/torch/head_calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flowscent::learn {

using base::Error;
using base::failure;
using torch::Tensor;

namespace {

constexpr std::uint64_t weightStream = 2;
constexpr std::uint64_t pretrainStream = 3;
constexpr std::size_t threads = 2; ///< parts of a process, whatever the machine has, or results would depend on it

Tensor classTensor(const Dataset& dataset)
{
    Tensor classes = torch::empty({static_cast<std::int64_t>(dataset.size())}, torch::kLong);
    std::ranges::copy(dataset.classOf, classes.data_ptr<std::int64_t>());
    return classes;
}

void differentiate(const Tensor& loss, const MetaModel& leaves, std::vector<Tensor>& into)
{
    const auto gradients = gradientsOf(loss, leaves);
    for (std::size_t i = 0; i < into.size(); ++i)
        into[i] += gradients[i];
}

void append(std::vector<double>& to, const Tensor& values)
{
    const auto* numbers = values.data_ptr<float>();
    to.insert(to.end(), numbers, numbers + values.numel());
}

double meanOf(const std::vector<double>& values)
{
    double sum = 0;
    for (const double value : values)
        sum += value / static_cast<double>(values.size());
    return sum;
}

} // namespace

TrainingLoop::TrainingLoop(const Dataset& training, const Dataset& validation, const TrainSettings& settings,
                           std::unique_ptr<ProcessGroup> world)
    : m_settings(settings)
    , m_training(training)
    , m_scaler(features::Scaler::fit(m_training.features))
    , m_world(std::move(world))
    , m_method(makeTrainingMethod(settings.method, settings.innerLoop, settings.companionShare))
    , m_inputs(inputsOf(m_scaler.apply(m_training.features)))
    , m_classOf(classTensor(m_training))
    , m_validationHash(validation.hash())
    , m_validation(validation, inputsOf(m_scaler.apply(validation.features)), settings)
    , m_stream(m_training, settings)
    , m_pretraining(m_training)
    , m_rng(base::Rng(settings.seed).fork(pretrainStream))
{
    base::Rng rng = base::Rng(settings.seed).fork(weightStream);
    const EncoderSpec spec = settings.encoder;
    m_model.body = {[spec](const Parameters& parameters, const Tensor& x) { return encode(spec, parameters, x); },
                    spec.embeddingSize};
    Parameters encoder = initialised(encoderShapes(spec), rng);
    const auto classes = static_cast<std::int64_t>(m_training.classNames.size());
    Parameters own = m_method->initial({encoder, spec.embeddingSize, classes}, rng);
    m_model.parameters = std::move(encoder);
    m_model.parameters.merge(own);
    if (settings.pretrainSteps > 0)
        m_model.parameters.merge(pretrainingParameters(spec.embeddingSize, classes, rng));
    for (auto& [name, tensor] : m_model.parameters)
        tensor.requires_grad_();
    if (settings.averaging > 0)
        m_average = detached(m_model.parameters);
    m_optimizer.emplace(m_model.parameters, settings);
}

base::Result<std::unique_ptr<TrainingLoop>> TrainingLoop::begin(const Dataset& training, const Dataset& validation,
                                                                const TrainSettings& settings,
                                                                std::unique_ptr<ProcessGroup> world)
{
    if (auto sound = learn::check(settings); !sound)
        return failure(sound.error());
    if (training.size() == 0 || validation.size() == 0)
        return failure(Error::Code::Argument, "there are too few flows to train on: a split is empty");
    std::unique_ptr<TrainingLoop> loop(
        new TrainingLoop(training.withoutDuplicates(), validation.withoutDuplicates(), settings, std::move(world)));
    if (auto possible = loop->check(); !possible)
        return failure(possible.error());
    if (auto agreed = loop->agree(); !agreed)
        return failure(agreed.error());
    return loop;
}

base::Result<void> TrainingLoop::check() const
{
    if (!m_stream.possible())
        return failure(Error::Code::Argument,
                       "the training split has fewer than two classes with " +
                           std::to_string(m_settings.shots + m_settings.queries) + " distinct flows" +
                           (m_settings.captureDisjoint ? " in captures that can be told apart" : ""));
    if (!m_validation.possible())
        return failure(Error::Code::Argument, "the validation split has too few flows for 5-way 5-shot episodes");
    return {};
}

base::Result<void> TrainingLoop::agree()
{
    if (m_world == nullptr)
        return {};
    return m_world->agree("settings and data", toJson(m_settings) + ' ' + m_training.hash() + ' ' + m_validationHash +
                                                   ' ' + std::to_string(m_step));
}

base::Result<TrainingLoop::Batch> TrainingLoop::solve(std::size_t units, const SolvePart& part)
{
    const std::size_t rank = m_world == nullptr ? 0 : m_world->rank();
    const std::size_t parts = threads * (m_world == nullptr ? 1 : m_world->size());
    std::array<Batch, threads> own;
    onTwoThreads([&](std::size_t thread) {
        const MetaModel leaves = leavesOf(m_model);
        Batch& batch = own.at(thread);
        for (const auto& [name, tensor] : leaves.parameters)
            batch.gradients.push_back(torch::zeros_like(tensor).detach());
        const std::size_t index = rank * threads + thread;
        part(leaves, index * units / parts, (index + 1) * units / parts, batch);
    });
    Batch all = std::move(own[0]);
    for (std::size_t i = 0; i < all.gradients.size(); ++i)
        all.gradients[i] += own[1].gradients[i];
    for (auto figure : {&Batch::losses, &Batch::before, &Batch::after})
        (all.*figure).insert((all.*figure).end(), (own[1].*figure).begin(), (own[1].*figure).end());
    if (m_world == nullptr)
        return all;
    if (auto summed = m_world->sum(all.gradients); !summed)
        return failure(summed.error());
    for (auto figure : {&Batch::losses, &Batch::before, &Batch::after}) {
        auto gathered = m_world->gather(all.*figure);
        if (!gathered)
            return failure(gathered.error());
        all.*figure = std::move(*gathered);
    }
    return all;
}

/// Tasks of one shape share a graph; replayed ones may have another. Figures come in the tasks' order.
void TrainingLoop::solveTasks(const MetaModel& leaves, std::span<const DrawnTask> tasks, std::size_t first,
                              std::size_t all, Batch& into) const
{
    const TrainingMoment moment{static_cast<double>(m_step - m_settings.pretrainSteps) / m_settings.steps};
    for (std::size_t at = first; at < first + tasks.size();) {
        std::vector<Episode> episodes;
        std::vector<float> weights;
        std::size_t index = at - first;
        for (; index < tasks.size() && sameShape(tasks[index].episode, tasks[at - first].episode); ++index) {
            episodes.push_back(tasks[index].episode);
            weights.push_back(static_cast<float>(tasks[index].weight));
        }
        const TaskBatch batch = gatherTasks(m_inputs, m_classOf, episodes);
        const MetaLoss loss = m_method->metaLoss(leaves, batch, moment, torch::tensor(weights));
        differentiate(loss.loss * (static_cast<double>(episodes.size()) / static_cast<double>(all)), leaves,
                      into.gradients);
        append(into.losses, loss.perTask);
        append(into.before, loss.before);
        append(into.after, loss.accuracy);
        at = first + index;
    }
}

base::Result<TrainingLoop::Batch> TrainingLoop::metaBatch()
{
    const auto tasks = m_stream.next(m_step - m_settings.pretrainSteps);
    auto batch = solve(tasks.size(), [&](const MetaModel& leaves, std::size_t begin, std::size_t end, Batch& into) {
        solveTasks(leaves, std::span(tasks).subspan(begin, end - begin), begin, tasks.size(), into);
    });
    if (!batch)
        return batch;
    m_stream.learned(tasks, batch->losses);
    m_episodes += tasks.size();
    const auto replayed = std::ranges::count_if(tasks, [](const DrawnTask& task) { return task.replayed.has_value(); });
    m_sums.replayShare += static_cast<double>(replayed) / static_cast<double>(tasks.size());
    return batch;
}

base::Result<TrainingLoop::Batch> TrainingLoop::pretrainBatch()
{
    const auto groups = m_pretraining.next(m_settings.pretrainFlows, m_rng);
    return solve(groups.size(), [&](const MetaModel& leaves, std::size_t begin, std::size_t end, Batch& into) {
        for (std::size_t i = begin; i < end; ++i) {
            const Tensor views = viewsOf(groups[i], m_training, m_scaler, m_settings.augment);
            std::vector<std::int64_t> rows(groups[i].rows.begin(), groups[i].rows.end());
            const Tensor classes = m_classOf.index_select(0, torch::tensor(rows));
            const PretrainLoss loss = pretrainLoss(leaves, views, classes, m_settings.contrastShare);
            differentiate(loss.loss / static_cast<double>(groups.size()), leaves, into.gradients);
            into.losses.push_back(loss.loss.item<double>());
            into.before.push_back(0);
            into.after.push_back(loss.accuracy);
        }
    });
}

/// One step of the optimizer; the gradient's norm.
double TrainingLoop::descend(const Batch& batch)
{
    const bool first = pretraining();
    const std::uint32_t step = first ? m_step : m_step - m_settings.pretrainSteps;
    m_sums.learningRate =
        rateAt(step, first ? m_settings.pretrainSteps : m_settings.steps, m_settings, m_plateauFactor);
    const double norm = m_optimizer->step(batch.gradients, m_sums.learningRate);
    const torch::NoGradGuard still;
    for (auto& [name, average] : m_average)
        average.mul_(m_settings.averaging).add_(m_model.parameters.at(name).detach(), 1 - m_settings.averaging);
    return norm;
}

/// The batch's figures; what was drawn for it goes back when the world fails.
base::Result<TrainingLoop::Batch> TrainingLoop::nextBatch()
{
    if (m_world == nullptr)
        return pretraining() ? pretrainBatch() : metaBatch();
    const TaskStream::Mark mark = m_stream.mark();
    const base::Rng rng = m_rng;
    auto batch = pretraining() ? pretrainBatch() : metaBatch();
    if (!batch) {
        m_stream.rewind(mark);
        m_rng = rng;
    }
    return batch;
}

base::Result<bool> TrainingLoop::stopTogether(bool own)
{
    return m_world == nullptr ? own : m_world->any(own);
}

base::Result<CurvePoint> TrainingLoop::step()
{
    const double replayBefore = m_sums.replayShare;
    auto batch = nextBatch();
    if (!batch)
        return failure(batch.error());
    CurvePoint point{.trainLoss = meanOf(batch->losses),
                     .trainAccuracyBefore = meanOf(batch->before),
                     .trainAccuracy = meanOf(batch->after),
                     .validationAccuracy = std::numeric_limits<double>::quiet_NaN()};
    point.gradientNorm = m_sums.gradientNorm = descend(*batch);
    point.replayShare = m_sums.replayShare - replayBefore;
    point.learningRate = m_sums.learningRate;
    m_sums.trainLoss += point.trainLoss;
    m_sums.trainAccuracyBefore += point.trainAccuracyBefore;
    m_sums.trainAccuracy += point.trainAccuracy;
    ++m_sumSteps;
    ++m_step;
    point.step = m_step;
    point.episodes = m_episodes;
    point.seconds = seconds();
    point.episodesPerSecond = static_cast<double>(batch->losses.size()) / std::max(1e-6, point.seconds - m_lastSeconds);
    m_lastSeconds = point.seconds;
    const bool metaStep = m_step > m_settings.pretrainSteps;
    const std::uint32_t done = m_step - std::min(m_step, m_settings.pretrainSteps);
    if (metaStep && (done % m_settings.validateEvery == 0 || m_step == allSteps()))
        look(point);
    return point;
}

void TrainingLoop::look(CurvePoint& point)
{
    const torch::NoGradGuard still;
    MetaModel looked{m_model.body, detached(kept())};
    if (m_method->wantsToFinish())
        m_method->finish(looked.parameters, embedAll(looked, m_inputs));
    const auto accuracy = m_validation.accuracy(*m_method, looked);
    const double last = m_curve.empty() ? 0.0 : m_curve.back().seconds;
    const std::uint64_t lastEpisodes = m_curve.empty() ? 0 : m_curve.back().episodes;
    point.trainLoss = m_sums.trainLoss / m_sumSteps;
    point.trainAccuracyBefore = m_sums.trainAccuracyBefore / m_sumSteps;
    point.trainAccuracy = m_sums.trainAccuracy / m_sumSteps;
    point.replayShare = m_sums.replayShare / m_sumSteps;
    point.validationAccuracy = accuracy.mean;
    point.validationError = accuracy.error;
    point.seconds = seconds();
    point.episodesPerSecond = static_cast<double>(m_episodes - lastEpisodes) / std::max(1e-6, point.seconds - last);
    m_curve.push_back(point);
    m_sums = {.learningRate = point.learningRate};
    m_sumSteps = 0;
    ++m_sinceBest;
    ++m_sincePlateau;
    if (m_best.empty() || accuracy.mean > m_bestAccuracy) {
        m_best = std::move(looked.parameters);
        m_bestAccuracy = accuracy.mean;
        m_bestStep = m_step;
        m_sinceBest = m_sincePlateau = 0;
    } else if (m_settings.schedule == Schedule::Plateau && m_sincePlateau >= m_settings.plateauPatience) {
        m_plateauFactor *= m_settings.stepFactor;
        m_sincePlateau = 0;
    }
}

bool TrainingLoop::finished() const
{
    return m_step >= allSteps() || m_sinceBest >= m_settings.patience;
}

double TrainingLoop::seconds() const
{
    return m_secondsBefore + std::chrono::duration<double>(std::chrono::steady_clock::now() - m_begun).count();
}

base::Result<BaseModel> TrainingLoop::best() const
{
    if (m_best.empty())
        return failure(Error::Code::Cancelled,
                       "the training was stopped before the first look at the validation split");
    BaseModel model;
    model.scaler = m_scaler;
    model.bank = drawBenignBank(m_training, benignBankFlows, m_settings.seed);
    model.encoder = m_settings.encoder.text();
    model.embeddingSize = m_settings.encoder.embeddingSize;
    model.training.configuration = toJson(m_settings);
    model.training.corpusHash = m_training.hash();
    model.training.sources = m_training.sources;
    model.training.curve = m_curve;
    model.training.metrics["best_step"] = m_bestStep;
    model.training.metrics[m_validation.disjoint() ? "val.5way5shot.capture_disjoint" : "val.5way5shot.mixed"] =
        m_bestAccuracy;
    Parameters kept = m_best;
    std::erase_if(kept, [](const auto& entry) { return entry.first.starts_with("pretrain."); });
    model.weights = toTensors(kept);
    const MetaModel trained{m_model.body, std::move(kept)};
    model.heads = calibratedHeads(trained, m_inputs, m_training, m_settings);
    return model;
}

} // namespace flowscent::learn
