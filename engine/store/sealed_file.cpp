// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/sealed_file.h"

#include "engine/base/atomic_file.h"
#include "engine/base/digest.h"

namespace flowscent::store {

using base::Error;
using base::failure;

namespace {

constexpr std::uint64_t largestFile = 256ULL << 20;
constexpr const char* sealKey = "flowscent.sha256";

/// Of the file as it would be written without the seal.
std::string checksum(base::TensorFile tensors)
{
    tensors.metadata.erase(sealKey);
    base::Sha256 digest;
    digest.add(base::serialise(tensors));
    return digest.hex();
}

} // namespace

base::Result<void> writeSealed(base::TensorFile tensors, const std::filesystem::path& file)
{
    tensors.metadata[sealKey] = checksum(tensors);
    return base::writeAtomically(file, base::serialise(tensors));
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

Error located(Error error, const std::filesystem::path& file)
{
    if (error.where.empty())
        error.where = file.string();
    return error;
}

} // namespace flowscent::store
