// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/trainer.h"

#include "engine/learn/episodes.h"
#include "engine/learn/replay/task_replay.h"
#include "engine/learn/torch/encoder_net.h"
#include "engine/learn/torch/task_heads.h"
#include "engine/learn/torch/validation.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <optional>

namespace flowscent::learn {

using base::Error;
using base::failure;
using torch::Tensor;

namespace {

constexpr double otherHeadShare = 0.5; ///< weight of the head that is not the method's own, so that both stay usable
constexpr std::uint32_t fewestWays = 5;
constexpr std::uint64_t replayStream = 1; ///< of the generator: switching replay on moves no other draw

Tensor indexTensor(const std::vector<std::uint32_t>& rows)
{
    Tensor tensor = torch::empty({static_cast<std::int64_t>(rows.size())}, torch::kLong);
    std::copy(rows.begin(), rows.end(), tensor.data_ptr<std::int64_t>());
    return tensor;
}

Tensor wayTensor(const std::vector<std::uint16_t>& ways)
{
    return indexTensor({ways.begin(), ways.end()});
}

struct TaskOutcome {
    Tensor loss;
    double queryLoss = 0; ///< of the method's own head
    double accuracy = 0;
};

TaskOutcome solveTask(const Episode& episode, const Tensor& embedded, Method method, const HeadTensors& heads)
{
    const auto supports = static_cast<std::int64_t>(episode.support.size());
    const Tensor support = embedded.narrow(0, 0, supports);
    const Tensor query = embedded.narrow(0, supports, static_cast<std::int64_t>(episode.query.size()));
    const Tensor oneHot = torch::one_hot(wayTensor(episode.supportWay), episode.ways).to(torch::kFloat);
    const Tensor truth = wayTensor(episode.queryWay);
    const Tensor ridge = ridgeLogits(support, oneHot, query, heads);
    const Tensor prototype = prototypeLogits(support, oneHot, query, heads);
    const Tensor& own = method == Method::R2d2 ? ridge : prototype;
    const Tensor& other = method == Method::R2d2 ? prototype : ridge;
    const Tensor ownLoss = torch::cross_entropy_loss(own, truth);
    TaskOutcome outcome;
    outcome.loss = ownLoss + otherHeadShare * torch::cross_entropy_loss(other, truth);
    outcome.queryLoss = ownLoss.item<double>();
    outcome.accuracy = own.argmax(1).eq(truth).to(torch::kFloat).mean().item<double>();
    return outcome;
}

std::unique_ptr<torch::optim::Optimizer> makeOptimizer(const std::vector<Tensor>& parameters,
                                                       const TrainSettings& settings)
{
    switch (settings.optimizer) {
    case Optimizer::AdamW:
        return std::make_unique<torch::optim::AdamW>(
            parameters, torch::optim::AdamWOptions(settings.learningRate).weight_decay(settings.weightDecay));
    case Optimizer::Sgd:
        return std::make_unique<torch::optim::SGD>(
            parameters,
            torch::optim::SGDOptions(settings.learningRate).momentum(0.9).weight_decay(settings.weightDecay));
    case Optimizer::Adam:
        break;
    }
    return std::make_unique<torch::optim::Adam>(
        parameters, torch::optim::AdamOptions(settings.learningRate).weight_decay(settings.weightDecay));
}

/// Linear warm-up, then a cosine down to 1 % of the rate.
double rateAt(std::uint32_t step, const TrainSettings& settings)
{
    if (step < settings.warmUp)
        return settings.learningRate * (step + 1.0) / settings.warmUp;
    const double left = std::max(1.0, double{static_cast<double>(settings.steps) - settings.warmUp});
    const double done = std::min(1.0, (step - settings.warmUp) / left);
    return settings.learningRate * (0.01 + 0.99 * 0.5 * (1 + std::cos(std::numbers::pi * done)));
}

void setRate(torch::optim::Optimizer& optimizer, double rate)
{
    for (auto& group : optimizer.param_groups())
        group.options().set_lr(rate);
}

/// One meta-training from the first step to the last. Lives for a single call of metaTrain.
class Run {
public:
    Run(const Dataset& training, const Dataset& validation, const TrainSettings& settings)
        : m_settings(settings)
        , m_training(training.withoutDuplicates())
        , m_sampler(m_training)
        , m_validation(validation.withoutDuplicates(), settings)
        , m_rng(settings.seed)
        , m_replay({.capacity = settings.replayCapacity}, m_rng.fork(replayStream))
        , m_net(EncoderNet::initialised())
    {
        m_model.scaler = features::Scaler::fit(m_training.features);
        m_model.encoder = EncoderNet::architecture;
        m_model.embeddingSize = static_cast<std::size_t>(EncoderNet::embeddingSize);
        m_model.training.configuration = toJson(settings);
        m_model.training.corpusHash = m_training.hash();
        m_model.training.sources = m_training.sources;
        m_scaled = m_model.scaler.apply(m_training.features);
        for (auto& [name, tensor] : m_net.parameters)
            m_parameters.push_back(tensor.requires_grad_());
        for (Tensor* tensor : {&m_heads.logLambda, &m_heads.logRidgeScale, &m_heads.logPrototypeScale})
            m_parameters.push_back(tensor->requires_grad_());
        m_optimizer = makeOptimizer(m_parameters, settings);
    }

