// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/first_bytes.h"

#include <algorithm>

namespace flowscent::identify {

void FirstBytes::add(std::size_t offset, Bytes piece)
{
    if (offset >= most || piece.empty())
        return;
    Range added{offset, offset + std::min(piece.size(), most - offset)};
    const auto touches = [&added](const Range& range) { return range.begin <= added.end && added.begin <= range.end; };
    const auto first = std::ranges::find_if(m_ranges, touches);
    const auto last = std::find_if_not(first, m_ranges.end(), touches);
    if (first == last && m_ranges.size() == mostRanges)
        return;
    if (m_bytes.capacity() < added.end)
        m_bytes.reserve(std::max(added.end, std::min(2 * m_bytes.capacity(), most)));
    if (m_bytes.size() < added.end)
        m_bytes.resize(added.end);
    std::ranges::copy(piece.first(added.end - added.begin), m_bytes.begin() + static_cast<std::ptrdiff_t>(added.begin));
    for (auto range = first; range != last; ++range)
        added = {std::min(added.begin, range->begin), std::max(added.end, range->end)};
    const auto after = m_ranges.erase(first, last);
    m_ranges.insert(std::ranges::lower_bound(m_ranges.begin(), after, added.begin, {}, &Range::begin), added);
}

Bytes FirstBytes::bytes() const
{
    if (m_ranges.empty() || m_ranges.front().begin != 0)
        return {};
    return Bytes(m_bytes).first(m_ranges.front().end);
}

void FirstBytes::clear()
{
    m_bytes = {};
    m_ranges.clear();
}

void TcpBeginning::add(std::uint32_t sequence, Bytes segment)
{
    if (!m_begun) {
        m_begun = true;
        m_begin = sequence;
    }
    const std::uint32_t offset = sequence - m_begin;
    if (offset < FirstBytes::most) {
        m_stream.add(offset, segment);
        return;
    }
    const std::uint32_t before = m_begin - sequence; // a segment that repeats bytes from before the beginning
    if (before < segment.size())
        m_stream.add(0, segment.subspan(before));
}

void TcpBeginning::restart(std::uint32_t sequence, Bytes segment)
{
    m_stream.clear();
    m_begun = false;
    add(sequence, segment);
    for (const Aside& piece : m_aside) {
        const std::uint32_t offset = piece.begin - m_begin;
        if (offset < FirstBytes::most)
            m_stream.add(offset, piece.bytes);
    }
    m_aside = {};
}

void TcpBeginning::putAside()
{
    const Bytes bytes = m_stream.bytes().first(std::min(m_stream.bytes().size(), longestAside));
    if (m_aside.size() == mostAside)
        m_aside.erase(m_aside.begin());
    m_aside.push_back({m_begin, {bytes.begin(), bytes.end()}});
    m_stream.clear();
    m_begun = false;
}

std::size_t TcpBeginning::memory() const
{
    std::size_t bytes = m_stream.memory();
    for (const Aside& piece : m_aside)
        bytes += piece.bytes.capacity();
    return bytes;
}

void TcpBeginning::clear()
{
    m_stream.clear();
    m_aside = {};
    m_begun = false;
}

} // namespace flowscent::identify
