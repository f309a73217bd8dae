// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/training/train_settings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <nlohmann/json.hpp>

namespace flowscent::learn {

using base::Error;
using base::failure;
using nlohmann::json;

namespace {

constexpr std::array<std::string_view, 4> optimizerNames{"adam", "adamw", "sgd", "rmsprop"};
constexpr std::array<std::string_view, 4> scheduleNames{"cosine", "step", "plateau", "constant"};

template <class Value, std::size_t N>
base::Result<Value> parse(const std::array<std::string_view, N>& names, std::string_view name, const char* what)
{
    const auto* found = std::ranges::find(names, name);
    if (found != names.end())
        return static_cast<Value>(found - names.begin());
    std::string known;
    for (const std::string_view other : names)
        known += (known.empty() ? "" : (other == names.back() ? " and " : ", ")) + std::string(other);
    return failure(Error::Code::Argument,
                   std::string("there is no ") + what + " '" + std::string(name) + "'; there are " + known);
}

/// Calls `see(name, field)` for every plain field; the one list of them.
template <class Settings, class See>
void eachField(Settings& s, const See& see)
{
    see("seed", s.seed);
    see("steps", s.steps);
    see("tasks_per_step", s.tasksPerStep);
    see("ways", s.ways);
    see("fewest_ways", s.fewestWays);
    see("shots", s.shots);
    see("queries", s.queries);
    see("capture_disjoint", s.captureDisjoint);
    see("hunt_share", s.huntShare);
    see("benign_per_threat", s.benignPerThreat);
    see("open_share", s.openShare);
    see("own_network_share", s.ownNetworkShare);
    see("pretrain_steps", s.pretrainSteps);
    see("pretrain_flows", s.pretrainFlows);
    see("contrast_share", s.contrastShare);
    see("augment", s.augment);
    see("learning_rate", s.learningRate);
    see("momentum", s.momentum);
    see("weight_decay", s.weightDecay);
    see("gradient_clip", s.gradientClip);
    see("warm_up", s.warmUp);
    see("step_every", s.stepEvery);
    see("step_factor", s.stepFactor);
    see("plateau_patience", s.plateauPatience);
    see("averaging", s.averaging);
    see("companion_share", s.companionShare);
    see("validate_every", s.validateEvery);
    see("validation_episodes", s.validationEpisodes);
    see("patience", s.patience);
    see("replay_capacity", s.replayCapacity);
    see("replay_share", s.replayShare);
    see("replay_staleness", s.replayStaleness);
    see("inner_steps", s.innerLoop.steps);
    see("inner_steps_to_apply", s.innerLoop.stepsToApply);
    see("inner_rate", s.innerLoop.rate);
    see("inner_clip", s.innerLoop.clip);
    see("learn_inner_rates", s.innerLoop.learnRates);
    see("multi_step_loss", s.innerLoop.multiStepLoss);
    see("anneal_order", s.innerLoop.annealOrder);
}

/// A word of the JSON object, parsed into its field; a missing one leaves the field alone.
template <class Field, class Parse>
base::Result<void> take(const json& object, const char* name, Field& field, const Parse& parseWord)
{
    if (!object.contains(name))
        return {};
    auto value = parseWord(object.at(name).template get<std::string>());
    if (!value)
        return failure(Error::Code::Model, value.error().what);
    field = *value;
    return {};
}

struct Bound {
    const char* field;
    double value;
    double least;
    double most;
};

} // namespace

std::string_view text(Optimizer optimizer)
{
    return optimizerNames.at(static_cast<std::size_t>(optimizer));
}

base::Result<Optimizer> parseOptimizer(std::string_view name)
{
    return parse<Optimizer>(optimizerNames, name, "optimizer");
}

std::string_view text(Schedule schedule)
{
    return scheduleNames.at(static_cast<std::size_t>(schedule));
}

base::Result<Schedule> parseSchedule(std::string_view name)
{
    return parse<Schedule>(scheduleNames, name, "schedule");
}

base::Result<void> check(const TrainSettings& s)
{
    constexpr double any = 1e9;
    const double epsilon = 1e-12; // "positive"
    const std::array bounds{Bound{"steps", double(s.steps), 1, any},
                            Bound{"tasks_per_step", double(s.tasksPerStep), 1, 4096},
                            Bound{"ways", double(s.ways), 2, 256},
                            Bound{"fewest_ways", double(s.fewestWays), 2, any},
                            Bound{"shots", double(s.shots), 1, 4096},
                            Bound{"queries", double(s.queries), 1, 4096},
                            Bound{"hunt_share", s.huntShare, 0, 1},
                            Bound{"benign_per_threat", double(s.benignPerThreat), 1, 4096},
                            Bound{"open_share", s.openShare, 0, 1},
                            Bound{"own_network_share", s.ownNetworkShare, 0, 1},
                            Bound{"pretrain_flows", double(s.pretrainFlows), 2, 65536},
                            Bound{"contrast_share", s.contrastShare, 0, 1},
                            Bound{"learning_rate", s.learningRate, epsilon, any},
                            Bound{"momentum", s.momentum, 0, 1 - epsilon},
                            Bound{"weight_decay", s.weightDecay, 0, any},
                            Bound{"gradient_clip", s.gradientClip, epsilon, any},
                            Bound{"step_every", double(s.stepEvery), 1, any},
                            Bound{"step_factor", s.stepFactor, epsilon, 1},
                            Bound{"plateau_patience", double(s.plateauPatience), 1, any},
                            Bound{"averaging", s.averaging, 0, 1 - epsilon},
                            Bound{"companion_share", s.companionShare, 0, any},
                            Bound{"validate_every", double(s.validateEvery), 1, any},
                            Bound{"validation_episodes", double(s.validationEpisodes), 1, 1e6},
                            Bound{"patience", double(s.patience), 1, any},
                            Bound{"replay_capacity", double(s.replayCapacity), 0, 1e6},
                            Bound{"replay_share", s.replayShare, 0, 1},
                            Bound{"replay_staleness", double(s.replayStaleness), 1, any},
                            Bound{"inner_steps", double(s.innerLoop.steps), 0, 1000},
                            Bound{"inner_steps_to_apply", double(s.innerLoop.stepsToApply), 0, 1000},
                            Bound{"inner_rate", s.innerLoop.rate, epsilon, any},
                            Bound{"inner_clip", s.innerLoop.clip, epsilon, any}};
    for (const auto& [field, value, least, most] : bounds) {
        if (!(value >= least && value <= most)) { // NaN, too
            char range[80];
            std::snprintf(range, sizeof range, "between %g and %g, not %g", least, most, value);
            return failure(Error::Code::Argument, std::string("the setting '") + field + "' must be " + range);
        }
    }
    return {};
}

std::string toJson(const TrainSettings& settings)
{
    json object{{"method", text(settings.method)},
                {"encoder", settings.encoder.text()},
                {"optimizer", text(settings.optimizer)},
                {"schedule", text(settings.schedule)}};
    eachField(settings, [&object](const char* name, const auto& field) { object[name] = field; });
    return object.dump();
}

base::Result<TrainSettings> settingsFromJson(std::string_view text)
try {
    const json object = json::parse(text);
    if (!object.is_object())
        return failure(Error::Code::Model, "holds training settings that are no JSON object");
    TrainSettings settings;
    for (auto taken : {take(object, "method", settings.method, parseMethod),
                       take(object, "encoder", settings.encoder, EncoderSpec::parse),
                       take(object, "optimizer", settings.optimizer, parseOptimizer),
                       take(object, "schedule", settings.schedule, parseSchedule)}) {
        if (!taken)
            return failure(taken.error());
    }
    eachField(settings, [&object](const char* name, auto& field) {
        if (object.contains(name))
            field = object.at(name).template get<std::remove_reference_t<decltype(field)>>();
    });
    if (auto sound = check(settings); !sound)
        return failure(Error::Code::Model, sound.error().what);
    return settings;
} catch (const json::exception&) {
    return failure(Error::Code::Model, "holds training settings that cannot be read");
}

double rateAt(std::uint32_t step, std::uint32_t steps, const TrainSettings& settings, double factor)
{
    const double rate = settings.learningRate * factor;
    if (step < settings.warmUp)
        return rate * (step + 1.0) / settings.warmUp;
    switch (settings.schedule) {
    case Schedule::Cosine: {
        const double left = std::max(1.0, static_cast<double>(steps) - settings.warmUp);
        const double done = std::min(1.0, (step - settings.warmUp) / left);
        return rate * (0.01 + 0.99 * 0.5 * (1 + std::cos(std::numbers::pi * done)));
    }
    case Schedule::Step:
        return rate * std::pow(settings.stepFactor, (step - settings.warmUp) / settings.stepEvery);
    case Schedule::Plateau:
    case Schedule::Constant:
        break;
    }
    return rate;
}

} // namespace flowscent::learn
