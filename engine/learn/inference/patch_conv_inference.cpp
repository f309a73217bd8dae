// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/inference/patch_conv_inference.h"

#include "engine/features/feature_schema.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>

namespace flowscent::learn {

using base::Error;
using base::failure;

namespace {

constexpr std::size_t block = 64; ///< flows at a time: their activations fit the second-level cache, weights the first
constexpr std::size_t patches = features::sequenceLength / PatchConvInference::patchPackets;
constexpr std::size_t pairs = patches / 2;
constexpr std::size_t patchSize = PatchConvInference::patchPackets * features::sequenceFields;
constexpr float normEpsilon = 1e-5F; ///< LibTorch's default

bool isEmpty(const float* patch)
{
    std::array<std::uint32_t, patchSize> bits;
    std::memcpy(bits.data(), patch, sizeof bits);
    std::uint32_t any = 0;
    for (const std::uint32_t number : bits)
        any |= number << 1U; // without the sign: -0 is zero
    return any == 0;
}

/// What stands between the products, per flow.
struct Norm {
    const float* weight;
    const float* bias;
    const float* counts;
    std::size_t stride;    ///< padded width
    std::size_t realWidth; ///< numbers that count among the 3 * stride
};

/// The sum of whole lane groups; lane by lane, or the compiler would have to add one after the other.
[[gnu::always_inline]] inline float total(const float* values, std::size_t count)
{
    std::array<float, laneGroup> sums{};
    for (std::size_t i = 0; i < count; i += laneGroup) {
        for (std::size_t lane = 0; lane < laneGroup; ++lane)
            sums[lane] += values[i + lane];
    }
    for (std::size_t half = laneGroup / 2; half > 0; half /= 2) {
        for (std::size_t lane = 0; lane < half; ++lane)
            sums[lane] += sums[lane + half];
    }
    return sums[0];
}

/// Mean and maximum over the pairs beside the statistics, then layer normalisation (Ba et al. 2016) of all three.
[[gnu::always_inline]] inline void poolAndNormalise(const float* const* pairAt, float* joined, const Norm& norm)
{
    static_assert(pairs == 4);
    const float* a = pairAt[0];
    const float* b = pairAt[1];
    const float* c = pairAt[2];
    const float* d = pairAt[3];
    for (std::size_t i = 0; i < norm.stride; ++i) {
        joined[i] = ((a[i] + b[i]) + (c[i] + d[i])) * (1.0F / pairs);
        const float ab = a[i] > b[i] ? a[i] : b[i]; // what is not a number shows in the mean
        const float cd = c[i] > d[i] ? c[i] : d[i];
        joined[norm.stride + i] = ab > cd ? ab : cd;
    }
    const std::size_t size = 3 * norm.stride;
    const auto count = static_cast<float>(norm.realWidth);
    const float mean = total(joined, size) / count;
    std::array<float, laneGroup> squares{};
    for (std::size_t i = 0; i < size; i += laneGroup) {
        for (std::size_t lane = 0; lane < laneGroup; ++lane) {
            const float centred = (joined[i + lane] - mean) * norm.counts[i + lane];
            joined[i + lane] = centred;
            squares[lane] += centred * centred;
        }
    }
    const float variance = total(squares.data(), laneGroup) / count;
    const float factor = 1.0F / std::sqrt(variance + normEpsilon);
    for (std::size_t i = 0; i < size; ++i)
        joined[i] = joined[i] * factor * norm.weight[i] + norm.bias[i];
}

[[gnu::always_inline]] inline void finishRows(std::span<const float* const> pairAt, float* joined, const Norm& norm)
{
    for (std::size_t row = 0; row * pairs < pairAt.size(); ++row)
        poolAndNormalise(&pairAt[row * pairs], joined + row * 3 * norm.stride, norm);
}

void finishAny(std::span<const float* const> pairAt, float* joined, const Norm& norm)
{
    finishRows(pairAt, joined, norm);
}

FLOWSCENT_FOR_AVX2 void finishAvx2(std::span<const float* const> pairAt, float* joined, const Norm& norm)
{
    finishRows(pairAt, joined, norm);
}

FLOWSCENT_FOR_AVX512 void finishAvx512(std::span<const float* const> pairAt, float* joined, const Norm& norm)
{
    finishRows(pairAt, joined, norm);
}

void finish(std::span<const float* const> pairAt, float* joined, const Norm& norm)
{
    switch (base::widest()) {
    case base::Instructions::Any:
        return finishAny(pairAt, joined, norm);
    case base::Instructions::Avx2:
        return finishAvx2(pairAt, joined, norm);
    case base::Instructions::Avx512:
        return finishAvx512(pairAt, joined, norm);
    }
}

base::Result<const base::TensorFile::Tensor*> tensor(const base::TensorFile& file, const std::string& name,
                                                     const std::vector<std::uint64_t>& shape)
{
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end())
        return failure(Error::Code::Model, "the encoder's tensor '" + name + "' is missing");
    if (found->second.shape != shape)
        return failure(Error::Code::Model, "the encoder's tensor '" + name + "' has another shape than this version's");
    return &found->second;
}

/// The rows of a layer, an unknown number, are what its bias has.
std::size_t outputsOf(const base::TensorFile& file, const std::string& name)
{
    const auto found = file.tensors.find(name + ".bias");
    return found == file.tensors.end() ? 0 : found->second.values.size();
}

} // namespace

