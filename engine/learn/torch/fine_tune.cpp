// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/fine_tune.h"

#include "engine/learn/augment/augment.h"
#include "engine/learn/export/export.h"
#include "engine/learn/torch/encoders/encoder.h"
#include "engine/learn/torch/flow_inputs.h"
#include "engine/learn/torch/inner_loop.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include <nlohmann/json.hpp>

namespace flowscent::learn {

using base::Error;
using base::failure;
using base::Result;
using torch::Tensor;

namespace {

constexpr std::size_t views = 8;         ///< that stand for a single example
constexpr std::size_t bankShare = 256;   ///< flows of the bank that are looked at
constexpr double counterWeight = 4;      ///< the analyst has looked at them; of a flow of the bank: 1
constexpr double backgroundWeight = 0.5; ///< nobody has
constexpr double mostSetAside = 0.1;     ///< of the background
constexpr double leastReach = 1e-9;
constexpr double leastFall = 1e-4; ///< of the loss, nats: a step that gains less is the last
constexpr std::uint64_t viewStream = 1;
constexpr std::uint64_t bankStream = 2;

/// Examples ready for the encoder: threats (or views of one), counter-examples, background, flows of the bank.
struct Task {
    Tensor inputs; ///< [n, features]
    std::int64_t threats = 0;
    std::int64_t counters = 0;
    std::int64_t background = 0;
    Tensor restWeight; ///< [n - threats], adds up to 1
};

/// What an encoder is tuned with. Tensors of `still` do not move.
struct Tuned {
    EncoderSpec spec;
    Parameters still;
    Parameters moving;
};

struct Descent {
    Parameters moving; ///< where the loss was lowest
    std::uint32_t steps = 0;
    double lossBefore = 0;
    double lossAfter = 0;
};

features::FeatureSet severalThreats(const features::FeatureSet& threat, std::uint64_t seed)
{
    if (threat.size() > 1)
        return threat;
    base::Rng rng = base::Rng(seed).fork(viewStream);
    features::FeatureSet all = threat;
    for (std::size_t view = 1; view < views; ++view)
        all.append(augment(threat, AugmentSettings{}, rng));
    return all;
}

features::FeatureSet drawnFrom(const features::FeatureSet& bank, std::uint64_t seed)
{
    if (bank.size() <= bankShare)
        return bank;
    base::Rng rng = base::Rng(seed).fork(bankStream);
    auto rows = rng.sample(static_cast<std::uint32_t>(bank.size()), bankShare);
    std::ranges::sort(rows);
    return bank.rows(rows);
}

Result<void> check(const FineTuneExamples& examples, const BaseModel& model)
{
    if (examples.threat.size() == 0)
        return failure(Error::Code::Support, "there is no example of the threat: mark at least one flow");
    if (examples.notThreat.size() + examples.background.size() + model.bank.size() == 0)
        return failure(Error::Code::Support,
                       "there is nothing to tell the threat from: no counter-example, no other flow");
    for (const features::FeatureSet* set : {&examples.threat, &examples.notThreat, &examples.background, &model.bank}) {
        if (set->size() == 0)
            continue;
        if (auto sound = checkFlows(*set, model, set == &model.bank ? "a flow of the benign bank" : "an example");
            !sound)
            return sound;
    }
    return {};
}

Tensor shares(const std::vector<float>& weights)
{
    const Tensor all = torch::tensor(weights);
    return all / all.sum();
}

Result<Task> makeTask(const FineTuneExamples& examples, const BaseModel& model, std::uint64_t seed)
{
    if (auto sound = check(examples, model); !sound)
        return failure(sound.error());
    const features::FeatureSet bank = drawnFrom(model.bank, seed);
    features::FeatureSet all = severalThreats(examples.threat, seed);
    Task task{.inputs = {},
              .threats = static_cast<std::int64_t>(all.size()),
              .counters = static_cast<std::int64_t>(examples.notThreat.size()),
              .background = static_cast<std::int64_t>(examples.background.size()),
              .restWeight = {}};
    for (const features::FeatureSet* more : {&examples.notThreat, &examples.background, &bank}) {
        if (more->size() > 0)
            all.append(*more);
    }
    auto inputs = flowInputs(all, model, "an example");
    if (!inputs)
        return failure(inputs.error());
    task.inputs = *inputs;
    std::vector<float> weights(examples.notThreat.size(), counterWeight);
    weights.insert(weights.end(), examples.background.size(), backgroundWeight);
    weights.insert(weights.end(), bank.size(), 1.0F);
    task.restWeight = shares(weights);
    return task;
}

bool moves(const std::string& name, FineTuneScope scope)
{
    return scope == FineTuneScope::All || name.starts_with("encoder.out.") || name.starts_with("encoder.norm.");
}

Result<Tuned> takeApart(const BaseModel& model, FineTuneScope scope)
{
    const auto spec = EncoderSpec::parse(model.encoder);
    if (!spec)
        return failure(Error::Code::Model, spec.error().what);
    auto encoder = fromTensors(model.weights, encoderShapes(*spec));
    if (!encoder)
        return failure(encoder.error());
    Tuned tuned{*spec, {}, {}};
    for (const auto& [name, tensor] : *encoder)
        (moves(name, scope) ? tuned.moving : tuned.still)[name] = tensor;
    return tuned;
}

/// [n, d] of all flows; `moving` is task-batched, for one task.
Tensor embedded(const Tuned& tuned, const Parameters& still, const Parameters& moving, const Task& task)
{
    Parameters all = moving;
    all.insert(still.begin(), still.end());
    return encode(tuned.spec, all, task.inputs.unsqueeze(0)).squeeze(0);
}

/// Background flows that look more like the threat than the typical example does, before anything is learned: it is
/// more likely the threat than what to push away. At most a tenth, the most alike first.
std::vector<std::int64_t> lookAlikes(const Tensor& evidence, const Task& task)
{
    const Tensor plain = evidence.contiguous();
    const float* values = plain.data_ptr<float>();
    std::vector<float> threats(values, values + task.threats);
    const auto middle = threats.begin() + static_cast<std::ptrdiff_t>(threats.size() / 2);
    std::ranges::nth_element(threats, middle);
    std::vector<std::int64_t> above;
    for (std::int64_t place = task.counters; place < task.counters + task.background; ++place) {
        if (values[task.threats + place] > *middle)
            above.push_back(place);
    }
    std::ranges::stable_sort(above, std::greater(), [&](std::int64_t place) { return values[task.threats + place]; });
    const auto most = static_cast<std::size_t>(mostSetAside * static_cast<double>(task.background));
    above.resize(std::min(above.size(), most));
    return above;
}

void setAside(Task& task, const Tensor& evidence)
{
    Tensor weight = task.restWeight.clone();
    for (const std::int64_t place : lookAlikes(evidence, task))
        weight[place] = 0;
    task.restWeight = weight / weight.sum();
}

Tensor squaredDistance(const Parameters& from, const Parameters& to)
{
    Tensor sum = torch::zeros({});
    for (const auto& [name, tensor] : from)
        sum = sum + (tensor - to.at(name)).pow(2).sum();
    return sum;
}

Result<Descent> descend(const Tuned& tuned, const Task& task, const FineTuneSettings& settings,
                        const std::stop_token& stop)
{
    const Parameters still = perTask(tuned.still, 1);
    const Parameters origin = perTask(tuned.moving, 1);
    double seen = 0; // the loss where a step began
    const TaskLosses losses = [&](const Parameters& moving) {
        const Tensor evidence = heldOutEvidence(embedded(tuned, still, moving, task), task.threats, task.restWeight);
        const Tensor loss = evidenceLoss(evidence, task.threats, task.restWeight) +
                            0.5 * settings.pull * squaredDistance(moving, origin);
        seen = loss.item<double>();
        return loss.reshape({1});
    };
    const InnerLoop oneStep{.steps = 1, .clip = settings.clip, .secondOrder = false, .keepGraph = false};
    Descent descent{.moving = origin};
    Parameters current = origin;
    double best = std::numeric_limits<double>::infinity();
    for (std::uint32_t step = 0; step < settings.steps; ++step) {
        if (stop.stop_requested())
            return failure(Error::Code::Cancelled, "fine-tuning was stopped");
        Parameters next = adapt(current, losses, constantRate(settings.rate), oneStep);
        if (step == 0)
            descent.lossBefore = descent.lossAfter = seen;
        if (!(seen < best - leastFall)) // also of what is no number
            return descent;
        best = descent.lossAfter = seen;
        descent.moving = std::move(current);
        descent.steps = step;
        current = std::move(next);
    }
    const torch::NoGradGuard quiet;
    (void)losses(current);
    if (settings.steps > 0 && seen < best) {
        descent.moving = current;
        descent.steps = settings.steps;
        descent.lossAfter = seen;
    }
    return descent;
}

/// Beside what the record of the model says already; its figures are those of another model from now on.
void record(TrainingRecord& training, const std::string& from, const FineTuneSettings& settings, const Descent& descent)
{
    auto configuration = nlohmann::json::parse(training.configuration, nullptr, false);
    if (!configuration.is_object())
        configuration = nlohmann::json::object();
    configuration["fine_tuned"].push_back({{"from", from},
                                           {"scope", text(settings.scope)},
                                           {"steps", descent.steps},
                                           {"most_steps", settings.steps},
                                           {"rate", settings.rate},
                                           {"clip", settings.clip},
                                           {"pull", settings.pull},
                                           {"seed", settings.seed}});
    training.configuration = configuration.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    std::map<std::string, double> metrics;
    for (const auto& [name, value] : training.metrics) {
        if (!name.starts_with("fine_tuned."))
            metrics[name.starts_with("base.") ? name : "base." + name] = value;
    }
    metrics["fine_tuned.steps"] = descent.steps;
    metrics["fine_tuned.loss_before"] = descent.lossBefore;
    metrics["fine_tuned.loss_after"] = descent.lossAfter;
    training.metrics = std::move(metrics);
}

} // namespace

Tensor heldOutEvidence(const Tensor& embedded, std::int64_t threats, const Tensor& restWeight)
{
    const std::int64_t rest = embedded.size(0) - threats;
    const Tensor threatMean = embedded.narrow(0, 0, threats).mean(0);
    const Tensor restMean = restWeight.unsqueeze(0).mm(embedded.narrow(0, threats, rest)).squeeze(0);
    // Without a threat in it, the mean of n lies n / (n - 1) times as far from that threat.
    const double farther = static_cast<double>(threats) / static_cast<double>(threats - 1);
    const Tensor factor = torch::cat({torch::full({threats}, farther * farther), torch::ones({rest})});
    const Tensor toThreat = (embedded - threatMean).pow(2).sum(1) * factor;
    const Tensor toRest = (embedded - restMean).pow(2).sum(1);
    const Tensor reach = (restWeight * toRest.narrow(0, threats, rest)).sum().clamp_min(leastReach);
    return ((toRest + reach) / (toThreat + prototypeShareOfReach * reach)).log();
}

Tensor evidenceLoss(const Tensor& evidence, std::int64_t threats, const Tensor& restWeight)
{
    const std::int64_t rest = evidence.size(0) - threats;
    const Tensor ofThreats = torch::softplus(-evidence.narrow(0, 0, threats)).mean();
    const Tensor ofRest = (restWeight * torch::softplus(evidence.narrow(0, threats, rest))).sum();
    return 0.5 * (ofThreats + ofRest);
}

Result<BaseModel> fineTuned(const BaseModel& model, const FineTuneExamples& examples, const FineTuneSettings& settings,
                            const std::stop_token& stop)
{
    if (auto sound = check(settings); !sound)
        return failure(sound.error());
    auto task = makeTask(examples, model, settings.seed);
    if (!task)
        return failure(task.error());
    const auto tuned = takeApart(model, settings.scope);
    if (!tuned)
        return failure(tuned.error());
    {
        const torch::NoGradGuard quiet;
        const Tensor first = embedded(*tuned, perTask(tuned->still, 1), perTask(tuned->moving, 1), *task);
        setAside(*task, heldOutEvidence(first, task->threats, task->restWeight));
    }
    const auto descent = descend(*tuned, *task, settings, stop);
    if (!descent)
        return failure(descent.error());
    BaseModel result = model;
    Parameters moved;
    for (const auto& [name, tensor] : descent->moving)
        moved[name] = tensor.squeeze(0);
    for (auto& [name, tensor] : toTensors(moved).tensors)
        result.weights.tensors[name] = std::move(tensor);
    record(result.training, model.identity(), settings, *descent);
    return result;
}

} // namespace flowscent::learn
