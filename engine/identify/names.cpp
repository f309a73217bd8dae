// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/names.h"

#include <cstring>
#include <random>

namespace flowscent::identify {

namespace {

std::uint64_t randomSeed()
{
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
}

std::uint64_t fold(std::uint64_t a, std::uint64_t b)
{
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

} // namespace

/// wyhash's way of folding words (https://github.com/wangyi-fudan/wyhash).
std::size_t Names::Hash::operator()(std::string_view text) const noexcept
{
    constexpr std::uint64_t odd = 0x9e3779b97f4a7c15ULL;
    std::uint64_t hash = seed ^ text.size();
    for (std::size_t at = 0; at < text.size(); at += sizeof hash) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, std::min(sizeof word, text.size() - at));
        hash = fold(hash ^ word ^ odd, seed ^ 0xbf58476d1ce4e5b9ULL);
    }
    return fold(hash, odd);
}

Names::Names()
    : m_ids(64, Hash{randomSeed()})
{
    add("");
}

NameId Names::add(std::string_view text)
{
    if (const auto known = m_ids.find(text); known != m_ids.end())
        return known->second;
    const std::uint32_t next = m_size.load(std::memory_order_relaxed);
    if (next == chunk * mostChunks || m_bytes + text.size() > mostBytes || text.size() > page)
        return {};
    if (next % chunk == 0)
        m_chunks[next / chunk] = std::make_unique<std::array<std::string_view, chunk>>();
    const std::string_view kept = store(text);
    (*m_chunks[next / chunk])[next % chunk] = kept;
    m_ids.emplace(kept, NameId(next));
    m_size.store(next + 1, std::memory_order_release);
    return NameId(next);
}

std::string_view Names::store(std::string_view text)
{
    if (m_pages.empty() || m_pageUsed + text.size() > page) {
        m_pages.push_back(std::make_unique<char[]>(page));
        m_pageUsed = 0;
    }
    char* place = m_pages.back().get() + m_pageUsed;
    std::memcpy(place, text.data(), text.size());
    m_pageUsed += text.size();
    m_bytes += text.size();
    return {place, text.size()};
}

} // namespace flowscent::identify
