// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/optimizer.h"

#include <cmath>

#include <nlohmann/json.hpp>

namespace flowscent::learn {

using base::Error;
using base::failure;
using torch::Tensor;

namespace {

/// What an optimizer remembers of one parameter: named tensors of the parameter's shape, some of them not there yet,
/// and the number of steps where it counts.
struct Memory {
    std::map<std::string, Tensor> tensors;
    std::int64_t steps = 0;
};

template <class Options>
std::vector<torch::optim::OptimizerParamGroup> groups(const Parameters& parameters, Options options, double decay)
{
    std::vector<Tensor> encoder;
    std::vector<Tensor> others;
    for (const auto& [name, tensor] : parameters)
        (name.starts_with("encoder.") ? encoder : others).push_back(tensor);
    const auto decayed = [&](double share) {
        Options copy = options;
        copy.weight_decay(share);
        return std::make_unique<Options>(copy);
    };
    std::vector<torch::optim::OptimizerParamGroup> all;
    if (!encoder.empty())
        all.emplace_back(encoder, decayed(decay));
    if (!others.empty())
        all.emplace_back(others, decayed(0));
    return all;
}

std::unique_ptr<torch::optim::Optimizer> make(const Parameters& parameters, const TrainSettings& s)
{
    using namespace torch::optim;
    switch (s.optimizer) {
    case Optimizer::AdamW: {
        const AdamWOptions options(s.learningRate);
        return std::make_unique<AdamW>(groups(parameters, options, s.weightDecay), options);
    }
    case Optimizer::Sgd: {
        const auto options = SGDOptions(s.learningRate).momentum(s.momentum);
        return std::make_unique<SGD>(groups(parameters, options, s.weightDecay), options);
    }
    case Optimizer::RmsProp: {
        const auto options = RMSpropOptions(s.learningRate).momentum(s.momentum);
        return std::make_unique<RMSprop>(groups(parameters, options, s.weightDecay), options);
    }
    case Optimizer::Adam:
        break;
    }
    const AdamOptions options(s.learningRate);
    return std::make_unique<Adam>(groups(parameters, options, s.weightDecay), options);
}

template <class State>
Memory readAdam(const State& state)
{
    return {{{"exp_avg", state.exp_avg()}, {"exp_avg_sq", state.exp_avg_sq()}}, state.step()};
}

Memory read(Optimizer kind, const torch::optim::OptimizerParamState& state)
{
    using namespace torch::optim;
    switch (kind) {
    case Optimizer::Adam:
        return readAdam(static_cast<const AdamParamState&>(state));
    case Optimizer::AdamW:
        return readAdam(static_cast<const AdamWParamState&>(state));
    case Optimizer::Sgd:
        return {{{"momentum_buffer", static_cast<const SGDParamState&>(state).momentum_buffer()}}, 0};
    case Optimizer::RmsProp:
        break;
    }
    const auto& rms = static_cast<const RMSpropParamState&>(state);
    return {{{"square_avg", rms.square_avg()}, {"momentum_buffer", rms.momentum_buffer()}}, rms.step()};
}

template <class State>
std::unique_ptr<torch::optim::OptimizerParamState> writeAdam(const Memory& memory)
{
    auto state = std::make_unique<State>();
    state->step(memory.steps);
    state->exp_avg(memory.tensors.at("exp_avg"));
    state->exp_avg_sq(memory.tensors.at("exp_avg_sq"));
    return state;
}

std::unique_ptr<torch::optim::OptimizerParamState> write(Optimizer kind, const Memory& memory)
{
    using namespace torch::optim;
    const auto tensor = [&memory](const char* name) {
        const auto found = memory.tensors.find(name);
        return found == memory.tensors.end() ? Tensor() : found->second;
    };
    switch (kind) {
    case Optimizer::Adam:
        return writeAdam<AdamParamState>(memory);
    case Optimizer::AdamW:
        return writeAdam<AdamWParamState>(memory);
    case Optimizer::Sgd: {
        auto state = std::make_unique<SGDParamState>();
        state->momentum_buffer(tensor("momentum_buffer"));
        return state;
    }
    case Optimizer::RmsProp:
        break;
    }
    auto state = std::make_unique<RMSpropParamState>();
    state->step(memory.steps);
    state->square_avg(memory.tensors.at("square_avg"));
    state->momentum_buffer(tensor("momentum_buffer"));
    return state;
}

std::string key(const Tensor& tensor)
{
    return c10::guts::to_string(tensor.unsafeGetTensorImpl()); // how torch::optim names a parameter's state
}

/// Names of the tensors that a state cannot do without.
std::vector<std::string> needed(Optimizer kind)
{
    if (kind == Optimizer::Sgd)
        return {};
    return kind == Optimizer::RmsProp ? std::vector<std::string>{"square_avg"}
                                      : std::vector<std::string>{"exp_avg", "exp_avg_sq"};
}

} // namespace

MetaOptimizer::MetaOptimizer(const Parameters& parameters, const TrainSettings& settings)
    : m_parameters(parameters)
    , m_kind(settings.optimizer)
    , m_clip(settings.gradientClip)
    , m_optimizer(make(parameters, settings))
{
}

double MetaOptimizer::step(const std::vector<Tensor>& gradients, double rate)
{
    std::vector<Tensor> tensors;
    std::size_t index = 0;
    for (auto& [name, tensor] : m_parameters) {
        tensor.mutable_grad() = gradients[index++];
        tensors.push_back(tensor);
    }
    const double norm = torch::nn::utils::clip_grad_norm_(tensors, m_clip);
    for (auto& group : m_optimizer->param_groups())
        group.options().set_lr(rate);
    if (std::isfinite(norm))
        m_optimizer->step();
    return norm;
}

void MetaOptimizer::put(base::TensorFile& file, const std::string& prefix) const
{
    nlohmann::json steps = nlohmann::json::object();
    for (const auto& [name, tensor] : m_parameters) {
        const auto found = m_optimizer->state().find(key(tensor));
        if (found == m_optimizer->state().end())
            continue;
        const Memory memory = read(m_kind, *found->second);
        steps[name] = memory.steps;
        Parameters named;
        for (const auto& [what, value] : memory.tensors) {
            if (value.defined())
                named[prefix + name + '/' + what] = value;
        }
        file.tensors.merge(toTensors(named).tensors);
    }
    file.metadata[prefix + "steps"] = steps.dump();
}

base::Result<void> MetaOptimizer::take(const base::TensorFile& file, const std::string& prefix)
try {
    const auto text = file.text(prefix + "steps");
    if (!text)
        return failure(text.error());
    const auto steps = nlohmann::json::parse(*text);
    m_optimizer->state().clear();
    for (const auto& [name, tensor] : m_parameters) {
        if (!steps.contains(name))
            continue;
        Memory memory{{}, steps.at(name).get<std::int64_t>()};
        for (const char* what : {"exp_avg", "exp_avg_sq", "momentum_buffer", "square_avg"}) {
            const std::string full = prefix + name + '/' + what;
            if (!file.tensors.contains(full))
                continue;
            auto taken = fromTensors(file, {{full, tensor.sizes().vec()}});
            if (!taken)
                return failure(taken.error());
            memory.tensors[what] = taken->at(full);
        }
        for (const std::string& what : needed(m_kind)) {
            if (!memory.tensors.contains(what))
                return failure(Error::Code::Model, "lacks the optimizer's '" + what + "' of '" + name + "'");
        }
        m_optimizer->state()[key(tensor)] = write(m_kind, memory);
    }
    return {};
} catch (const nlohmann::json::exception&) {
    return failure(Error::Code::Model, "holds an optimizer's state that cannot be read");
}

} // namespace flowscent::learn