    base::Result<BaseModel> run(const CurveSink& curve, const std::stop_token& stop)
    {
        const EpisodeShape largest{.ways = m_settings.ways, .shots = m_settings.shots, .queries = m_settings.queries};
        if (m_sampler.eligible(largest).size() < 2)
            return failure(Error::Code::Argument,
                           "fewer than two classes of the training split have enough distinct flows");
        if (!m_validation.possible())
            return failure(Error::Code::Argument, "the validation split has too few distinct flows to stop early on");
        for (std::uint32_t step = 0; step < m_settings.steps && m_bad < m_settings.patience; ++step) {
            if (stop.stop_requested())
                break;
            trainStep(step);
            const bool last = step + 1 == m_settings.steps;
            if ((step + 1) % m_settings.validateEvery == 0 || last) {
                if (auto looked = look(step + 1, curve); !looked)
                    return failure(looked.error());
            }
        }
        if (!m_best)
            return failure(Error::Code::Cancelled, "training was stopped before its first validation");
        m_best->training.curve = m_model.training.curve;
        return *m_best;
    }

private:
    struct Drawn {
        Episode episode;
        std::optional<std::uint64_t> replayed; ///< its id in the buffer
    };

    std::vector<Drawn> drawTasks()
    {
        EpisodeShape shape{.ways = m_settings.ways, .shots = m_settings.shots, .queries = m_settings.queries};
        if (shape.ways > fewestWays)
            shape.ways = fewestWays + static_cast<std::uint32_t>(m_rng.below(shape.ways - fewestWays + 1));
        shape.shots = 1 + static_cast<std::uint32_t>(m_rng.below(shape.shots));
        const auto classes = m_sampler.eligible(shape);
        const auto replays =
            m_replay.size() < m_settings.tasksPerStep
                ? 0U
                : static_cast<std::uint32_t>(std::lround(m_settings.replayShare * m_settings.tasksPerStep));
        std::vector<Drawn> tasks;
        for (ReplayedTask& task : m_replay.draw(replays, 1.0))
            tasks.push_back({std::move(task.episode), task.id});
        while (tasks.size() < m_settings.tasksPerStep)
            tasks.push_back({m_sampler.draw(shape, classes, m_rng), std::nullopt});
        return tasks;
    }

