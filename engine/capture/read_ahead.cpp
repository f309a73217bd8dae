// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/read_ahead.h"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flowscent::capture {

namespace {

constexpr off_t usualPacket = 4096; ///< bytes: the fetcher's buffer

/// Regular files alone: opening a pipe would wait for its writer.
int openRegular(const std::filesystem::path& file)
{
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat facts {};
    if (descriptor >= 0 && (fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode))) {
        ::close(descriptor);
        return -1;
    }
    return descriptor;
}

} // namespace

void announceFetches(const std::vector<std::filesystem::path>& files, std::span<const PacketPlace> places)
{
    while (!places.empty()) {
        const std::uint64_t file = places.front().file;
        const auto end = std::ranges::find_if(places, [file](PacketPlace place) { return place.file != file; });
        const auto here = places.first(static_cast<std::size_t>(end - places.begin()));
        places = places.subspan(here.size());
        const int descriptor = file < files.size() ? openRegular(files[file]) : -1;
        if (descriptor < 0)
            continue;
        for (const PacketPlace place : here)
            posix_fadvise(descriptor, static_cast<off_t>(place.offset), usualPacket, POSIX_FADV_WILLNEED);
        ::close(descriptor);
    }
}

} // namespace flowscent::capture
