// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/logs/line_reader.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flowscent::logs {

using base::Error;
using base::failure;

namespace {

constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t none = SIZE_MAX;
constexpr std::size_t capacity = 2 * longestLine;

} // namespace

LineReader::LineReader()
    : m_buffer(std::make_unique_for_overwrite<char[]>(capacity + linePadding))
{
}

LineReader::~LineReader()
{
    if (m_file >= 0)
        ::close(m_file);
}

LineReader::LineReader(LineReader&& other) noexcept
    : m_file(std::exchange(other.m_file, -1))
    , m_buffer(std::move(other.m_buffer))
    , m_begin(other.m_begin)
    , m_end(other.m_end)
    , m_number(other.m_number)
    , m_done(other.m_done)
    , m_size(other.m_size)
    , m_trouble(other.m_trouble)
    , m_stop(std::move(other.m_stop))
{
}

LineReader& LineReader::operator=(LineReader&& other) noexcept
{
    std::swap(m_file, other.m_file);
    m_buffer.swap(other.m_buffer);
    m_begin = other.m_begin;
    m_end = other.m_end;
    m_number = other.m_number;
    m_done = other.m_done;
    m_size = other.m_size;
    m_trouble = other.m_trouble;
    m_stop = std::move(other.m_stop);
    return *this;
}

base::Result<LineReader> LineReader::open(const std::filesystem::path& file, std::stop_token stop)
{
    LineReader reader;
    reader.m_stop = std::move(stop);
    reader.m_file = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (reader.m_file < 0)
        return failure(Error::Code::Io, std::string("cannot be opened: ") + std::strerror(errno), file.string());
    struct stat facts {};
    if (fstat(reader.m_file, &facts) == 0 && S_ISREG(facts.st_mode))
        reader.m_size = static_cast<std::uint64_t>(facts.st_size);
    return reader;
}

/// Reads behind what is there, after moving it to the front; false at the end. There is always room: a line is given
/// up before it fills the half of the buffer.
bool LineReader::fill()
{
    if (m_begin > 0) {
        std::memmove(m_buffer.get(), m_buffer.get() + m_begin, m_end - m_begin);
        m_end -= m_begin;
        m_begin = 0;
    }
    while (!m_stop.stop_requested()) {
        const ssize_t got = ::read(m_file, m_buffer.get() + m_end, capacity - m_end);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            m_trouble = errno;
        if (got <= 0)
            return false;
        m_end += static_cast<std::size_t>(got);
        return true;
    }
    return false;
}

/// Where the next line break is, as a distance from m_begin; `none` when the line is too long or the file ends.
std::size_t LineReader::findEnd()
{
    for (std::size_t searched = 0;;) {
        const std::size_t here = m_end - m_begin;
        if (const void* found = std::memchr(m_buffer.get() + m_begin + searched, '\n', here - searched))
            return static_cast<std::size_t>(static_cast<const char*>(found) - (m_buffer.get() + m_begin));
        searched = here;
        if (here > longestLine || !fill())
            return none;
    }
}

void LineReader::take(std::size_t length)
{
    m_begin += length;
    m_done += length;
}

std::optional<Line> LineReader::next()
{
    Line line{.number = ++m_number};
    std::size_t length = findEnd();
    while (length == none && m_end - m_begin > longestLine) { // nobody needs the rest of it either
        line.tooLong = true;
        take(m_end - m_begin);
        length = findEnd();
    }
    line.ended = length != none;
    if (!line.ended)
        length = m_end - m_begin;
    if (!line.ended && length == 0 && !line.tooLong)
        return std::nullopt;
    line.text = std::string_view(m_buffer.get() + m_begin, length);
    take(length + (line.ended ? 1 : 0));
    line.tooLong = line.tooLong || length > longestLine;
    if (line.tooLong)
        line.text = {};
    if (line.text.ends_with('\r'))
        line.text.remove_suffix(1);
    if (line.number == 1 && line.text.starts_with(byteOrderMark))
        line.text.remove_prefix(byteOrderMark.size());
    return line;
}

} // namespace flowscent::logs
