// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/byte_feed.h"
#include "engine/capture/capture_file.h"
#include "tests/fuzz/check.h"

#include <algorithm>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

using namespace flowscent;

namespace {

constexpr std::size_t mostPackets = 2000;      ///< a few bytes may unpack to millions of empty ones
constexpr std::size_t mostUnpacked = 8U << 20; ///< bytes that are unpacked again to compare

std::filesystem::path write(const std::uint8_t* data, std::size_t size)
{
    static const int descriptor = memfd_create("packed", MFD_CLOEXEC);
    FLOWSCENT_CHECK(ftruncate(descriptor, 0) == 0);
    FLOWSCENT_CHECK(pwrite(descriptor, data, size, 0) == static_cast<ssize_t>(size));
    return "/proc/self/fd/" + std::to_string(descriptor);
}

struct Seen {
    capture::PacketPlace place;
    std::vector<std::uint8_t> bytes;
};

} // namespace

/// The input is a packed capture file. What reading in order gave, the fetcher must give again from its own copy.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (capture::packingOf({data, std::min(size, capture::tarHead)}) == capture::Packing::None)
        return 0;
    const auto file = write(data, size);
    auto source = capture::CaptureFile::open(file);
    if (!source) {
        FLOWSCENT_CHECK(!source.error().what.empty());
        return 0;
    }
    std::vector<Seen> seen;
    std::size_t packets = 0;
    for (; packets < mostPackets; ++packets) {
        const auto packet = source->next();
        if (!packet)
            FLOWSCENT_CHECK(!packet.error().what.empty());
        if (!packet || !*packet)
            break;
        seen.push_back({(*packet)->place, {(*packet)->bytes.begin(), (*packet)->bytes.end()}});
        if (seen.size() > 20)
            seen.erase(seen.begin() + 10);
    }
    FLOWSCENT_CHECK(source->bytesDone() <= size);
    (void)source->remark();
    if (!source->finished() || (!seen.empty() && seen.back().place.offset > mostUnpacked))
        return 0;
    capture::PacketFetcher fetcher({file});
    for (const Seen& packet : seen) {
        const auto fetched = fetcher.fetch(packet.place);
        FLOWSCENT_CHECK(fetched);
        FLOWSCENT_CHECK(fetched->bytes == packet.bytes);
    }
    return 0;
}
