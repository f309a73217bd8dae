// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/capture_file.h"

#include "engine/capture/pcap_handle.h"
#include "engine/capture/pcapng_excerpt.h"

#include <pcap/pcap.h>

#include <map>
#include <variant>

namespace flowscent::capture {

using base::Error;
using base::failure;

namespace {

base::Result<StoredPacket> take(pcap* handle, const std::string& name)
{
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    if (pcap_next_ex(handle, &header, &bytes) != 1)
        return failure(Error::Code::Format,
                       "the packet is no longer where it was: the file has changed since it was read", name);
    StoredPacket packet;
    packet.bytes.assign(bytes, bytes + header->caplen);
    packet.originalLength = header->len;
    packet.time = timeOf(*header);
    packet.linkType = pcap_datalink(handle);
    return packet;
}

/// In classic pcap every record stands for itself.
base::Result<StoredPacket> readAt(const PcapHandle& handle, std::uint64_t offset, const std::string& name)
{
    if (fseeko(pcap_file(handle.get()), static_cast<off_t>(offset), SEEK_SET) != 0)
        return failure(Error::Code::Io, "packets of a stream cannot be read again", name);
    return take(handle.get(), name);
}

base::Result<StoredPacket> readAt(PcapngExcerpt& excerpt, std::uint64_t offset, const std::string& name)
{
    const auto bytes = excerpt.at(offset);
    if (!bytes)
        return failure(bytes.error());
    const auto handle = openOffline(*bytes, name);
    if (!handle)
        return failure(handle.error());
    return take(handle->get(), name);
}

using StoredFile = std::variant<PcapHandle, PcapngExcerpt>;

base::Result<StoredFile> openStored(const std::filesystem::path& file)
{
    std::error_code unknown;
    if (file == "-" || (std::filesystem::exists(file, unknown) && !std::filesystem::is_regular_file(file, unknown)))
        return failure(Error::Code::Io, "packets of a stream cannot be read again", file.string());
    if (auto excerpt = PcapngExcerpt::open(file))
        return StoredFile(std::move(*excerpt));
    auto handle = openOffline(file);
    if (!handle)
        return failure(handle.error());
    return StoredFile(std::move(*handle));
}

} // namespace

struct PacketFetcher::State {
    std::vector<std::filesystem::path> files;
    std::map<std::uint16_t, StoredFile> open;
};

PacketFetcher::PacketFetcher(std::vector<std::filesystem::path> files)
    : m_state(std::make_unique<State>())
{
    m_state->files = std::move(files);
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
    auto stored = m_state->open.find(index);
    if (stored == m_state->open.end()) {
        auto opened = openStored(file);
        if (!opened)
            return failure(opened.error());
        stored = m_state->open.emplace(index, std::move(*opened)).first;
    }
    return std::visit([&](auto& source) { return readAt(source, place.offset, file.string()); }, stored->second);
}

} // namespace flowscent::capture
