// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/unpacked_copy.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/statvfs.h>

namespace flowscent::capture {

using base::Error;
using base::failure;

namespace {

constexpr std::size_t block = 1U << 20;
constexpr std::uint64_t smallEnough = 32U << 20; ///< bytes that may stay in memory
constexpr std::uint64_t leaveFree = 256U << 20;  ///< bytes of the disk that others may need
constexpr std::uint64_t checkEvery = 64U << 20;  ///< bytes written between two looks at the free space

std::string temporaryFolder()
{
    const char* chosen = std::getenv("TMPDIR"); // NOLINT(concurrency-mt-unsafe): nobody sets variables here
    if (chosen != nullptr && *chosen != '\0')
        return chosen;
    return access("/var/tmp", W_OK) == 0 ? "/var/tmp" : "/tmp"; // the latter often lies in memory
}

Error noRoom(const std::string& folder)
{
    return {Error::Code::Io,
            "cannot be unpacked to show single packets: " + folder +
                " has no room for it; set TMPDIR to a folder on a larger disk, or unpack the file",
            {}};
}

bool writeAll(int file, std::span<const std::uint8_t> bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = write(file, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR)
            return false;
        bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    return true;
}

class Copy {
public:
    base::Result<Descriptor> of(ByteStream& stream)
    {
        m_file = Descriptor(memfd_create("flowscent-unpacked", MFD_CLOEXEC));
        if (!m_file.open())
            return failure(Error::Code::Io, std::string("there is no memory to unpack it: ") + std::strerror(errno));
        for (auto bytes = stream.peek(block); !bytes.empty(); bytes = stream.peek(block)) {
            if (auto room = makeRoom(bytes.size()); !room)
                return failure(room.error());
            if (!writeAll(m_file.get(), bytes))
                return failure(noRoom(m_folder));
            m_length += bytes.size();
            stream.skip(bytes.size());
        }
        return std::move(m_file);
    }

private:
    base::Result<void> makeRoom(std::uint64_t length)
    {
        if (m_folder.empty() && m_length + length > smallEnough) {
            if (auto moved = moveToDisk(); !moved)
                return moved;
        }
        if (m_folder.empty() || m_length + length <= m_checkedUpTo)
            return {};
        struct statvfs disk {};
        const bool known = statvfs(m_folder.c_str(), &disk) == 0;
        if (known && std::uint64_t{disk.f_bavail} * disk.f_frsize < leaveFree + checkEvery)
            return failure(noRoom(m_folder));
        m_checkedUpTo = m_length + checkEvery;
        return {};
    }

    base::Result<void> moveToDisk()
    {
        m_folder = temporaryFolder();
        Descriptor disk(::open(m_folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
        if (!disk.open() &&
            (errno == EOPNOTSUPP || errno == EISDIR)) { // not every file system has files without a name
            std::string name = m_folder + "/flowscent-XXXXXX";
            disk = Descriptor(mkostemp(name.data(), O_CLOEXEC));
            if (disk.open())
                unlink(name.c_str());
        }
        if (!disk.open())
            return failure(Error::Code::Io, "cannot be unpacked in " + m_folder + ": " + std::strerror(errno));
        off_t offset = 0;
        while (static_cast<std::uint64_t>(offset) < m_length) {
            if (sendfile(disk.get(), m_file.get(), &offset, m_length - static_cast<std::uint64_t>(offset)) <= 0)
                return failure(noRoom(m_folder));
        }
        m_file = std::move(disk);
        return {};
    }

    Descriptor m_file;
    std::string m_folder; ///< empty while it is kept in memory
    std::uint64_t m_length = 0;
    std::uint64_t m_checkedUpTo = 0;
};

} // namespace

base::Result<Descriptor> unpackedCopy(ByteStream& stream)
{
    return Copy().of(stream);
}

} // namespace flowscent::capture
