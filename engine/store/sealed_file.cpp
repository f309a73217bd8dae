// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/sealed_file.h"

#include "engine/base/atomic_file.h"
#include "engine/base/digest.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace flowscent::store {

using base::Error;
using base::failure;

namespace {

constexpr std::uint64_t largestFile = 256ULL << 20;
constexpr std::uint64_t longestHeader = 32ULL << 20;
constexpr std::uint64_t firstRead = 16ULL << 10; ///< most headers are shorter
constexpr const char* sealKey = "flowscent.sha256";

std::error_code lastReason()
{
    return {errno, std::generic_category()};
}

/// Of the file as it would be written without the seal.
std::string checksum(base::TensorFile tensors)
{
    tensors.metadata.erase(sealKey);
    base::Sha256 digest;
    digest.add(base::serialise(tensors));
    return digest.hex();
}

} // namespace

std::string sealedBytes(base::TensorFile tensors)
{
    tensors.metadata[sealKey] = checksum(tensors);
    return base::serialise(tensors);
}

base::Result<void> writeSealed(base::TensorFile tensors, const std::filesystem::path& file)
{
    return base::writeAtomically(file, sealedBytes(std::move(tensors)));
}

base::Result<base::TensorFile> readSealed(const std::filesystem::path& file)
{
    const auto bytes = base::readWhole(file, largestFile);
    if (!bytes)
        return failure(bytes.error());
    auto tensors = base::parseTensors(*bytes, file.string());
    if (!tensors)
        return tensors;
    if (!tensors->text("flowscent.format"))
        return failure(Error::Code::Model, "is a safetensors file, but not one of Flowscent's", file.string());
    const auto seal = tensors->text(sealKey);
    if (!seal || *seal != checksum(*tensors))
        return failure(Error::Code::Model, "is damaged: its checksum is another; copy or make it again", file.string());
    return tensors;
}

base::Result<base::TensorHeader> readSealedHeader(const std::filesystem::path& file)
{
    std::error_code reason;
    const auto status = std::filesystem::status(file, reason);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        return failure(Error::Code::Format, "is not a regular file", file.string());
    const std::uint64_t size = std::filesystem::file_size(file, reason);
    std::ifstream stream(file, std::ios::binary);
    if (reason || !stream)
        return failure(Error::Code::Io, "cannot be read: " + (reason ? reason : lastReason()).message(), file.string());
    if (size > largestFile)
        return failure(Error::Code::Format, "is larger than such a file may be", file.string());
    std::vector<std::uint8_t> bytes(std::min<std::uint64_t>(size, firstRead));
    const auto fill = [&](std::size_t from) {
        stream.read(reinterpret_cast<char*>(bytes.data()) + from, static_cast<std::streamsize>(bytes.size() - from));
        bytes.resize(from + static_cast<std::size_t>(stream.gcount()));
    };
    fill(0);
    std::uint64_t length = 0;
    if (bytes.size() >= sizeof length)
        std::memcpy(&length, bytes.data(), sizeof length);
    if (length > longestHeader)
        return failure(Error::Code::Format,
                       "is damaged or made to deceive: its header is said to be " + std::to_string(length) +
                           " bytes long",
                       file.string());
    const std::size_t had = bytes.size();
    if (const std::uint64_t needed = std::min<std::uint64_t>(size, sizeof length + length); needed > had) {
        bytes.resize(needed);
        fill(had);
    }
    return base::parseTensorHeader(bytes, size, file.string());
}

Error located(Error error, const std::filesystem::path& file)
{
    if (error.where.empty())
        error.where = file.string();
    return error;
}

} // namespace flowscent::store
