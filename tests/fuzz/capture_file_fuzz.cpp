// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/byte_feed.h"
#include "engine/capture/capture_file.h"
#include "engine/capture/merged_capture.h"
#include "tests/fuzz/check.h"

#include <algorithm>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

using namespace flowscent;

namespace {

/// A file in memory that has a path.
std::filesystem::path write(const std::uint8_t* data, std::size_t size)
{
    static const int descriptor = memfd_create("capture", MFD_CLOEXEC);
    FLOWSCENT_CHECK(ftruncate(descriptor, 0) == 0);
    FLOWSCENT_CHECK(pwrite(descriptor, data, size, 0) == static_cast<ssize_t>(size));
    return "/proc/self/fd/" + std::to_string(descriptor);
}

struct Seen {
    explicit Seen(const capture::PacketView& view)
        : place(view.place)
        , bytes(view.bytes.begin(), view.bytes.end())
        , time(view.time)
        , linkType(view.linkType)
        , originalLength(view.originalLength)
    {
    }
    friend bool operator==(const Seen&, const Seen&) = default;

    capture::PacketPlace place;
    std::vector<std::uint8_t> bytes;
    base::Nanoseconds time;
    int linkType;
    std::uint32_t originalLength;
};

/// The same file by the short way for packets between two reads.
std::vector<Seen> readBuffered(const std::filesystem::path& file)
{
    capture::MergedCapture source({file});
    std::vector<Seen> seen;
    for (capture::PacketView view;;) {
        if (source.nextBuffered(view)) {
            seen.emplace_back(view);
            continue;
        }
        const auto packet = source.next();
        FLOWSCENT_CHECK(packet);
        if (!*packet)
            return seen;
        seen.emplace_back(**packet);
    }
}

void fetchAll(capture::PacketFetcher& fetcher, const std::vector<Seen>& packets)
{
    for (const Seen& packet : packets) {
        const auto fetched = fetcher.fetch(packet.place);
        FLOWSCENT_CHECK(fetched);
        FLOWSCENT_CHECK(fetched->bytes == packet.bytes && fetched->time == packet.time);
        FLOWSCENT_CHECK(fetched->linkType == packet.linkType);
    }
}

} // namespace

/// The input is a capture file. What reading in order gave, the short way and the fetcher must give again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (capture::packingOf({data, std::min(size, capture::tarHead)}) != capture::Packing::None)
        return 0; // packed_fuzz has those
    const auto file = write(data, size);
    auto source = capture::CaptureFile::open(file);
    if (!source) {
        FLOWSCENT_CHECK(!source.error().what.empty());
        return 0;
    }
    std::vector<Seen> seen;
    for (;;) {
        const auto packet = source->next();
        if (!packet)
            FLOWSCENT_CHECK(!packet.error().what.empty());
        if (!packet || !*packet)
            break;
        const capture::PacketView& view = **packet;
        FLOWSCENT_CHECK(view.bytes.size() <= size && view.time >= 0);
        seen.emplace_back(view);
    }
    FLOWSCENT_CHECK(source->finished() && source->bytesDone() <= size);
    FLOWSCENT_CHECK(readBuffered(file) == seen);
    std::ranges::reverse(seen);
    capture::PacketFetcher walking({file});
    fetchAll(walking, seen);
    capture::PacketFetcher fetcher({file}, {source->descriptions()});
    fetchAll(fetcher, seen);
    (void)fetcher.fetch({.offset = size / 2 & 0xffff'ffff});
    return 0;
}
