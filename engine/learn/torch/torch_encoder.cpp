// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/torch_encoder.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>

namespace flowscent::learn {

namespace {

constexpr std::size_t block = 512;            ///< rows at a time: what fits the second-level cache
constexpr std::size_t worthTwoThreads = 4096; ///< rows
constexpr unsigned mostThreads = 2;

} // namespace

TorchEncoder::TorchEncoder(std::shared_ptr<const BaseModel> model, EncoderSpec spec, Parameters parameters)
    : m_model(std::move(model))
    , m_spec(spec)
    , m_parameters(std::move(parameters))
{
    if (!PatchConvInference::covers(m_model->encoder))
        return;
    if (auto fast = PatchConvInference::fromTensors(m_model->weights))
        m_fast = std::move(*fast);
}

void TorchEncoder::embedRows(const features::FeatureSet& raw, std::size_t begin, std::size_t end,
                             base::Matrix& into) const
{
    std::vector<std::uint32_t> rows(end - begin);
    std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(begin));
    const features::FeatureSet scaled = m_model->scaler.apply(raw.rows(rows));
    const torch::Tensor embedded = encode(m_spec, m_parameters, inputsOf(scaled)).contiguous();
    std::copy_n(embedded.data_ptr<float>(), rows.size() * into.columns, into.row(begin).begin());
}

base::Result<base::Matrix> TorchEncoder::embed(const features::FeatureSet& raw, const base::ProgressSink& progress,
                                               const std::stop_token& stop) const
{
    base::Matrix embeddings(raw.size(), m_model->embeddingSize);
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::string trouble;
    // Two threads with one torch thread each beat one with two: OpenMP spins, and collapses on a busy machine.
    const auto work = [&](bool reports) {
        try {
            const torch::InferenceMode inference;
            PatchConvInference::Workspace space;
            for (std::size_t begin = next.fetch_add(block); begin < raw.size() && !stop.stop_requested();
                 begin = next.fetch_add(block)) {
                const std::size_t end = std::min(begin + block, raw.size());
                if (m_fast)
                    m_fast->embed(m_model->scaler, raw, begin, end, embeddings, space);
                else
                    embedRows(raw, begin, end, embeddings);
                if (reports && progress)
                    progress({"embedding flows", begin, raw.size()});
            }
        } catch (const std::exception& error) {
            const std::scoped_lock lock(mutex);
            trouble = error.what();
        }
    };
    {
        std::jthread second;
        if (raw.size() >= worthTwoThreads && std::min(mostThreads, std::thread::hardware_concurrency()) > 1)
            second = std::jthread([&work] { work(false); });
        work(true);
    }
    if (stop.stop_requested())
        return base::failure(base::Error::Code::Cancelled, "embedding was stopped");
    if (!trouble.empty())
        return base::failure(base::Error::Code::Model, "the encoder failed: " + trouble.substr(0, trouble.find('\n')));
    if (!std::ranges::all_of(embeddings.values, [](float value) { return std::isfinite(value); }))
        return base::failure(base::Error::Code::Model,
                             "the encoder gave a number that is not finite: the model is unusable");
    return embeddings;
}

} // namespace flowscent::learn