    /// All flows of all tasks go through the encoder at once; the heads then work task by task.
    void trainStep(std::uint32_t step)
    {
        const auto tasks = drawTasks();
        std::vector<std::uint32_t> rows;
        for (const Drawn& task : tasks) {
            rows.insert(rows.end(), task.episode.support.begin(), task.episode.support.end());
            rows.insert(rows.end(), task.episode.query.begin(), task.episode.query.end());
        }
        const Tensor index = indexTensor(rows);
        const Tensor embedded = m_net.forward(view(m_scaled.sequences).index_select(0, index),
                                              view(m_scaled.statistics).index_select(0, index));

        Tensor loss = torch::zeros({1});
        std::int64_t at = 0;
        for (const Drawn& task : tasks) {
            const auto size = static_cast<std::int64_t>(task.episode.support.size() + task.episode.query.size());
            const TaskOutcome outcome =
                solveTask(task.episode, embedded.narrow(0, at, size), m_settings.method, m_heads);
            at += size;
            loss = loss + outcome.loss / static_cast<double>(tasks.size());
            m_lossSum += outcome.queryLoss;
            m_accuracySum += outcome.accuracy;
            m_chanceSum += 1.0 / task.episode.ways;
            ++m_tasks;
            if (task.replayed) {
                ++m_replayed;
                m_replay.update(*task.replayed, outcome.queryLoss);
            } else {
                m_replay.remember(task.episode, outcome.queryLoss);
            }
        }
        m_rate = rateAt(step, m_settings);
        setRate(*m_optimizer, m_rate);
        m_optimizer->zero_grad();
        loss.backward();
        m_gradientNorm = torch::nn::utils::clip_grad_norm_(m_parameters, m_settings.gradientClip);
        if (std::isfinite(m_gradientNorm)) // a task whose system was singular must not poison the weights
            m_optimizer->step();
    }

    base::Result<void> look(std::uint32_t step, const CurveSink& curve)
    {
        const torch::NoGradGuard still;
        m_model.heads = m_heads.values();
        m_model.weights = m_net.toTensors();
        const auto accuracy = m_validation.accuracy(m_net.detachedCopy(), m_model);
        if (!accuracy)
            return failure(accuracy.error());
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - m_begun).count();
        m_episodes += static_cast<std::uint64_t>(m_tasks);
        CurvePoint point{.step = step,
                         .episodes = m_episodes,
                         .trainLoss = m_lossSum / m_tasks,
                         .trainAccuracyBefore = m_chanceSum / m_tasks, // these heads know nothing before
                         .trainAccuracy = m_accuracySum / m_tasks,
                         .validationAccuracy = accuracy->mean,
                         .validationError = accuracy->error,
                         .learningRate = m_rate,
                         .gradientNorm = m_gradientNorm,
                         .episodesPerSecond = m_tasks / (seconds - m_lookedAt),
                         .replayShare = m_replayed / m_tasks,
                         .seconds = seconds};
        m_lookedAt = seconds;
        m_lossSum = m_chanceSum = m_accuracySum = m_replayed = m_tasks = 0;
        m_model.training.curve.push_back(point);
        if (curve)
            curve(point);
        ++m_bad;
        if (!m_best || point.validationAccuracy > m_bestAccuracy) {
            m_bestAccuracy = point.validationAccuracy;
            m_best = m_model;
            m_best->training.metrics["best_step"] = step;
            m_best->training
                .metrics[m_validation.disjoint() ? "val.5way5shot.capture_disjoint" : "val.5way5shot.mixed"] =
                point.validationAccuracy;
            m_bad = 0;
        }
        return {};
    }

    const TrainSettings m_settings;
    const Dataset m_training;
    EpisodeSampler m_sampler;
    Validation m_validation;
    base::Rng m_rng;
    TaskReplay m_replay;
    EncoderNet m_net;
    HeadTensors m_heads = HeadTensors::of({.ridgeLambda = 1, .ridgeScale = 5, .prototypeScale = 5});
    BaseModel m_model;
    features::FeatureSet m_scaled;
    std::vector<Tensor> m_parameters;
    std::unique_ptr<torch::optim::Optimizer> m_optimizer;
    std::optional<BaseModel> m_best;
    std::chrono::steady_clock::time_point m_begun = std::chrono::steady_clock::now();
    double m_bestAccuracy = 0;
    std::uint64_t m_episodes = 0;
    double m_lookedAt = 0; ///< seconds since the start
    double m_lossSum = 0;
    double m_chanceSum = 0;
    double m_replayed = 0;
    double m_accuracySum = 0;
    double m_tasks = 0;
    double m_rate = 0;
    double m_gradientNorm = 0;
    std::uint32_t m_bad = 0; ///< validations since the best
};

} // namespace

base::Result<BaseModel> metaTrain(const Dataset& training, const Dataset& validation, const TrainSettings& settings,
                                  const CurveSink& curve, const std::stop_token& stop)
{
    if (auto sound = check(settings); !sound)
        return failure(sound.error());
    torch::manual_seed(static_cast<std::uint64_t>(settings.seed));
    return Run(training, validation, settings).run(curve, stop);
}

} // namespace flowscent::learn
