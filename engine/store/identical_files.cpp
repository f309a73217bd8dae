// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/identical_files.h"

#include "engine/base/digest.h"
#include "engine/base/each_index.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

namespace flowscent::store {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

namespace {

constexpr std::size_t blockSize = 1 << 18;

/// Indices of files whose size another one has, too.
std::vector<std::size_t> withSizeOfOthers(std::span<const fs::path> files)
{
    std::map<std::uintmax_t, std::vector<std::size_t>> bySize;
    for (std::size_t i = 0; i < files.size(); ++i) {
        std::error_code trouble;
        const std::uintmax_t size = files[i].empty() ? 0 : fs::file_size(files[i], trouble);
        if (!files[i].empty() && !trouble)
            bySize[size].push_back(i);
    }
    std::vector<std::size_t> candidates;
    for (const auto& [size, indices] : bySize) {
        if (indices.size() > 1)
            std::ranges::copy(indices, std::back_inserter(candidates));
    }
    return candidates;
}

} // namespace

base::Result<std::string> fileHash(const fs::path& file, const std::stop_token& stop)
{
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return failure(Error::Code::Io, std::string("cannot be read: ") + std::strerror(errno), file.string());
    base::Sha256 digest;
    std::vector<char> block(blockSize);
    errno = 0;
    while (stream.read(block.data(), static_cast<std::streamsize>(block.size())) || stream.gcount() > 0) {
        if (stop.stop_requested())
            return failure(Error::Code::Cancelled, "comparing files was stopped", file.string());
        digest.add(std::string_view(block.data(), static_cast<std::size_t>(stream.gcount())));
    }
    if (stream.bad())
        return failure(Error::Code::Io, std::string("cannot be read: ") + std::strerror(errno), file.string());
    return digest.hex();
}

base::Result<std::vector<std::vector<std::size_t>>>
identicalFiles(std::span<const fs::path> files, const base::ProgressSink& progress, const std::stop_token& stop)
{
    const std::vector<std::size_t> candidates = withSizeOfOthers(files);
    std::vector<std::string> hashes(candidates.size());
    base::eachIndex(
        candidates.size(),
        [&](std::size_t i) {
            if (auto hash = fileHash(files[candidates[i]], stop))
                hashes[i] = std::move(*hash);
        },
        "comparing captures", progress, stop);
    if (stop.stop_requested())
        return failure(Error::Code::Cancelled, "comparing captures was stopped");
    std::map<std::string, std::vector<std::size_t>> byHash;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (!hashes[i].empty())
            byHash[hashes[i]].push_back(candidates[i]);
    }
    std::vector<std::vector<std::size_t>> groups;
    for (auto& [hash, group] : byHash) {
        if (group.size() > 1) {
            std::ranges::sort(group);
            groups.push_back(std::move(group));
        }
    }
    std::ranges::sort(groups);
    return groups;
}

} // namespace flowscent::store
