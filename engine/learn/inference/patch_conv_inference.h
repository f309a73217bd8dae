// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/safetensors.h"
#include "engine/features/scaler.h"
#include "engine/learn/inference/row_kernels.h"

namespace flowscent::learn {

/// The encoders of the family "patch-conv" (eight patches of four packets through one linear map, neighbours merged,
/// mean and maximum over time, beside a perceptron on the statistics, layer normalisation, linear map) for embedding
/// only: no gradients, no LibTorch, nothing allocated per flow. The trainer's differentiable forward states the same
/// function; a test holds the two together.
///
/// Most flows have few packets. A patch without a packet is all zero, so its value is a constant of the model, as is
/// that of two such neighbours: products are computed for the others alone, which changes no bit of the result.
///
/// A flow's embedding depends on its own row alone, to the last bit. Immutable, so any thread may embed with it.
class PatchConvInference {
public:
    static constexpr std::size_t patchPackets = 4;

    /// What one thread needs beside the model: about 500 kB at width 64, grown on first use and kept.
    class Workspace {
        friend class PatchConvInference;
        features::FeatureSet m_scaled;
        std::vector<float> m_patched; ///< block x patches x padded width
        std::vector<float> m_merged;  ///< block x pairs x padded width
        std::vector<float> m_hidden;  ///< block x padded width: the statistics' first layer
        std::vector<float> m_joined;  ///< block x 3 padded widths: mean, maximum, statistics
        std::vector<float> m_outputs; ///< block x padded embedding
        std::vector<const float*> m_rows;
        std::vector<float*> m_into;
        std::vector<const float*> m_pairs; ///< block x pairs: where each pair's value lies
    };

    /// Whether an architecture is of the family: "patch-conv-64" and others of that beginning.
    [[nodiscard]] static bool covers(std::string_view architecture) { return architecture.starts_with("patch-conv"); }
    /// From tensors "encoder.*", of any width and embedding size. Model error when one is missing or misshapen.
    [[nodiscard]] static base::Result<PatchConvInference> fromTensors(const base::TensorFile& file);

    /// Rows [begin, end) of native features into the same rows of `into` (n x embeddingSize). `scaler` and `raw` have
    /// this version's feature table.
    void embed(const features::Scaler& scaler, const features::FeatureSet& raw, std::size_t begin, std::size_t end,
               base::Matrix& into, Workspace& space) const;
    /// The same from scaled features.
    void embedScaled(const features::FeatureSet& scaled, std::size_t begin, std::size_t end, base::Matrix& into,
                     Workspace& space) const;

    [[nodiscard]] std::size_t embeddingSize() const { return m_embeddingSize; }

private:
    /// A linear layer, transposed and padded to whole lane groups with zeros.
    struct Layer {
        std::vector<float> weights;
        std::vector<float> bias;
        std::size_t inputs = 0;

        [[nodiscard]] Lanes lanes() const { return {weights.data(), inputs, bias.size()}; }
    };
    /// Reads the layer `name`; its inputs are `parts` pieces of `partSize`, each padded to `partStride`.
    static base::Result<Layer> layer(const base::TensorFile& file, const std::string& name, std::size_t parts,
                                     std::size_t partSize, std::size_t partStride);

    void reserve(Workspace& space) const;
    /// At most a block: `count` rows of `scaled` from `from` on to rows of `into` from `to` on.
    void embedBlock(const features::FeatureSet& scaled, std::size_t from, std::size_t count, base::Matrix& into,
                    std::size_t to, Workspace& space) const;
    void patchAndMerge(const features::FeatureSet& scaled, std::size_t from, std::size_t count, Workspace& space) const;
    void describe(const features::FeatureSet& scaled, std::size_t from, std::size_t count, Workspace& space) const;

    std::size_t m_width = 0;  ///< of patches and of the statistics' perceptron
    std::size_t m_stride = 0; ///< the same in whole lane groups
    std::size_t m_embeddingSize = 0;
    Layer m_patch;
    Layer m_merge;
    Layer m_statistics1;
    Layer m_statistics2;
    Layer m_out;
    std::vector<float> m_normWeight; ///< 3 padded widths, zero in the padding
    std::vector<float> m_normBias;
    std::vector<float> m_counts;     ///< 1 where m_joined holds a number, 0 in the padding
    std::vector<float> m_emptyPatch; ///< the value of a patch without packets
    std::vector<float> m_emptyPair;
};

} // namespace flowscent::learn
