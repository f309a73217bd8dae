// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/baselines/baselines.h"
#include "engine/learn/torch/encoder_net.h"
#include "engine/learn/torch/torch_encoder.h"
#include "engine/learn/torch/trainer.h"

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
        if (model->encoder != EncoderNet::architecture)
            return base::failure(base::Error::Code::Model,
                                 "the encoder '" + model->encoder + "' is unknown to this version");
        if (model->embeddingSize != static_cast<std::size_t>(EncoderNet::embeddingSize))
            return base::failure(base::Error::Code::Model, "the embedding has another size than the encoder gives");
        auto net = EncoderNet::fromTensors(model->weights);
        if (!net)
            return base::failure(net.error());
        return std::make_shared<const TorchEncoder>(std::move(model), std::move(*net));
    } catch (const std::exception& error) {
        return base::failure(fromException(error));
    }

    base::Result<BaseModel> train(const Dataset& training, const Dataset& validation, const TrainSettings& settings,
                                  const CurveSink& curve, const std::stop_token& stop) const override
    try {
        return metaTrain(training, validation, settings, curve, stop);
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
