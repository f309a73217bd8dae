// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/torch_learner.h"

#include "engine/base/matrix_rows.h"
#include "engine/learn/torch/encoders/encoder.h"
#include "engine/learn/torch/flow_inputs.h"
#include "engine/learn/training/train_settings.h"

#include <algorithm>
#include <cmath>

namespace flowscent::learn {

using base::Error;
using base::failure;
using torch::Tensor;

namespace {

base::Result<void> check(const TaskExamples& support, const BaseModel& model)
{
    const std::size_t n = support.features.size();
    if (n == 0 || support.ways == 0 || support.classOf.size() != n)
        return failure(Error::Code::Support, "there are no examples to learn from, or their classes are missing");
    for (std::uint16_t way = 0; way < support.ways; ++way) {
        if (std::ranges::find(support.classOf, way) == support.classOf.end())
            return failure(Error::Code::Support, "a class of the task has no example");
    }
    if (std::ranges::any_of(support.classOf, [&](std::uint16_t way) { return way >= support.ways; }))
        return failure(Error::Code::Support, "an example belongs to a class beyond the task's");
    return checkFlows(support.features, model, "an example");
}

base::Error fromException(const std::exception& error)
{
    const std::string what = error.what();
    return {Error::Code::Model, "the method failed: " + what.substr(0, what.find('\n')), {}};
}

class TorchPredictor final : public Predictor {
public:
    TorchPredictor(std::shared_ptr<const BaseModel> model, std::shared_ptr<const FewShotMethod> method,
                   std::unique_ptr<TaskPredictor> fitted, std::size_t ways)
        : m_model(std::move(model))
        , m_method(std::move(method))
        , m_fitted(std::move(fitted))
        , m_ways(ways)
    {
    }

    base::Result<base::Matrix> logits(const features::FeatureSet& raw) const override
    try {
        if (auto sound = checkFlows(raw, *m_model, "a flow"); !sound)
            return failure(sound.error());
        if (raw.size() == 0)
            return base::Matrix(0, m_ways);
        const torch::NoGradGuard still;
        const auto query = flowInputs(raw, *m_model, "a flow");
        if (!query)
            return failure(query.error());
        base::Matrix answer = toMatrix(m_fitted->logits(query->unsqueeze(0)).squeeze(0));
        if (!base::allFinite(answer))
            return failure(Error::Code::Model, "the adapted model gave a number that is not finite");
        return answer;
    } catch (const std::exception& error) {
        return failure(fromException(error));
    }

private:
    std::shared_ptr<const BaseModel> m_model;
    std::shared_ptr<const FewShotMethod> m_method; ///< the fitted one refers to it
    std::unique_ptr<TaskPredictor> m_fitted;
    std::size_t m_ways;
};

/// Constants of the product's heads stand in for those that training left under another name.
void addHeads(Parameters& parameters, const HeadParameters& heads)
{
    const auto add = [&](const char* name, double value) {
        parameters.emplace(name, torch::full({1}, std::log(value), torch::kFloat));
    };
    add("method.ridge.log_lambda", heads.ridgeLambda);
    add("method.ridge.log_scale", heads.ridgeScale);
    add("method.prototype.log_scale", heads.prototypeScale);
}

} // namespace

base::Result<MetaModel> metaModelOf(const BaseModel& model, const FewShotMethod& method)
{
    const auto spec = EncoderSpec::parse(model.encoder);
    if (!spec)
        return failure(Error::Code::Model, spec.error().what);
    auto encoder = fromTensors(model.weights, encoderShapes(*spec));
    if (!encoder)
        return failure(encoder.error());
    base::Rng unused(1);
    const Parameters own = method.initial({*encoder, spec->embeddingSize, 1}, unused);
    Parameters all = *encoder;
    for (const auto& [name, tensor] : own) {
        const auto stored = model.weights.tensors.find(name);
        if (stored == model.weights.tensors.end())
            continue;
        const std::vector<std::int64_t> shape(stored->second.shape.begin(), stored->second.shape.end());
        // The number of training classes is the model's own affair; every other size is the architecture's.
        if (shape != tensor.sizes().vec() && !name.starts_with("method.classes."))
            return failure(Error::Code::Model, "the tensor '" + name + "' has another shape than this version's");
        all[name] = torch::tensor(stored->second.values).reshape(shape);
    }
    addHeads(all, model.heads);
    for (const auto& [name, tensor] : own)
        all.emplace(name, tensor);
    return MetaModel{
        {[spec = *spec](const Parameters& parameters, const Tensor& x) { return encode(spec, parameters, x); },
         spec->embeddingSize},
        std::move(all)};
}

TorchLearner::TorchLearner(std::shared_ptr<const BaseModel> model, std::unique_ptr<FewShotMethod> method,
                           MetaModel meta)
    : m_model(std::move(model))
    , m_method(std::move(method))
    , m_meta(std::move(meta))
{
}

base::Result<std::unique_ptr<TorchLearner>> TorchLearner::of(std::shared_ptr<const BaseModel> model, Method method)
{
    const auto settings = settingsFromJson(model->training.configuration);
    if (!settings)
        return failure(settings.error());
    const bool trained = settings->method == method;
    if (!trained && hasInnerLoop(method))
        return failure(Error::Code::Argument, "the model was trained with " + std::string(text(settings->method)) +
                                                  "; it has no inner loop for " + std::string(text(method)));
    auto rule = makeMethod(method, settings->innerLoop);
    auto meta = metaModelOf(*model, *rule);
    if (!meta)
        return failure(meta.error());
    return std::unique_ptr<TorchLearner>(new TorchLearner(std::move(model), std::move(rule), std::move(*meta)));
}

base::Result<std::unique_ptr<Predictor>> TorchLearner::fit(const TaskExamples& support) const
try {
    if (auto sound = check(support, *m_model); !sound)
        return failure(sound.error());
    const torch::NoGradGuard still;
    const auto inputsOfSupport = flowInputs(support.features, *m_model, "an example");
    if (!inputsOfSupport)
        return failure(inputsOfSupport.error());
    const std::vector<std::int64_t> ways(support.classOf.begin(), support.classOf.end());
    const TaskBatch task{
        .ways = support.ways, .support = inputsOfSupport->unsqueeze(0), .supportWay = torch::tensor(ways).unsqueeze(0)};
    return std::make_unique<TorchPredictor>(m_model, m_method, m_method->fit(m_meta, task, false), support.ways);
} catch (const std::exception& error) {
    return failure(fromException(error));
}

} // namespace flowscent::learn
