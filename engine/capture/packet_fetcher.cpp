// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/capture_file.h"

#include "engine/capture/pcap_handle.h"

#include <pcap/pcap.h>

#include <map>

namespace flowscent::capture {

using base::Error;
using base::failure;

struct PacketFetcher::State {
    std::vector<std::filesystem::path> files;
    std::map<std::uint16_t, PcapHandle> open;

    base::Result<StoredPacket> readAt(pcap* handle, PacketPlace place, const std::string& name) const;
    base::Result<StoredPacket> readFromStart(PacketPlace place);
};

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
    packet.time = static_cast<base::Nanoseconds>(header->ts.tv_sec) * base::nanosecondsPerSecond +
                  static_cast<base::Nanoseconds>(header->ts.tv_usec);
    packet.linkType = pcap_datalink(handle);
    return packet;
}

} // namespace

PacketFetcher::PacketFetcher(std::vector<std::filesystem::path> files)
    : m_state(std::make_unique<State>())
{
    m_state->files = std::move(files);
}
PacketFetcher::~PacketFetcher() = default;
PacketFetcher::PacketFetcher(PacketFetcher&&) noexcept = default;
PacketFetcher& PacketFetcher::operator=(PacketFetcher&&) noexcept = default;

base::Result<StoredPacket> PacketFetcher::State::readAt(pcap* handle, PacketPlace place, const std::string& name) const
{
    if (fseeko(pcap_file(handle), static_cast<off_t>(place.offset), SEEK_SET) != 0)
        return failure(Error::Code::Io, "packets of a stream cannot be read again", name);
    return take(handle, name);
}

/// A pcapng packet may use an interface that is described in the middle of the file; only reading up to it tells.
base::Result<StoredPacket> PacketFetcher::State::readFromStart(PacketPlace place)
{
    const auto& file = files[place.file];
    auto handle = openOffline(file);
    if (!handle)
        return failure(handle.error());
    std::FILE* stream = pcap_file(handle->get());
    while (ftello(stream) < static_cast<off_t>(place.offset)) {
        if (auto skipped = take(handle->get(), file.string()); !skipped)
            return skipped;
    }
    auto packet = take(handle->get(), file.string());
    open[place.file] = std::move(*handle);
    return packet;
}

base::Result<StoredPacket> PacketFetcher::fetch(PacketPlace place)
{
    const auto index = static_cast<std::uint16_t>(place.file);
    if (index >= m_state->files.size())
        return failure(Error::Code::Argument, "the packet belongs to a file that is not open");
    const auto& file = m_state->files[index];
    if (!m_state->open.contains(index)) {
        auto handle = openOffline(file);
        if (!handle)
            return failure(handle.error());
        m_state->open[index] = std::move(*handle);
    }
    auto packet = m_state->readAt(m_state->open[index].get(), place, file.string());
    return packet ? packet : m_state->readFromStart(place);
}

} // namespace flowscent::capture
