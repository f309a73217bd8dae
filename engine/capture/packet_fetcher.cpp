// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/capture_file.h"
#include "engine/capture/capture_format.h"
#include "engine/capture/pcapng_excerpt.h"
#include "engine/capture/unpacked_copy.h"

#include <algorithm>
#include <map>
#include <variant>

namespace flowscent::capture {

using base::Error;
using base::failure;

namespace {

constexpr std::size_t smallBuffer = 4096; ///< single packets from anywhere: reading far ahead would be wasted
constexpr std::size_t mostOpen = 64;      ///< files at once

base::Result<StoredPacket> stored(const NextPacket& packet, const std::string& name)
{
    if (!packet || !*packet)
        return failure(Error::Code::Format,
                       "the packet is no longer where it was: the file has changed since it was read", name);
    const PacketView& view = **packet;
    return StoredPacket{{view.bytes.begin(), view.bytes.end()}, view.originalLength, view.time, view.linkType};
}

/// In classic pcap every record stands for itself.
struct ClassicFile {
    ByteStream stream;
    PcapRecords records;

    base::Result<StoredPacket> at(std::uint64_t offset, const std::string& name)
    {
        if (!stream.seek(offset))
            return stored(std::optional<PacketView>{}, name);
        return stored(records.next(stream), name);
    }
};

struct BlockFile {
    PcapngExcerpt excerpt;

    base::Result<StoredPacket> at(std::uint64_t offset, const std::string& name)
    {
        const auto bytes = excerpt.at(offset);
        if (!bytes)
            return failure(bytes.error());
        auto stream = ByteStream::over(*bytes);
        return stored(PcapngRecords{}.next(stream), name);
    }
};

struct StoredFile {
    std::variant<ClassicFile, BlockFile> reader;
    Descriptor copy; ///< of what was packed
    std::uint64_t usedAt = 0;
};

/// A file that is not packed.
base::Result<StoredFile> openPlain(const std::filesystem::path& file, const std::string& name,
                                   Descriptions descriptions)
{
    if (auto excerpt = PcapngExcerpt::open(file, std::move(descriptions)))
        return StoredFile{BlockFile{std::move(*excerpt)}, Descriptor()};
    auto stream = ByteStream::open(file, {.bufferSize = smallBuffer});
    if (!stream)
        return failure(stream.error().code, stream.error().what, name);
    const auto records = PcapRecords::begin(*stream);
    if (!records || !*records)
        return failure(Error::Code::Format, "is no longer a capture: the file has changed since it was read", name);
    return StoredFile{ClassicFile{std::move(*stream), **records}, Descriptor()};
}

base::Result<StoredFile> openStored(const std::filesystem::path& file, Descriptions descriptions)
{
    std::error_code unknown;
    if (file == "-" || (std::filesystem::exists(file, unknown) && !std::filesystem::is_regular_file(file, unknown)))
        return failure(Error::Code::Io, "packets of a stream cannot be read again", file.string());
    auto stream = ByteStream::open(file);
    if (!stream)
        return failure(stream.error());
    if (!stream->packed())
        return openPlain(file, file.string(), std::move(descriptions));
    auto copy = unpackedCopy(*stream);
    if (!copy)
        return failure(copy.error().code, copy.error().what, file.string());
    auto stored = openPlain("/proc/self/fd/" + std::to_string(copy->get()), file.string(), std::move(descriptions));
    if (stored)
        stored->copy = std::move(*copy);
    return stored;
}

} // namespace

struct PacketFetcher::State {
    std::vector<std::filesystem::path> files;
    std::vector<Descriptions> descriptions; ///< for files with a lower index than its size
    std::map<std::uint16_t, StoredFile> open;
    std::uint64_t fetches = 0;

    /// Few are needed at a time, and the system lends a thousand.
    void makeRoom()
    {
        if (open.size() < mostOpen)
            return;
        open.erase(std::ranges::min_element(open, {}, [](const auto& file) { return file.second.usedAt; }));
    }
};

PacketFetcher::PacketFetcher(std::vector<std::filesystem::path> files, std::vector<Descriptions> descriptions)
    : m_state(std::make_unique<State>())
{
    m_state->files = std::move(files);
    m_state->descriptions = std::move(descriptions);
}
PacketFetcher::~PacketFetcher() = default;
PacketFetcher::PacketFetcher(PacketFetcher&&) noexcept = default;
PacketFetcher& PacketFetcher::operator=(PacketFetcher&&) noexcept = default;

base::Result<StoredPacket> PacketFetcher::fetch(PacketPlace place)
{
    const auto index = static_cast<std::uint16_t>(place.file);
    if (index >= m_state->files.size())
        return failure(Error::Code::Argument, "the packet belongs to a file that is not open");
    const auto& file = m_state->files[index];
    auto opened = m_state->open.find(index);
    if (opened == m_state->open.end()) {
        const auto& told = m_state->descriptions;
        auto fresh = openStored(file, index < told.size() ? told[index] : Descriptions());
        if (!fresh)
            return failure(fresh.error());
        m_state->makeRoom();
        opened = m_state->open.emplace(index, std::move(*fresh)).first;
    }
    opened->second.usedAt = ++m_state->fetches;
    auto packet =
        std::visit([&](auto& source) { return source.at(place.offset, file.string()); }, opened->second.reader);
    if (!packet)
        packet.error().where = file.string();
    return packet;
}

} // namespace flowscent::capture
