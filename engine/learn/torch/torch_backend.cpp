// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/baselines/baselines.h"
#include "engine/learn/torch/continual_loop.h"
#include "engine/learn/torch/export_torchscript.h"
#include "engine/learn/torch/fine_tune.h"
#include "engine/learn/torch/torch_encoder.h"
#include "engine/learn/torch/torch_learner.h"
#include "engine/learn/torch/training_loop.h"

#include "engine/learn/plugin.h"

#include <chrono>
#include <cstdio>

#include <opencv2/core/utility.hpp>

namespace flowscent::learn {

namespace {

base::Error fromException(const std::exception& error)
{
    std::string what = error.what();
    return {base::Error::Code::Model, "the learning engine failed: " + what.substr(0, what.find('\n')), {}};
}

double gemmGflops()
{
    const torch::InferenceMode inference;
    const torch::Tensor a = torch::rand({512, 512});
    (void)a.mm(a);
    const auto begun = std::chrono::steady_clock::now();
    (void)a.mm(a);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return 2.0 * 512 * 512 * 512 / seconds / 1e9;
}

base::Result<std::unique_ptr<ProcessGroup>> join(const std::optional<WorldAddress>& world)
{
    if (!world)
        return nullptr;
    return ProcessGroup::join(*world);
}

/// A training whose exceptions become Errors.
class GuardedTraining final : public Training {
public:
    explicit GuardedTraining(std::unique_ptr<TrainingLoop> loop)
        : m_loop(std::move(loop))
    {
    }
    base::Result<CurvePoint> step() override
    try {
        return m_loop->step();
    } catch (const std::exception& error) {
        return base::failure(fromException(error));
    }
    base::Result<bool> stopTogether(bool own) override { return m_loop->stopTogether(own); }
    bool finished() const override { return m_loop->finished(); }
    const TrainSettings& settings() const override { return m_loop->settings(); }
    std::uint64_t episodesDone() const override { return m_loop->episodesDone(); }
    TaskReplaySummary replay() const override { return m_loop->replay(); }
    base::TensorFile checkpoint() const override { return m_loop->checkpoint(); }
    base::Result<BaseModel> best() const override
    try {
        return m_loop->best();
    } catch (const std::exception& error) {
        return base::failure(fromException(error));
    }

private:
    std::unique_ptr<TrainingLoop> m_loop;
};

base::Result<std::unique_ptr<Training>> guarded(base::Result<std::unique_ptr<TrainingLoop>> loop)
{
    if (!loop)
        return base::failure(loop.error());
    return std::make_unique<GuardedTraining>(std::move(*loop));
}

/// The door where exceptions of LibTorch, OpenCV and XGBoost become Errors.
class TorchBackend final : public Backend {
public:
    TorchBackend()
    {
        at::set_num_threads(1);
        cv::setNumThreads(1);
    }

    base::Result<std::shared_ptr<const Encoder>> encoder(std::shared_ptr<const BaseModel> model) const override
    try {
        const auto spec = EncoderSpec::parse(model->encoder);
        if (!spec)
            return base::failure(base::Error::Code::Model,
                                 "the encoder '" + model->encoder + "' is unknown to this version");
        if (model->embeddingSize != spec->embeddingSize)
            return base::failure(base::Error::Code::Model, "the embedding has another size than the encoder gives");
        auto parameters = fromTensors(model->weights, encoderShapes(*spec));
        if (!parameters)
            return base::failure(parameters.error());
        return std::make_shared<const TorchEncoder>(std::move(model), *spec, std::move(*parameters));
    } catch (const std::exception& error) {
        return base::failure(fromException(error));
    }

    base::Result<std::unique_ptr<Learner>> learner(std::shared_ptr<const BaseModel> model, Method method) const override
    try {
        return TorchLearner::of(std::move(model), method);
    } catch (const std::exception& error) {
        return base::failure(fromException(error));
    }

    base::Result<std::unique_ptr<Training>> beginTraining(const Dataset& training, const Dataset& validation,
                                                          const TrainSettings& settings,
                                                          const std::optional<WorldAddress>& world) const override
    try {
        auto group = join(world);
        if (!group)
            return base::failure(group.error());
        return guarded(TrainingLoop::begin(training, validation, settings, std::move(*group)));
    } catch (const std::exception& error) {
        return base::failure(fromException(error));
    }

    base::Result<std::unique_ptr<Training>> resumeTraining(const Dataset& training, const Dataset& validation,
                                                           const base::TensorFile& checkpoint,
                                                           const std::optional<WorldAddress>& world) const override
    try {
        auto group = join(world);
        if (!group)
            return base::failure(group.error());
        return guarded(TrainingLoop::resume(training, validation, checkpoint, std::move(*group)));
    } catch (const std::exception& error) {
        return base::failure(fromException(error));
    }

    base::Result<ContinualOutcome> continueTraining(const BaseModel& base, const ContinualMemory* memory,
                                                    std::span<const ContinualTask> tasks,
                                                    const ContinualSettings& settings, const TaskSink& told,
                                                    const base::ProgressSink& progress,
                                                    const std::stop_token& stop) const override
    try {
        return continueWith(base, memory, tasks, settings, told, progress, stop);
    } catch (const std::exception& error) {
        return base::failure(fromException(error));
    }

    base::Result<BaseModel> fineTuned(const BaseModel& model, const FineTuneExamples& examples,
                                      const FineTuneSettings& settings, const std::stop_token& stop) const override
    try {
        return learn::fineTuned(model, examples, settings, stop);
    } catch (const std::exception& error) {
        return base::failure(fromException(error));
    }

    base::Result<base::Matrix> baseline(Baseline kind, const base::Matrix& train,
                                        const std::vector<std::uint16_t>& classOf, std::uint16_t ways,
                                        const base::Matrix& test, std::uint64_t seed) const override
    try {
        return answer(kind, train, classOf, ways, test, seed);
    } catch (const std::exception& error) {
        return base::failure(fromException(error));
    }

    base::Result<std::string> exportTorchScript(const BaseModel& model, const Readout& readout) const override
    try {
        if (auto usable = encoder(std::make_shared<const BaseModel>(model)); !usable)
            return base::failure(usable.error());
        const auto spec = EncoderSpec::parse(model.encoder);
        if (!spec)
            return base::failure(spec.error());
        if (auto sound = checkExport(model, readout); !sound)
            return base::failure(sound.error());
        return torchScript(model, *spec, readout);
    } catch (const std::exception& error) {
        return base::failure(fromException(error));
    }

    std::string describe() const override
    {
        const char* core = std::getenv("OPENBLAS_CORETYPE");
        char text[160];
        std::snprintf(text, sizeof text, "LibTorch %s, OpenBLAS core %s, %.0f GFLOP/s on one core", TORCH_VERSION,
                      core != nullptr ? core : "default", gemmGflops());
        return text;
    }
};

} // namespace

} // namespace flowscent::learn

extern "C" __attribute__((visibility("default"))) flowscent::learn::Plugin flowscentLearnPlugin()
{
    static const flowscent::learn::TorchBackend backend;
    return {flowscent::learn::pluginTag, &backend};
}
