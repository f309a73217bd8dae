// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/learn/toy_model.h"

#include <QtGlobal>

namespace flowscent::test {

const learn::Backend& plugin()
{
    const auto loaded = learn::backend();
    if (!loaded)
        qFatal("%s", loaded.error().sentence().c_str());
    return **loaded;
}

learn::TrainSettings toySettings()
{
    return {.steps = 40,
            .tasksPerStep = 4,
            .ways = 5,
            .shots = 3,
            .queries = 5,
            .learningRate = 3e-3,
            .warmUp = 5,
            .validateEvery = 10,
            .validationEpisodes = 40};
}

learn::BaseModel toyModel(const learn::TrainSettings& settings)
{
    auto model = plugin().train(toyDataset({.classes = 24, .seed = 1}), toyDataset({.seed = 2}), settings, {}, {});
    if (!model)
        qFatal("%s", model.error().sentence().c_str());
    return std::move(*model);
}

} // namespace flowscent::test
