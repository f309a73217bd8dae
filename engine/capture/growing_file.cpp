// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/growing_file.h"

#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flowscent::capture {

using base::Error;
using base::failure;

GrowingFile::GrowingFile(Descriptor open, std::filesystem::path file, std::stop_token stop)
    : m_open(std::move(open))
    , m_file(std::move(file))
    , m_stop(std::move(stop))
{
    struct stat facts {};
    m_regular = m_file != "-" && fstat(m_open.get(), &facts) == 0 && S_ISREG(facts.st_mode);
}

/// Asked again and again instead of being told: inotify is silent about files that another machine writes.
bool GrowingFile::wait() const
{
    if (!m_regular) {
        pollfd ready{.fd = m_open.get(), .events = POLLIN, .revents = 0};
        return poll(&ready, 1, static_cast<int>(patience.count())) > 0;
    }
    std::this_thread::sleep_for(patience);
    return true;
}

/// What happened to the file that ends following it; nothing when it is still the same.
const char* GrowingFile::change() const
{
    struct stat open {};
    struct stat named {};
    if (!m_regular || fstat(m_open.get(), &open) != 0)
        return nullptr;
    if (static_cast<std::uint64_t>(open.st_size) < m_taken)
        return "the file was shortened";
    if (stat(m_file.c_str(), &named) != 0)
        return errno == ENOENT ? "the file was removed or renamed" : nullptr;
    return named.st_dev != open.st_dev || named.st_ino != open.st_ino ? "the file was replaced by another" : nullptr;
}

base::Result<std::optional<std::size_t>> GrowingFile::read(std::span<std::uint8_t> room)
{
    const char* changed = nullptr;
    for (const bool first : {true, false}) {
        if (m_stop.stop_requested())
            return std::optional<std::size_t>(0);
        if ((!first || !m_regular) && !wait())
            return std::optional<std::size_t>{};
        if (!first)
            changed = change(); // before the last look: what was written until then is still read
        ssize_t got = 0;
        do
            got = ::read(m_open.get(), room.data(), room.size());
        while (got < 0 && errno == EINTR);
        if (got < 0)
            return failure(Error::Code::Io, std::strerror(errno));
        m_taken += static_cast<std::uint64_t>(got);
        if (got > 0 || !m_regular)
            return std::optional(static_cast<std::size_t>(got));
    }
    if (changed != nullptr)
        return failure(Error::Code::Io, changed);
    return std::optional<std::size_t>{};
}

} // namespace flowscent::capture
