// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/matrix.h"

namespace flowscent::base {

/// The safetensors format (https://github.com/huggingface/safetensors, "Format"): an 8-byte little-endian header
/// length, a JSON header, then the tensors' bytes. It holds plain numbers and strings, so reading one can never
/// run anything. We write and read float32 only.
struct TensorFile {
    struct Tensor {
        std::vector<std::uint64_t> shape;
        std::vector<float> values; ///< row-major; as many as the shape's product
        friend bool operator==(const Tensor&, const Tensor&) = default;
    };

    std::map<std::string, Tensor> tensors;       ///< by name; written in this order
    std::map<std::string, std::string> metadata; ///< "__metadata__"; values are strings, JSON inside by convention

    void put(const std::string& name, const Matrix& matrix);
    void put(const std::string& name, std::span<const float> vector);
    /// The named tensor as rows x columns (a vector becomes one row). Model error when absent or not of that rank.
    [[nodiscard]] Result<Matrix> matrix(const std::string& name) const;
    [[nodiscard]] Result<std::string> text(const std::string& key) const;
    friend bool operator==(const TensorFile&, const TensorFile&) = default;
};

/// The same value always gives the same bytes.
[[nodiscard]] std::string serialise(const TensorFile& file);

/// Checks everything before it allocates: header length, offsets that overlap or leave holes, shapes whose product
/// overflows, types other than F32, numbers that are not finite. `where` is what errors call the bytes.
[[nodiscard]] Result<TensorFile> parseTensors(std::span<const std::uint8_t> bytes, const std::string& where);

} // namespace flowscent::base
