// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/journal/capture_print.h"

#include "engine/base/digest.h"

#include <algorithm>
#include <fstream>
#include <span>

namespace flowscent::store {

using base::Error;
using base::failure;
using base::Result;

namespace {

constexpr std::uint64_t blocks = 16;
constexpr std::uint64_t blockSize = 64 * 1024;

Result<FilePrint> filePrint(const std::filesystem::path& file)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
        return failure(Error::Code::Unavailable, "is no file that could be read twice", file.string());
    FilePrint print{
        std::filesystem::absolute(file, error).lexically_normal(), std::filesystem::file_size(file, error), {}};
    std::ifstream in(file, std::ios::binary);
    if (error || !in)
        return failure(Error::Code::Io, "cannot be read", file.string());
    base::Sha256 digest;
    digest.add(std::to_string(print.size) + "\n");
    std::vector<std::uint8_t> block(blockSize);
    const bool whole = print.size <= blocks * blockSize;
    for (std::uint64_t i = 0; i < blocks; ++i) {
        const std::uint64_t at = whole ? i * blockSize : (print.size - blockSize) / (blocks - 1) * i;
        const std::uint64_t from = !whole && i == blocks - 1 ? print.size - blockSize : at;
        if (from >= print.size)
            break;
        const std::uint64_t length = std::min(blockSize, print.size - from);
        in.seekg(static_cast<std::streamoff>(from));
        in.read(reinterpret_cast<char*>(block.data()), static_cast<std::streamsize>(length));
        if (!in)
            return failure(Error::Code::Io, "cannot be read", file.string());
        digest.add(std::span(block).first(length));
    }
    print.digest = digest.hex();
    return print;
}

} // namespace

Result<CapturePrint> capturePrint(const std::vector<std::filesystem::path>& files)
{
    CapturePrint capture;
    base::Sha256 digest;
    for (const std::filesystem::path& file : files) {
        auto print = filePrint(file);
        if (!print)
            return failure(print.error());
        digest.add(print->digest + "\n");
        capture.files.push_back(std::move(*print));
    }
    capture.digest = digest.hex();
    return capture;
}

} // namespace flowscent::store
