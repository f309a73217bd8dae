// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/byte_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flowscent::capture {

using base::Error;
using base::failure;

base::Result<ByteStream> ByteStream::open(const std::filesystem::path& file, std::size_t bufferSize)
{
    ByteStream stream;
    stream.m_file = file == "-" ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (stream.m_file < 0 && errno == EACCES)
        return failure(Error::Code::Io, "you have no permission to read this file", file.string());
    if (stream.m_file < 0)
        return failure(Error::Code::Io, std::string("cannot be opened: ") + std::strerror(errno), file.string());
    struct stat facts {};
    if (fstat(stream.m_file, &facts) != 0)
        return failure(Error::Code::Io, std::string("cannot be looked at: ") + std::strerror(errno), file.string());
    if (S_ISDIR(facts.st_mode))
        return failure(Error::Code::Io, "is a directory, not a capture", file.string());
    stream.m_seekable = S_ISREG(facts.st_mode) && file != "-";
    if (stream.m_seekable) {
        stream.m_size = static_cast<std::uint64_t>(facts.st_size);
        posix_fadvise(stream.m_file, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    stream.m_buffer.resize(bufferSize);
    stream.m_bytes = stream.m_buffer.data();
    if (stream.peek(1).empty() && stream.m_trouble == 0)
        return failure(Error::Code::Format, "is empty: not even a capture's header is there", file.string());
    return stream;
}

ByteStream ByteStream::over(std::span<const std::uint8_t> bytes)
{
    ByteStream stream;
    stream.m_bytes = bytes.data();
    stream.m_end = bytes.size();
    stream.m_size = bytes.size();
    return stream;
}

ByteStream::~ByteStream()
{
    if (m_file >= 0)
        close(m_file);
}

ByteStream::ByteStream(ByteStream&& other) noexcept
    : m_file(std::exchange(other.m_file, -1))
    , m_buffer(std::move(other.m_buffer))
    , m_bytes(other.m_bytes)
    , m_begin(other.m_begin)
    , m_end(other.m_end)
    , m_offset(other.m_offset)
    , m_size(other.m_size)
    , m_seekable(other.m_seekable)
    , m_trouble(other.m_trouble)
{
}

ByteStream& ByteStream::operator=(ByteStream&& other) noexcept
{
    std::swap(m_file, other.m_file);
    m_buffer.swap(other.m_buffer);
    std::swap(m_bytes, other.m_bytes);
    m_begin = other.m_begin;
    m_end = other.m_end;
    m_offset = other.m_offset;
    m_size = other.m_size;
    m_seekable = other.m_seekable;
    m_trouble = other.m_trouble;
    return *this;
}

/// Moves what is left to the front and reads until there is enough. The buffer grows as bytes really come, so that a
/// length that lies costs no more than the file has.
void ByteStream::fill(std::size_t length)
{
    if (m_file < 0)
        return;
    if (m_begin > 0) {
        std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
        m_offset += m_begin;
        m_end -= m_begin;
        m_begin = 0;
    }
    while (m_end < length) {
        if (m_end == m_buffer.size())
            m_buffer.resize(std::min(2 * m_buffer.size(), std::max(length, m_buffer.size() + 1)));
        const ssize_t got = read(m_file, m_buffer.data() + m_end, m_buffer.size() - m_end);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            m_trouble = errno;
        if (got <= 0)
            break;
        m_end += static_cast<std::size_t>(got);
    }
    m_bytes = m_buffer.data();
}

bool ByteStream::skip(std::uint64_t length)
{
    while (length > 0) {
        const std::size_t here = std::min<std::uint64_t>(length, m_end - m_begin);
        m_begin += here;
        length -= here;
        if (length > 0 && peek(1).empty())
            return false;
    }
    return true;
}

bool ByteStream::seek(std::uint64_t offset)
{
    if (!m_seekable || offset > m_size || lseek(m_file, static_cast<off_t>(offset), SEEK_SET) < 0)
        return false;
    posix_fadvise(m_file, 0, 0, POSIX_FADV_RANDOM); // whoever jumps wants single packets, not what lies behind them
    m_begin = m_end = 0;
    m_offset = offset;
    return true;
}

} // namespace flowscent::capture
