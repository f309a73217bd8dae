// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/stream_lines.h"

#include <algorithm>
#include <cstring>
#include <functional>

namespace flowscent::ui {

namespace {

using packet::StreamChunk;

constexpr std::uint32_t holeBit = 0x80000000U;
constexpr std::uint32_t hexWidth = 16;

std::uint8_t lower(std::uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? static_cast<std::uint8_t>(byte + 32) : byte;
}

} // namespace

std::vector<StreamRun> streamRuns(const packet::Stream& stream, StreamSides sides)
{
    std::vector<StreamRun> runs;
    bool open = false;
    for (std::uint32_t i = 0; i < stream.chunks.size(); ++i) {
        const StreamChunk& chunk = stream.chunks[i];
        if (!shows(sides, chunk.direction) || chunk.kind != StreamChunk::Kind::Data) {
            open = false;
            continue;
        }
        if (open && stream.chunks[i - 1].direction == chunk.direction)
            runs.back().end += chunk.length;
        else
            runs.push_back({chunk.begin, chunk.begin + chunk.length, i});
        open = true;
    }
    return runs;
}

std::shared_ptr<const StreamLines> StreamLines::lay(std::shared_ptr<const FlowStream> stream, StreamMode mode,
                                                    StreamSides sides, const std::stop_token& stop)
{
    auto lines = std::make_shared<StreamLines>();
    lines->m_stream = std::move(stream);
    lines->m_mode = mode;
    lines->m_sides = sides;
    lines->m_runs = streamRuns(lines->m_stream->stream, sides);
    const auto& chunks = lines->m_stream->stream.chunks;
    std::size_t next = 0; // run
    for (std::uint32_t i = 0; i < chunks.size(); ++i) {
        if (shows(sides, chunks[i].direction) && chunks[i].kind != StreamChunk::Kind::Data)
            lines->m_lines.push_back(i | holeBit);
        if (next == lines->m_runs.size() || lines->m_runs[next].chunk != i)
            continue;
        const StreamRun& run = lines->m_runs[next++];
        if (stop.stop_requested())
            return nullptr;
        for (std::uint32_t at = run.begin; at < run.end; at = lines->lineEnd(at, run.end))
            lines->m_lines.push_back(at);
    }
    lines->m_lines.shrink_to_fit();
    return lines;
}

std::uint32_t StreamLines::lineEnd(std::uint32_t begin, std::uint32_t end) const
{
    if (m_mode == StreamMode::Hex)
        return std::min(end, begin + hexWidth);
    const std::uint32_t most = std::min(end, begin + textWidth);
    const std::uint8_t* bytes = m_stream->stream.bytes.data();
    const void* feed = std::memchr(bytes + begin, '\n', most - begin);
    return feed == nullptr ? most : static_cast<std::uint32_t>(static_cast<const std::uint8_t*>(feed) - bytes) + 1;
}

std::uint32_t StreamLines::position(std::uint32_t line) const
{
    return (line & holeBit) != 0 ? m_stream->stream.chunks[line & ~holeBit].begin : line;
}

StreamLine StreamLines::at(std::size_t line) const
{
    const std::uint32_t begin = m_lines[line];
    if ((begin & holeBit) != 0)
        return {.begin = position(begin), .length = 0, .chunk = begin & ~holeBit, .hole = true, .opens = true};
    const auto run = std::prev(std::ranges::upper_bound(m_runs, begin, {}, &StreamRun::begin));
    return {.begin = begin,
            .length = lineEnd(begin, run->end) - begin,
            .chunk = run->chunk,
            .hole = false,
            .opens = begin == run->begin};
}

std::optional<std::size_t> StreamLines::lineOf(std::uint32_t byte) const
{
    auto found = std::ranges::upper_bound(m_lines, byte, {}, [this](std::uint32_t line) { return position(line); });
    while (found != m_lines.begin()) {
        --found;
        if ((*found & holeBit) != 0)
            continue;
        const auto line = static_cast<std::size_t>(found - m_lines.begin());
        return byte < *found + at(line).length ? std::optional(line) : std::nullopt;
    }
    return std::nullopt;
}

std::shared_ptr<const StreamHits> findInStream(const packet::Stream& stream, StreamSides sides,
                                               const std::vector<std::uint8_t>& needle, bool foldCase,
                                               const std::stop_token& stop)
{
    auto hits = std::make_shared<StreamHits>();
    hits->length = static_cast<std::uint32_t>(needle.size());
    if (needle.empty())
        return hits;
    const auto hash = [foldCase](std::uint8_t byte) { return std::size_t{foldCase ? lower(byte) : byte}; };
    const auto same = [foldCase](std::uint8_t a, std::uint8_t b) { return foldCase ? lower(a) == lower(b) : a == b; };
    const std::boyer_moore_horspool_searcher searcher(needle.begin(), needle.end(), hash, same);
    for (const StreamRun& run : streamRuns(stream, sides)) {
        const auto end = stream.bytes.begin() + run.end;
        auto at = stream.bytes.begin() + run.begin;
        while ((at = std::search(at, end, searcher)) != end) {
            if (hits->positions.size() == mostHits) {
                hits->more = true;
                return hits;
            }
            hits->positions.push_back(static_cast<std::uint32_t>(at - stream.bytes.begin()));
            ++at;
        }
        if (stop.stop_requested())
            return nullptr;
    }
    return hits;
}

} // namespace flowscent::ui
