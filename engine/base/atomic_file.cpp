// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/atomic_file.h"

#include "engine/base/create_file.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace flowscent::base {

namespace fs = std::filesystem;

namespace {

std::string systemReason(int number)
{
    return std::generic_category().message(number);
}

Result<void> syncAndRename(const fs::path& temporary, const fs::path& file)
{
    // The bytes must be on the disk before the name points at them, or a power cut leaves an empty file.
    if (const int descriptor = ::open(temporary.c_str(), O_RDONLY | O_CLOEXEC); descriptor >= 0) {
        ::fsync(descriptor);
        ::close(descriptor);
    }
    std::error_code reason;
    fs::rename(temporary, file, reason);
    if (reason)
        return failure(Error::Code::Io, "cannot be written: " + reason.message(), file.string());
    return {};
}

/// All of it, whatever the system takes at once; false with errno.
bool writeAll(int descriptor, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR)
            return false;
        bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return true;
}

/// Gives a finished file its name unless that is taken; 0 or errno. Not every file system has hard links.
int nameUnlessTaken(const fs::path& temporary, const fs::path& file)
{
    if (::link(temporary.c_str(), file.c_str()) == 0 || errno == EEXIST)
        return errno == EEXIST ? EEXIST : 0;
    return ::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
}

} // namespace

Result<void> writeAtomically(const fs::path& file, const std::function<Result<void>(std::ostream&)>& write)
{
    // A pipe or a device (/dev/stdout, /dev/null) has no old content to protect and cannot be renamed over.
    std::error_code ignored;
    const fs::file_status status = fs::status(file, ignored);
    if (fs::is_directory(status))
        return failure(Error::Code::Io, "is a directory, not a file to write to", file.string());
    const bool special = fs::exists(status) && !fs::is_regular_file(status);
    const fs::path target = special ? file : fs::path(file.string() + ".part-" + std::to_string(::getpid()));

    std::ofstream stream(target, std::ios::binary | std::ios::trunc);
    if (!stream)
        return failure(Error::Code::Io, "cannot be written: " + systemReason(errno), file.string());
    Result<void> outcome = write(stream);
    errno = 0;
    stream.close();
    if (outcome && !stream)
        outcome =
            failure(Error::Code::Io, "cannot be written: " + systemReason(errno != 0 ? errno : EIO), file.string());
    if (outcome && !special)
        outcome = syncAndRename(target, file);
    if (!outcome && !special)
        fs::remove(target, ignored);
    return outcome;
}

Result<void> writeAtomically(const fs::path& file, std::string_view bytes)
{
    return writeAtomically(file, [bytes](std::ostream& out) -> Result<void> {
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return {};
    });
}

Result<bool> createAtomically(const fs::path& file, std::string_view bytes)
{
    static std::atomic<std::uint64_t> count{0}; // threads of one process make files in one folder, too
    const fs::path temporary = file.parent_path() / ("." + file.filename().string() + ".part-" +
                                                     std::to_string(::getpid()) + "-" + std::to_string(++count));
    const auto refused = [&file](int number) {
        return failure(Error::Code::Io, "cannot be written: " + systemReason(number), file.string());
    };
    const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return refused(errno);
    int trouble = writeAll(descriptor, bytes) && ::fsync(descriptor) == 0 ? 0 : errno;
    if (::close(descriptor) != 0 && trouble == 0)
        trouble = errno;
    if (trouble == 0)
        trouble = nameUnlessTaken(temporary, file);
    ::unlink(temporary.c_str());
    if (trouble != 0 && trouble != EEXIST)
        return refused(trouble);
    return trouble == 0;
}

Result<void> appendTo(const fs::path& file, std::string_view bytes)
{
    const auto refused = [&file] {
        return failure(Error::Code::Io, "cannot be written: " + systemReason(errno), file.string());
    };
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return refused();
    Result<void> outcome;
    if (!writeAll(descriptor, bytes))
        outcome = refused();
    ::close(descriptor);
    return outcome;
}

Result<std::vector<std::uint8_t>> readWhole(const fs::path& file, std::uint64_t limit)
{
    std::error_code reason;
    if (fs::is_directory(file, reason))
        return failure(Error::Code::Io, "is a directory, not a file", file.string());
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return failure(Error::Code::Io, "cannot be read: " + systemReason(errno), file.string());

    std::vector<std::uint8_t> bytes;
    std::vector<char> block(1 << 16);
    while (stream.read(block.data(), static_cast<std::streamsize>(block.size())) || stream.gcount() > 0) {
        bytes.insert(bytes.end(), block.begin(), block.begin() + stream.gcount());
        if (bytes.size() > limit)
            return failure(Error::Code::Format,
                           "is larger than the " + std::to_string(limit) + " bytes such a file may have",
                           file.string());
    }
    return bytes;
}

} // namespace flowscent::base
