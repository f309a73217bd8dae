// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/torch_encoder.h"

#include "engine/base/matrix_rows.h"
#include "engine/features/feature_schema.h"

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

std::vector<std::uint32_t> counted(std::size_t begin, std::size_t end)
{
    std::vector<std::uint32_t> rows(end - begin);
    std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(begin));
    return rows;
}

tl::unexpected<base::Error> broken(const std::string& trouble)
{
    return base::failure(base::Error::Code::Model, "the encoder failed: " + trouble.substr(0, trouble.find('\n')));
}

tl::unexpected<base::Error> notFinite()
{
    return base::failure(base::Error::Code::Model,
                         "the encoder gave a number that is not finite: the model is unusable");
}

base::Result<void> checkScaled(const features::FeatureSet& scaled)
{
    const std::size_t columns = scaled.sequences.columns + scaled.statistics.columns;
    if (scaled.sequences.columns != features::sequenceLength * features::sequenceFields ||
        static_cast<std::int64_t>(columns) != inputSize() || scaled.statistics.rows != scaled.size())
        return base::failure(base::Error::Code::Argument, "the scaled flows have another size than the feature table");
    return {};
}

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
    const features::FeatureSet scaled = m_model->scaler.apply(raw.rows(counted(begin, end)));
    const torch::Tensor embedded = encode(m_spec, m_parameters, inputsOf(scaled)).contiguous();
    std::copy_n(embedded.data_ptr<float>(), (end - begin) * into.columns, into.row(begin).begin());
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
        return broken(trouble);
    if (!base::allFinite(embeddings))
        return notFinite();
    return embeddings;
}

base::Result<base::Matrix> TorchEncoder::embedScaled(const features::FeatureSet& scaled,
                                                     const std::stop_token& stop) const
try {
    if (auto sound = checkScaled(scaled); !sound)
        return base::failure(sound.error());
    const torch::InferenceMode inference;
    base::Matrix embeddings(scaled.size(), m_model->embeddingSize);
    PatchConvInference::Workspace space;
    for (std::size_t begin = 0; begin < scaled.size(); begin += block) {
        if (stop.stop_requested())
            return base::failure(base::Error::Code::Cancelled, "embedding was stopped");
        const std::size_t end = std::min(begin + block, scaled.size());
        if (m_fast) {
            m_fast->embedScaled(scaled, begin, end, embeddings, space);
            continue;
        }
        const torch::Tensor embedded =
            encode(m_spec, m_parameters, inputsOf(scaled.rows(counted(begin, end)))).contiguous();
        std::copy_n(embedded.data_ptr<float>(), (end - begin) * embeddings.columns, embeddings.row(begin).begin());
    }
    if (!base::allFinite(embeddings))
        return notFinite();
    return embeddings;
} catch (const std::exception& error) {
    return broken(error.what());
}

base::Result<features::FeatureSet> TorchEncoder::gradients(const features::FeatureSet& scaled,
                                                           const base::Matrix& weights,
                                                           const std::stop_token& stop) const
try {
    if (auto sound = checkScaled(scaled); !sound)
        return base::failure(sound.error());
    if (weights.rows != scaled.size() || weights.columns != m_model->embeddingSize)
        return base::failure(base::Error::Code::Argument, "there is not one weight for each number of the embeddings");
    features::FeatureSet slopes{base::Matrix(scaled.size(), scaled.sequences.columns),
                                base::Matrix(scaled.size(), scaled.statistics.columns)};
    const torch::AutoGradMode differentiating(true); // whatever the calling thread does
    const torch::Tensor weighted = view(weights);
    for (std::size_t begin = 0; begin < scaled.size(); begin += block) {
        if (stop.stop_requested())
            return base::failure(base::Error::Code::Cancelled, "explaining was stopped");
        const std::size_t end = std::min(begin + block, scaled.size());
        const auto rows = counted(begin, end);
        const torch::Tensor flows = inputsOf(scaled.rows(rows)).requires_grad_();
        // No row's embedding looks at another, so the gradient of the sum is each row's own.
        const torch::Tensor sum =
            (encode(m_spec, m_parameters, flows) *
             weighted.narrow(0, static_cast<std::int64_t>(begin), static_cast<std::int64_t>(rows.size())))
                .sum();
        const torch::Tensor slope = torch::autograd::grad({sum}, {flows})[0].contiguous();
        const float* from = slope.data_ptr<float>();
        for (std::size_t row = begin; row < end; ++row) {
            std::copy_n(from, slopes.sequences.columns, slopes.sequences.row(row).begin());
            from += slopes.sequences.columns;
            std::copy_n(from, slopes.statistics.columns, slopes.statistics.row(row).begin());
            from += slopes.statistics.columns;
        }
    }
    if (!base::allFinite(slopes.sequences) || !base::allFinite(slopes.statistics))
        return notFinite();
    return slopes;
} catch (const std::exception& error) {
    return broken(error.what());
}

} // namespace flowscent::learn
