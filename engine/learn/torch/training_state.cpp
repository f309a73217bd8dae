// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/training_loop.h"

#include "engine/learn/replay/saved_state.h"

#include <array>

#include <nlohmann/json.hpp>

/// A training as a file and back. Numbers of double precision travel as JSON, which gives them back to the bit.
namespace flowscent::learn {

using base::Error;
using base::failure;
using nlohmann::json;

namespace {

constexpr const char* format = "flowscent-checkpoint/1";

constexpr std::array numbers{&CurvePoint::trainLoss,       &CurvePoint::trainAccuracyBefore,
                             &CurvePoint::trainAccuracy,   &CurvePoint::validationAccuracy,
                             &CurvePoint::validationError, &CurvePoint::learningRate,
                             &CurvePoint::gradientNorm,    &CurvePoint::episodesPerSecond,
                             &CurvePoint::replayShare,     &CurvePoint::seconds};

json toJson(const CurvePoint& point)
{
    json row{point.step, point.episodes};
    for (const auto number : numbers)
        row.push_back(point.*number); // NaN becomes null
    return row;
}

CurvePoint pointFrom(const json& row)
{
    CurvePoint point{.step = row.at(0).get<std::uint32_t>(), .episodes = row.at(1).get<std::uint64_t>()};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const json& value = row.at(2 + i);
        point.*numbers.at(i) = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
    }
    return point;
}

Parameters renamed(const Parameters& parameters, const std::string& prefix)
{
    Parameters named;
    for (const auto& [name, tensor] : parameters)
        named[prefix + name] = tensor;
    return named;
}

/// The tensors of that prefix with the shapes of `like`.
base::Result<Parameters> taken(const base::TensorFile& file, const std::string& prefix, const Parameters& like)
{
    Shapes shapes;
    for (const auto& [name, tensor] : like)
        shapes[prefix + name] = tensor.sizes().vec();
    auto found = fromTensors(file, shapes);
    if (!found)
        return found;
    Parameters plain;
    for (const auto& [name, tensor] : *found)
        plain[name.substr(prefix.size())] = tensor;
    return plain;
}

} // namespace

base::TensorFile TrainingLoop::checkpoint() const
{
    base::TensorFile file;
    const auto put = [&file](const Parameters& parameters, const char* prefix) {
        file.tensors.merge(toTensors(renamed(parameters, prefix)).tensors);
    };
    put(m_model.parameters, "parameters/");
    put(m_average, "average/");
    put(m_best, "best/");
    m_optimizer->put(file, "optimizer/");
    m_stream.put(file, "tasks/");
    json curve = json::array();
    for (const CurvePoint& point : m_curve)
        curve.push_back(toJson(point));
    file.metadata["flowscent.format"] = format;
    file.metadata["flowscent.settings"] = learn::toJson(m_settings);
    file.metadata["flowscent.training_sha256"] = m_training.hash();
    file.metadata["flowscent.validation_sha256"] = m_validationHash;
    file.metadata["flowscent.progress"] = json{
        {"step", m_step},
        {"episodes", m_episodes},
        {"plateau_factor", m_plateauFactor},
        {"since_best", m_sinceBest},
        {"since_plateau", m_sincePlateau},
        {"sums", toJson(m_sums)},
        {"sum_steps", m_sumSteps},
        {"curve", curve},
        {"best_accuracy", m_bestAccuracy},
        {"best_step", m_bestStep},
        {"seconds", seconds()},
        {"generator",
         saved::generator(m_rng)}}.dump();
    return file;
}

base::Result<void> TrainingLoop::restore(const base::TensorFile& file)
try {
    const json progress = saved::parse(file.text("flowscent.progress").value());
    auto parameters = taken(file, "parameters/", m_model.parameters);
    auto average = taken(file, "average/", m_average);
    if (!parameters || !average)
        return failure((!parameters ? parameters : average).error());
    m_best.clear();
    if (!progress.at("curve").empty()) {
        auto best = taken(file, "best/", m_model.parameters);
        if (!best)
            return failure(best.error());
        m_best = std::move(*best);
    }
    for (auto& [name, tensor] : m_model.parameters)
        tensor.requires_grad_(false).copy_(parameters->at(name)).requires_grad_(); // in place: the optimizer holds them
    m_average = std::move(*average);
    if (auto restored = m_optimizer->take(file, "optimizer/"); !restored)
        return restored;
    if (auto restored = m_stream.take(file, "tasks/"); !restored)
        return restored;
    m_step = static_cast<std::uint32_t>(saved::whole(progress.at("step"), allSteps()));
    m_episodes = saved::whole(progress.at("episodes"));
    m_plateauFactor = saved::number(progress.at("plateau_factor"), 0, 1);
    m_sinceBest = static_cast<std::uint32_t>(saved::whole(progress.at("since_best"), UINT32_MAX));
    m_sincePlateau = static_cast<std::uint32_t>(saved::whole(progress.at("since_plateau"), UINT32_MAX));
    m_sums = pointFrom(progress.at("sums"));
    m_sumSteps = static_cast<std::uint32_t>(saved::whole(progress.at("sum_steps"), UINT32_MAX));
    m_curve.clear();
    for (const json& row : progress.at("curve"))
        m_curve.push_back(pointFrom(row));
    m_bestAccuracy = saved::number(progress.at("best_accuracy"), 0, 1);
    m_bestStep = static_cast<std::uint32_t>(saved::whole(progress.at("best_step"), UINT32_MAX));
    m_secondsBefore = saved::number(progress.at("seconds"), 0, 1e12);
    m_lastSeconds = m_secondsBefore;
    m_rng = saved::generator(progress.at("generator"));
    return {};
} catch (const c10::Error&) {
    throw; // a bug of ours, for the door
} catch (const std::exception&) {
    return failure(Error::Code::Model, "is a damaged checkpoint: its record of progress cannot be read");
}

base::Result<std::unique_ptr<TrainingLoop>> TrainingLoop::resume(const Dataset& training, const Dataset& validation,
                                                                 const base::TensorFile& checkpoint,
                                                                 std::unique_ptr<ProcessGroup> world)
{
    const auto found = checkpoint.text("flowscent.format");
    if (!found || *found != format)
        return failure(Error::Code::Model, "is no checkpoint of a training by this version");
    const auto text = checkpoint.text("flowscent.settings");
    if (!text)
        return failure(text.error());
    const auto settings = settingsFromJson(*text);
    if (!settings)
        return failure(settings.error());
    std::unique_ptr<TrainingLoop> loop(
        new TrainingLoop(training.withoutDuplicates(), validation.withoutDuplicates(), *settings, std::move(world)));
    if (checkpoint.text("flowscent.training_sha256").value_or("") != loop->m_training.hash() ||
        checkpoint.text("flowscent.validation_sha256").value_or("") != loop->m_validationHash)
        return failure(Error::Code::Model, "was made while training on other data than this");
    if (auto possible = loop->check(); !possible)
        return failure(possible.error());
    if (auto restored = loop->restore(checkpoint); !restored)
        return failure(restored.error());
    if (auto agreed = loop->agree(); !agreed)
        return failure(agreed.error());
    return loop;
}

} // namespace flowscent::learn
