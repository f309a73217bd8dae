// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "ui/session/packet_reader.h"

namespace flowscent::ui {

enum class StreamMode : std::uint8_t { Text, Hex };
enum class StreamSides : std::uint8_t { Both, Client, Server };

[[nodiscard]] inline bool shows(StreamSides sides, std::uint8_t direction)
{
    return sides == StreamSides::Both || (sides == StreamSides::Client) == (direction == 0);
}

/// Bytes of one side that follow each other without a hole and without a word of the other side.
struct StreamRun {
    std::uint32_t begin = 0; ///< in Stream::bytes
    std::uint32_t end = 0;
    std::uint32_t chunk = 0; ///< the first of its chunks
};
/// The runs of what these sides said, in order.
[[nodiscard]] std::vector<StreamRun> streamRuns(const packet::Stream& stream, StreamSides sides);

struct StreamLine {
    std::uint32_t begin = 0; ///< in Stream::bytes
    std::uint32_t length = 0;
    std::uint32_t chunk = 0; ///< that the line begins in; for a hole, the hole
    bool hole = false;
    bool opens = false; ///< the first line of its run
};

/// A stream cut into lines: text at line feeds and after `textWidth` bytes, hex every sixteen. Kept as four bytes a
/// line; immutable, so that every thread may read it.
class StreamLines {
public:
    static constexpr std::uint32_t textWidth = 128;

    /// Null when stopped.
    [[nodiscard]] static std::shared_ptr<const StreamLines>
    lay(std::shared_ptr<const FlowStream> stream, StreamMode mode, StreamSides sides, const std::stop_token& stop);

    [[nodiscard]] std::size_t size() const { return m_lines.size(); }
    [[nodiscard]] StreamLine at(std::size_t line) const;
    /// The line that a byte stands on; nothing when its side is not shown.
    [[nodiscard]] std::optional<std::size_t> lineOf(std::uint32_t byte) const;
    [[nodiscard]] const FlowStream& flow() const { return *m_stream; }
    [[nodiscard]] StreamMode mode() const { return m_mode; }
    [[nodiscard]] StreamSides sides() const { return m_sides; }

private:
    [[nodiscard]] std::uint32_t lineEnd(std::uint32_t begin, std::uint32_t end) const;
    [[nodiscard]] std::uint32_t position(std::uint32_t line) const;

    std::shared_ptr<const FlowStream> m_stream;
    StreamMode m_mode = StreamMode::Text;
    StreamSides m_sides = StreamSides::Both;
    std::vector<StreamRun> m_runs;
    std::vector<std::uint32_t> m_lines; ///< where each begins; holes as their chunk with the highest bit set
};

/// Where a string of bytes stands in a stream.
struct StreamHits {
    std::vector<std::uint32_t> positions; ///< in Stream::bytes, ascending
    std::uint32_t length = 0;             ///< bytes of each
    bool more = false;                    ///< there are more than are kept
};
inline constexpr std::size_t mostHits = 1'000'000;

/// Looks for bytes within each run; hits may overlap. `foldCase` takes ASCII letters for each other. Null when stopped.
[[nodiscard]] std::shared_ptr<const StreamHits> findInStream(const packet::Stream& stream, StreamSides sides,
                                                             const std::vector<std::uint8_t>& needle, bool foldCase,
                                                             const std::stop_token& stop);

} // namespace flowscent::ui