base::Result<PatchConvInference::Layer> PatchConvInference::layer(const base::TensorFile& file, const std::string& name,
                                                                  std::size_t parts, std::size_t partSize,
                                                                  std::size_t partStride)
{
    const std::size_t outputs = outputsOf(file, name);
    const auto weights = tensor(file, name + ".weight", {outputs, parts * partSize});
    if (!weights)
        return failure(weights.error());
    const auto bias = tensor(file, name + ".bias", {outputs});
    if (!bias)
        return failure(bias.error());
    Layer layer;
    const std::size_t width = padded(outputs);
    layer.inputs = parts * partStride;
    layer.weights.resize(layer.inputs * width);
    layer.bias = (*bias)->values;
    layer.bias.resize(width);
    for (std::size_t output = 0; output < outputs; ++output) {
        for (std::size_t part = 0; part < parts; ++part) {
            for (std::size_t i = 0; i < partSize; ++i)
                layer.weights[(part * partStride + i) * width + output] =
                    (*weights)->values[(output * parts + part) * partSize + i];
        }
    }
    return layer;
}

base::Result<PatchConvInference> PatchConvInference::fromTensors(const base::TensorFile& file)
{
    PatchConvInference net;
    net.m_width = outputsOf(file, "encoder.patch");
    net.m_stride = padded(net.m_width);
    net.m_embeddingSize = outputsOf(file, "encoder.out");
    const std::size_t w = net.m_width;
    const std::size_t statistics = features::statisticDefinitions().size();
    struct Part {
        Layer* layer;
        const char* name;
        std::size_t parts;
        std::size_t partSize;
        std::size_t partStride;
        std::size_t outputs;
    };
    for (const Part& part : {Part{&net.m_patch, "encoder.patch", 1, patchSize, patchSize, w},
                             Part{&net.m_merge, "encoder.merge", 2, w, net.m_stride, w},
                             Part{&net.m_statistics1, "encoder.statistics1", 1, statistics, statistics, w},
                             Part{&net.m_statistics2, "encoder.statistics2", 1, w, net.m_stride, w},
                             Part{&net.m_out, "encoder.out", 3, w, net.m_stride, net.m_embeddingSize}}) {
        if (outputsOf(file, part.name) != part.outputs || part.outputs == 0)
            return failure(Error::Code::Model, std::string("the encoder's tensor '") + part.name +
                                                   ".bias' is missing or has another size than the others");
        auto read = layer(file, part.name, part.parts, part.partSize, part.partStride);
        if (!read)
            return failure(read.error());
        *part.layer = std::move(*read);
    }
    for (auto [values, name] :
         {std::pair{&net.m_normWeight, "encoder.norm.weight"}, {&net.m_normBias, "encoder.norm.bias"}}) {
        const auto found = tensor(file, name, {3 * w});
        if (!found)
            return failure(found.error());
        values->resize(3 * net.m_stride);
        for (std::size_t i = 0; i < 3 * w; ++i)
            (*values)[i / w * net.m_stride + i % w] = (*found)->values[i];
    }
    net.m_counts.resize(3 * net.m_stride);
    for (std::size_t i = 0; i < 3 * w; ++i)
        net.m_counts[i / w * net.m_stride + i % w] = 1;

    const auto once = [](const Layer& layer, const std::vector<float>& input) {
        std::vector<float> output(layer.bias.size());
        const float* row = input.data();
        float* into = output.data();
        eachRow(RowOperation::RectifiedProduct, {&row, 1}, layer.lanes(), layer.bias.data(), {&into, 1});
        return output;
    };
    net.m_emptyPatch = once(net.m_patch, std::vector<float>(patchSize));
    std::vector<float> twoEmpty = net.m_emptyPatch;
    twoEmpty.insert(twoEmpty.end(), net.m_emptyPatch.begin(), net.m_emptyPatch.end());
    net.m_emptyPair = once(net.m_merge, twoEmpty);
    return net;
}

void PatchConvInference::reserve(Workspace& space) const
{
    space.m_patched.resize(block * patches * m_stride);
    space.m_merged.resize(block * pairs * m_stride);
    space.m_hidden.resize(block * m_stride);
    space.m_joined.resize(block * 3 * m_stride);
    space.m_outputs.resize(block * m_out.bias.size());
    space.m_pairs.resize(block * pairs);
}

