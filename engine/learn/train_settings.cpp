// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/train_settings.h"

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
