// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/atomic_file.h"

#include <cerrno>
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

Result<void> appendTo(const fs::path& file, std::string_view bytes)
{
    const auto refused = [&file] {
        return failure(Error::Code::Io, "cannot be written: " + systemReason(errno), file.string());
    };
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return refused();
    Result<void> outcome;
    while (outcome && !bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            outcome = refused();
    }
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