void PatchConvInference::embed(const features::Scaler& scaler, const features::FeatureSet& raw, std::size_t begin,
                               std::size_t end, base::Matrix& into, Workspace& space) const
{
    reserve(space);
    if (space.m_scaled.size() != block || space.m_scaled.sequences.columns != raw.sequences.columns ||
        space.m_scaled.statistics.columns != raw.statistics.columns)
        space.m_scaled = {base::Matrix(block, raw.sequences.columns), base::Matrix(block, raw.statistics.columns)};
    for (std::size_t at = begin; at < end; at += block) {
        const std::size_t count = std::min(block, end - at);
        scaler.apply(raw, at, count, space.m_scaled);
        embedBlock(space.m_scaled, 0, count, into, at, space);
    }
}

void PatchConvInference::embedScaled(const features::FeatureSet& scaled, std::size_t begin, std::size_t end,
                                     base::Matrix& into, Workspace& space) const
{
    reserve(space);
    for (std::size_t at = begin; at < end; at += block)
        embedBlock(scaled, at, std::min(block, end - at), into, at, space);
}

void PatchConvInference::embedBlock(const features::FeatureSet& scaled, std::size_t from, std::size_t count,
                                    base::Matrix& into, std::size_t to, Workspace& space) const
{
    assert(into.columns == m_embeddingSize && scaled.sequences.columns == patches * patchSize);
    patchAndMerge(scaled, from, count, space);
    describe(scaled, from, count, space);
    finish({space.m_pairs.data(), count * pairs}, space.m_joined.data(),
           {m_normWeight.data(), m_normBias.data(), m_counts.data(), m_stride, 3 * m_width});
    space.m_rows.clear();
    space.m_into.clear();
    const std::size_t width = m_out.bias.size();
    for (std::size_t row = 0; row < count; ++row) {
        space.m_rows.push_back(&space.m_joined[row * 3 * m_stride]);
        space.m_into.push_back(&space.m_outputs[row * width]);
    }
    eachRow(RowOperation::Product, space.m_rows, m_out.lanes(), m_out.bias.data(), space.m_into);
    for (std::size_t row = 0; row < count; ++row)
        std::copy_n(space.m_into[row], m_embeddingSize, into.row(to + row).begin());
}

/// Leaves in m_pairs where the value of each pair of patches lies.
void PatchConvInference::patchAndMerge(const features::FeatureSet& scaled, std::size_t from, std::size_t count,
                                       Workspace& space) const
{
    space.m_rows.clear();
    space.m_into.clear();
    for (std::size_t row = 0; row < count; ++row) {
        const float* sequence = scaled.sequences.row(from + row).data();
        for (std::size_t pair = 0; pair < pairs; ++pair) {
            float* patched = &space.m_patched[(row * pairs + pair) * 2 * m_stride];
            std::array<bool, 2> empty{};
            for (std::size_t half = 0; half < 2; ++half) {
                const float* patch = sequence + (2 * pair + half) * patchSize;
                empty[half] = isEmpty(patch);
                if (empty[half])
                    continue;
                space.m_rows.push_back(patch);
                space.m_into.push_back(patched + half * m_stride);
            }
            const bool both = empty[0] && empty[1];
            for (std::size_t half = 0; half < 2 && !both; ++half) {
                if (empty[half])
                    std::ranges::copy(m_emptyPatch, patched + half * m_stride);
            }
            space.m_pairs[row * pairs + pair] =
                both ? m_emptyPair.data() : &space.m_merged[(row * pairs + pair) * m_stride];
        }
    }
    eachRow(RowOperation::RectifiedProduct, space.m_rows, m_patch.lanes(), m_patch.bias.data(), space.m_into);

    space.m_rows.clear();
    space.m_into.clear();
    for (std::size_t pair = 0; pair < count * pairs; ++pair) {
        if (space.m_pairs[pair] == m_emptyPair.data())
            continue;
        space.m_rows.push_back(&space.m_patched[pair * 2 * m_stride]);
        space.m_into.push_back(&space.m_merged[pair * m_stride]);
    }
    eachRow(RowOperation::RectifiedProduct, space.m_rows, m_merge.lanes(), m_merge.bias.data(), space.m_into);
}

/// The statistics' perceptron, into the last third of m_joined.
void PatchConvInference::describe(const features::FeatureSet& scaled, std::size_t from, std::size_t count,
                                  Workspace& space) const
{
    std::vector<const float*>& rows = space.m_rows;
    std::vector<float*>& into = space.m_into;
    rows.clear();
    into.clear();
    for (std::size_t row = 0; row < count; ++row) {
        rows.push_back(scaled.statistics.row(from + row).data());
        into.push_back(&space.m_hidden[row * m_stride]);
    }
    eachRow(RowOperation::RectifiedProduct, rows, m_statistics1.lanes(), m_statistics1.bias.data(), into);
    for (std::size_t row = 0; row < count; ++row) {
        rows[row] = into[row];
        into[row] = &space.m_joined[(row * 3 + 2) * m_stride];
    }
    eachRow(RowOperation::RectifiedProduct, rows, m_statistics2.lanes(), m_statistics2.bias.data(), into);
}

} // namespace flowscent::learn
