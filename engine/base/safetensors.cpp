// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/safetensors.h"

#include "engine/base/tensor_header.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

namespace flowscent::base {

using nlohmann::json;

namespace {

static_assert(std::endian::native == std::endian::little, "tensor bytes are copied as they are");

constexpr std::uint64_t lengthBytes = 8;
constexpr std::uint64_t longestHeader = 100'000'000; // the reference implementation's own limit

tl::unexpected<Error> damaged(const std::string& what, const std::string& where)
{
    return failure(Error::Code::Format, "is damaged or not a safetensors file: " + what, where);
}

/// Product of the shape, or nothing when it cannot be the size of bytes that are really there.
std::optional<std::uint64_t> countOf(const std::vector<std::uint64_t>& shape, std::uint64_t most)
{
    std::uint64_t count = 1;
    for (const std::uint64_t extent : shape) {
        if (extent != 0 && count > most / extent)
            return std::nullopt;
        count *= extent;
    }
    return count;
}

struct Entry {
    std::string name;
    std::vector<std::uint64_t> shape;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

Result<Entry> readEntry(const std::string& name, const json& value, std::uint64_t available, const std::string& where)
try {
    if (value.at("dtype").get<std::string>() != "F32")
        return damaged("tensor '" + name + "' is not of type F32", where);
    Entry entry;
    entry.name = name;
    for (const json& extent : value.at("shape")) {
        if (!extent.is_number_unsigned() || entry.shape.size() == 8)
            return damaged("tensor '" + name + "' has an impossible shape", where);
        entry.shape.push_back(extent.get<std::uint64_t>());
    }
    const json& offsets = value.at("data_offsets");
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
        !offsets[1].is_number_unsigned())
        return damaged("tensor '" + name + "' has no data offsets", where);
    entry.begin = offsets[0].get<std::uint64_t>();
    entry.end = offsets[1].get<std::uint64_t>();
    if (entry.begin > entry.end || entry.end > available)
        return damaged("tensor '" + name + "' lies beyond the end of the file", where);
    const auto count = countOf(entry.shape, available / sizeof(float));
    if (!count || *count * sizeof(float) != entry.end - entry.begin)
        return damaged("the shape of tensor '" + name + "' disagrees with its bytes", where);
    return entry;
} catch (const json::exception&) {
    return damaged("the entry of tensor '" + name + "' cannot be read", where);
}

Result<std::map<std::string, std::string>> readMetadata(const json& value, const std::string& where)
{
    std::map<std::string, std::string> metadata;
    if (!value.is_object())
        return damaged("its metadata are not a table of strings", where);
    for (const auto& [key, text] : value.items()) {
        if (!text.is_string())
            return damaged("its metadata are not a table of strings", where);
        metadata.emplace(key, text.get<std::string>());
    }
    return metadata;
}

/// The format forbids overlap and holes, so that nothing can hide between the tensors.
Result<void> checkLayout(std::vector<Entry> entries, std::uint64_t available, const std::string& where)
{
    std::ranges::sort(entries, {}, [](const Entry& entry) { return std::pair(entry.begin, entry.end); });
    std::uint64_t expected = 0;
    for (const Entry& entry : entries) {
        if (entry.begin != expected)
            return damaged("its tensors overlap or leave holes", where);
        expected = entry.end;
    }
    if (expected != available)
        return damaged("bytes follow the last tensor, or some are missing", where);
    return {};
}

Result<std::vector<float>> readValues(const Entry& entry, std::span<const std::uint8_t> data, const std::string& where)
{
    std::vector<float> values((entry.end - entry.begin) / sizeof(float));
    if (!values.empty())
        std::memcpy(values.data(), data.data() + entry.begin, values.size() * sizeof(float));
    for (const float value : values) {
        if (!std::isfinite(value))
            return damaged("tensor '" + entry.name + "' holds a number that is not finite", where);
    }
    return values;
}

Result<json> readHeader(std::span<const std::uint8_t> bytes, std::uint64_t& length, const std::string& where)
{
    if (bytes.size() < lengthBytes)
        return damaged("it is only " + std::to_string(bytes.size()) + " bytes long", where);
    std::memcpy(&length, bytes.data(), lengthBytes);
    if (length > longestHeader || length > bytes.size() - lengthBytes)
        return damaged("its header is said to be " + std::to_string(length) + " bytes long, more than there are",
                       where);
    const auto* begin = bytes.data() + lengthBytes;
    // Nesting is bounded so that a hostile header cannot exhaust the stack.
    const auto shallow = [](int depth, json::parse_event_t, json&) { return depth <= 8; };
    json header = json::parse(begin, begin + length, shallow, false);
    if (!header.is_object())
        return damaged("its header is not a JSON table", where);
    return header;
}

/// The header, checked against the number of bytes that follow it.
struct Layout {
    std::vector<Entry> entries;
    std::map<std::string, std::string> metadata;
    std::uint64_t dataBegin = 0; ///< where the tensors' bytes begin
};

Result<Layout> readLayout(std::span<const std::uint8_t> beginning, std::uint64_t fileSize, const std::string& where)
{
    std::uint64_t headerLength = 0;
    auto header = readHeader(beginning, headerLength, where);
    if (!header)
        return failure(header.error());
    Layout layout{.entries = {}, .metadata = {}, .dataBegin = lengthBytes + headerLength};
    const std::uint64_t available = fileSize - std::min(fileSize, layout.dataBegin);
    for (const auto& [name, value] : header->items()) {
        if (name == "__metadata__") {
            auto metadata = readMetadata(value, where);
            if (!metadata)
                return failure(metadata.error());
            layout.metadata = std::move(*metadata);
            continue;
        }
        auto entry = readEntry(name, value, available, where);
        if (!entry)
            return failure(entry.error());
        layout.entries.push_back(std::move(*entry));
    }
    if (auto whole = checkLayout(layout.entries, available, where); !whole)
        return failure(whole.error());
    return layout;
}

} // namespace

void TensorFile::put(const std::string& name, const Matrix& matrix)
{
    tensors[name] = {{matrix.rows, matrix.columns}, matrix.values};
}

void TensorFile::put(const std::string& name, std::span<const float> vector)
{
    tensors[name] = {{vector.size()}, {vector.begin(), vector.end()}};
}

Result<Matrix> TensorFile::matrix(const std::string& name) const
{
    const auto found = tensors.find(name);
    if (found == tensors.end())
        return failure(Error::Code::Model, "the tensor '" + name + "' is missing");
    const Tensor& tensor = found->second;
    if (tensor.shape.empty() || tensor.shape.size() > 2)
        return failure(Error::Code::Model, "the tensor '" + name + "' is neither a vector nor a matrix");
    Matrix matrix;
    matrix.rows = tensor.shape.size() == 2 ? tensor.shape[0] : 1;
    matrix.columns = tensor.shape.back();
    matrix.values = tensor.values;
    return matrix;
}

Result<std::string> TensorFile::text(const std::string& key) const
{
    const auto found = metadata.find(key);
    if (found == metadata.end())
        return failure(Error::Code::Model, "the entry '" + key + "' is missing");
    return found->second;
}

std::string serialise(const TensorFile& file)
{
    json header = json::object();
    if (!file.metadata.empty())
        header["__metadata__"] = file.metadata;
    std::uint64_t offset = 0;
    for (const auto& [name, tensor] : file.tensors) {
        const std::uint64_t end = offset + tensor.values.size() * sizeof(float);
        header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' '); // the format aligns the data and allows trailing blanks

    const std::uint64_t length = text.size();
    std::string bytes(reinterpret_cast<const char*>(&length), lengthBytes);
    bytes += text;
    for (const auto& [name, tensor] : file.tensors)
        bytes.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(float));
    return bytes;
}

Result<TensorHeader> parseTensorHeader(std::span<const std::uint8_t> beginning, std::uint64_t fileSize,
                                       const std::string& where)
{
    const auto layout = readLayout(beginning, fileSize, where);
    if (!layout)
        return failure(layout.error());
    TensorHeader header{.shapes = {}, .metadata = layout->metadata};
    for (const Entry& entry : layout->entries)
        header.shapes[entry.name] = entry.shape;
    return header;
}

Result<TensorFile> parseTensors(std::span<const std::uint8_t> bytes, const std::string& where)
{
    auto layout = readLayout(bytes, bytes.size(), where);
    if (!layout)
        return failure(layout.error());
    TensorFile file;
    file.metadata = std::move(layout->metadata);
    const std::span<const std::uint8_t> data = bytes.subspan(layout->dataBegin);
    for (const Entry& entry : layout->entries) {
        auto values = readValues(entry, data, where);
        if (!values)
            return failure(values.error());
        file.tensors[entry.name] = {entry.shape, std::move(*values)};
    }
    return file;
}

} // namespace flowscent::base
