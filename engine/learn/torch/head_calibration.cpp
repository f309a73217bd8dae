// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/head_calibration.h"

#include "engine/learn/torch/validation.h"

#include <cmath>

namespace flowscent::learn {

using torch::Tensor;

namespace {

constexpr std::uint64_t ownDraws = 0x4ead5;
constexpr std::uint32_t episodes = 64;
constexpr int steps = 150;
constexpr double rate = 0.05; ///< on the logarithm

double constantOf(const Parameters& parameters, const std::string& name)
{
    return std::exp(parameters.at(name).item<double>());
}

HeadParameters headsOf(const Parameters& parameters)
{
    return {constantOf(parameters, "method.ridge.log_lambda"), constantOf(parameters, "method.ridge.log_scale"),
            constantOf(parameters, "method.prototype.log_scale")};
}

} // namespace

HeadParameters calibratedHeads(const MetaModel& model, const Tensor& inputs, const Dataset& dataset,
                               const TrainSettings& settings)
{
    const auto method = makePair(makeR2d2(), makeProtoNet(), 1.0);
    base::Rng rng(settings.seed ^ ownDraws);
    Parameters constants = method->initial({{}, model.body.embeddingSize, 0}, rng);
    bool trained = true;
    for (auto& [name, tensor] : constants) {
        const auto found = model.parameters.find(name);
        if (found == model.parameters.end())
            trained = false;
        else
            tensor = found->second.detach().clone();
    }
    if (trained)
        return headsOf(constants);

    const EpisodeSampler sampler(dataset);
    const EpisodeShape shape{.ways = 5, .shots = settings.shots, .queries = settings.queries};
    const auto classes = sampler.eligible(shape);
    std::vector<Episode> drawn;
    for (std::uint32_t i = 0; i < episodes; ++i)
        drawn.push_back(sampler.draw(shape, classes, rng));
    const TaskBatch tasks = gatherTasks(embedAll(model, inputs), {}, drawn);
    std::vector<Tensor> tensors;
    for (auto& [name, tensor] : constants)
        tensors.push_back(tensor.requires_grad_());
    torch::optim::Adam optimizer(tensors, torch::optim::AdamOptions(rate));
    MetaModel heads = onEmbeddings(model);
    heads.parameters = constants;
    for (int step = 0; step < steps; ++step) {
        optimizer.zero_grad();
        method->metaLoss(heads, tasks, {}).loss.backward();
        optimizer.step();
    }
    return headsOf(constants);
}

} // namespace flowscent::learn
