// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/train_settings.h"

#include <cmath>

#include <nlohmann/json.hpp>

namespace flowscent::learn {

std::string_view text(Method method)
{
    return method == Method::R2d2 ? "r2d2" : "protonet";
}

base::Result<Method> parseMethod(std::string_view name)
{
    for (const Method method : {Method::R2d2, Method::ProtoNet}) {
        if (text(method) == name)
            return method;
    }
    return base::failure(base::Error::Code::Argument,
                         "there is no method '" + std::string(name) + "'; there are r2d2 and protonet");
}

std::string_view text(Optimizer optimizer)
{
    switch (optimizer) {
    case Optimizer::Adam:
        return "adam";
    case Optimizer::AdamW:
        return "adamw";
    case Optimizer::Sgd:
        return "sgd";
    }
    return "";
}

base::Result<Optimizer> parseOptimizer(std::string_view name)
{
    for (const Optimizer optimizer : {Optimizer::Adam, Optimizer::AdamW, Optimizer::Sgd}) {
        if (text(optimizer) == name)
            return optimizer;
    }
    return base::failure(base::Error::Code::Argument,
                         "there is no optimizer '" + std::string(name) + "'; there are adam, adamw and sgd");
}

base::Result<void> check(const TrainSettings& settings)
{
    const auto refused = [](const char* field, const char* demand) {
        return base::failure(base::Error::Code::Argument, std::string("the setting '") + field + "' must be " + demand);
    };
    struct Count {
        const char* field;
        std::uint32_t value;
    };
    for (const auto& [field, value] :
         {Count{"steps", settings.steps}, Count{"tasks_per_step", settings.tasksPerStep},
          Count{"shots", settings.shots}, Count{"queries", settings.queries},
          Count{"validate_every", settings.validateEvery}, Count{"validation_episodes", settings.validationEpisodes},
          Count{"patience", settings.patience}}) {
        if (value == 0)
            return refused(field, "at least 1");
    }
    if (settings.ways < 2)
        return refused("ways", "at least 2");
    if (!std::isfinite(settings.learningRate) || settings.learningRate <= 0)
        return refused("learning_rate", "a positive number");
    if (!std::isfinite(settings.gradientClip) || settings.gradientClip <= 0)
        return refused("gradient_clip", "a positive number");
    if (!std::isfinite(settings.weightDecay) || settings.weightDecay < 0)
        return refused("weight_decay", "0 or more");
    if (!(settings.replayShare >= 0 && settings.replayShare <= 1))
        return refused("replay_share", "between 0 and 1");
    return {};
}

std::string toJson(const TrainSettings& settings)
{
    return nlohmann::json{{"method", text(settings.method)},
                          {"seed", settings.seed},
                          {"steps", settings.steps},
                          {"tasks_per_step", settings.tasksPerStep},
                          {"ways", settings.ways},
                          {"shots", settings.shots},
                          {"queries", settings.queries},
                          {"optimizer", text(settings.optimizer)},
                          {"learning_rate", settings.learningRate},
                          {"weight_decay", settings.weightDecay},
                          {"gradient_clip", settings.gradientClip},
                          {"warm_up", settings.warmUp},
                          {"validate_every", settings.validateEvery},
                          {"validation_episodes", settings.validationEpisodes},
                          {"patience", settings.patience},
                          {"replay_capacity", settings.replayCapacity},
                          {"replay_share", settings.replayShare}}
        .dump();
}

} // namespace flowscent::learn
