// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/id.h"

namespace flowscent::identify {

/// A text in a Names. 0 is the empty text, which also stands for "unknown".
using NameId = base::Id<struct NameTag>;

/// Texts that many flows share, each kept once. Texts stay where they are until the object goes. One thread adds; any
/// thread may look up ids that reached it together with the rows that use them, also while others are added. Memory:
/// at most 512 MiB of text and 16 million texts; what comes after is not kept.
class Names {
public:
    Names();
    Names(const Names&) = delete;
    Names& operator=(const Names&) = delete;

    /// The id of the text, which is added when it is new; that of the empty text when there is no more room.
    NameId add(std::string_view text);
    [[nodiscard]] std::string_view text(NameId id) const { return (*m_chunks[id.value / chunk])[id.value % chunk]; }
    /// Ids are below this.
    [[nodiscard]] std::uint32_t size() const { return m_size.load(std::memory_order_acquire); }

private:
    static constexpr std::uint32_t chunk = 4096; ///< texts
    static constexpr std::uint32_t mostChunks = 4096;
    static constexpr std::size_t page = 65536; ///< bytes
    static constexpr std::size_t mostBytes = std::size_t{512} << 20;

    /// Seeded at random, so that no capture can aim all its names at one bucket.
    struct Hash {
        std::uint64_t seed = 0;
        std::size_t operator()(std::string_view text) const noexcept;
    };
    std::string_view store(std::string_view text);

    std::array<std::unique_ptr<std::array<std::string_view, chunk>>, mostChunks> m_chunks;
    std::atomic<std::uint32_t> m_size = 0;
    std::vector<std::unique_ptr<char[]>> m_pages;
    std::size_t m_pageUsed = 0; ///< of the last page
    std::size_t m_bytes = 0;
    std::unordered_map<std::string_view, NameId, Hash> m_ids;
};

} // namespace flowscent::identify
