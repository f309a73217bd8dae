// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/byte_stream.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flowscent::capture {

using base::Error;
using base::failure;

base::Result<ByteStream> ByteStream::open(const std::filesystem::path& file, const StreamOptions& options)
{
    ByteStream stream;
    stream.m_file =
        Descriptor(file == "-" ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!stream.m_file.open() && errno == EACCES)
        return failure(Error::Code::Io, "you have no permission to read this file", file.string());
    if (!stream.m_file.open())
        return failure(Error::Code::Io, std::string("cannot be opened: ") + std::strerror(errno), file.string());
    struct stat facts {};
    if (fstat(stream.m_file.get(), &facts) != 0)
        return failure(Error::Code::Io, std::string("cannot be looked at: ") + std::strerror(errno), file.string());
    if (S_ISDIR(facts.st_mode))
        return failure(Error::Code::Io, "is a directory, not a capture", file.string());
    stream.m_regular = S_ISREG(facts.st_mode) && file != "-";
    if (stream.m_regular) {
        stream.m_size = static_cast<std::uint64_t>(facts.st_size);
        posix_fadvise(stream.m_file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    stream.m_buffer.resize(options.bufferSize);
    stream.m_bytes = stream.m_buffer.data();
    if (options.follow)
        stream.m_growing = std::make_unique<GrowingFile>(std::move(stream.m_file), file, options.stop);
    else if (auto begun = stream.begin(options); !begun)
        return failure(begun.error().code, begun.error().what, file.string());
    return stream;
}

/// Reads the first bytes and finds out whether they must be unpacked.
base::Result<void> ByteStream::begin(const StreamOptions& options)
{
    auto head = peek(packingHead);
    // The head of a capture may be all that has come through a pipe so far: waiting for more would hold it up.
    if (packingOf(head) == Packing::None && !beginsCapture(head))
        head = peek(tarHead);
    if (packingOf(head) != Packing::None) {
        if (auto unpacked = unpack(options); !unpacked)
            return unpacked;
        head = peek(1);
    }
    if (head.empty() && m_damage && m_damage->code == Error::Code::Io)
        return failure(m_damage->code, "cannot be read: " + m_damage->what);
    if (head.empty() && m_damage && m_damage->code == Error::Code::Truncated)
        return failure(m_damage->code, "is cut off before the first packet: " + m_damage->what);
    if (head.empty())
        return failure(
            m_damage.value_or(Error{Error::Code::Format, "is empty: not even a capture's header is there", {}}));
    return {};
}

base::Result<void> ByteStream::unpack(const StreamOptions& options)
{
    auto feed = unpacked(fileFeed(std::move(m_file), {m_bytes + m_begin, m_bytes + m_end}, options.stop));
    if (!feed && feed.error().code == Error::Code::Truncated)
        return failure(feed.error().code, "is cut off before the first packet: " + feed.error().what);
    if (!feed)
        return failure(feed.error());
    m_feed = std::move(*feed);
    m_begin = m_end = 0;
    m_damage.reset();
    return {};
}

ByteStream ByteStream::over(std::span<const std::uint8_t> bytes)
{
    ByteStream stream;
    stream.m_bytes = bytes.data();
    stream.m_end = bytes.size();
    stream.m_size = bytes.size();
    return stream;
}

/// Moves what is left to the front and reads until there is enough. The buffer grows as bytes really come, so that a
/// length that lies costs no more than the file has.
void ByteStream::fill(std::size_t length)
{
    if (m_buffer.empty())
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
        const std::size_t got = read(std::span(m_buffer).subspan(m_end));
        if (got == 0)
            break;
        m_end += got;
    }
    m_bytes = m_buffer.data();
}

/// Some bytes; none at the end, be it for now, for good, or because something is wrong.
std::size_t ByteStream::read(std::span<std::uint8_t> room)
{
    m_starved = false;
    if (m_damage)
        return 0;
    if (m_feed) {
        const auto got = m_feed->read(room);
        if (!got)
            m_damage = got.error();
        return got.value_or(0);
    }
    if (m_growing) {
        const auto got = m_growing->read(room);
        if (!got)
            m_damage = got.error();
        m_starved = got && !*got;
        return got ? got->value_or(0) : 0;
    }
    ssize_t got = 0;
    do
        got = ::read(m_file.get(), room.data(), room.size());
    while (got < 0 && errno == EINTR);
    if (got < 0)
        m_damage = Error{Error::Code::Io, std::strerror(errno), {}};
    return got < 0 ? 0 : static_cast<std::size_t>(got);
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
    if (!seekable() || offset > m_size || lseek(m_file.get(), static_cast<off_t>(offset), SEEK_SET) < 0)
        return false;
    posix_fadvise(m_file.get(), 0, 0,
                  POSIX_FADV_RANDOM); // whoever jumps wants single packets, not what lies behind them
    m_begin = m_end = 0;
    m_offset = offset;
    m_damage.reset();
    return true;
}

} // namespace flowscent::capture
