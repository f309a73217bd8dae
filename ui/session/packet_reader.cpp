// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/packet_reader.h"

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr std::size_t reportEvery = 256; ///< packets

} // namespace

FetchedPackets readPackets(capture::PacketFetcher& fetcher, std::span<const capture::PacketPlace> places,
                           std::size_t first, const PageSize& page, const PacketProgress& progress,
                           const std::stop_token& stop)
{
    FetchedPackets fetched;
    fetched.first = first;
    fetched.total = places.size();
    const std::size_t end = first + std::min(page.packets, places.size() - std::min(first, places.size()));
    std::size_t bytes = 0;
    for (std::size_t i = first; i < end && bytes < page.bytes && !stop.stop_requested(); ++i) {
        auto packet = fetcher.fetch(places[i]);
        if (!packet) {
            fetched.trouble = packet.error();
            break;
        }
        auto decoded = packet::decode(packet->bytes, packet->linkType);
        bytes += packet->bytes.size() + sizeof(FetchedPacket);
        fetched.packets.push_back({std::move(*packet), decoded});
        if (progress && fetched.packets.size() % reportEvery == 0)
            progress(fetched.packets.size(), end - first);
    }
    return fetched;
}

FlowStream readStream(capture::PacketFetcher& fetcher, std::span<const capture::PacketPlace> places,
                      const packet::Endpoint& client, std::uint8_t protocol, const PacketProgress& progress,
                      const std::stop_token& stop)
{
    FlowStream read;
    read.protocol = protocol;
    read.total = places.size();
    packet::StreamAssembler assembler(protocol);
    for (const capture::PacketPlace place : places) {
        if (stop.stop_requested() || assembler.full())
            break;
        const auto stored = fetcher.fetch(place);
        if (!stored) {
            read.trouble = stored.error();
            break;
        }
        if (read.packets == 0)
            read.begin = stored->time;
        const auto decoded = packet::decode(stored->bytes, stored->linkType);
        if (decoded.headers) {
            const std::size_t direction = decoded.headers->source == client ? 0 : 1;
            assembler.add(packet::streamPiece(*decoded.headers, stored->bytes, direction, stored->time,
                                              static_cast<std::uint32_t>(read.packets)));
        } else {
            ++read.unread;
        }
        ++read.packets;
        if (progress && read.packets % reportEvery == 0)
            progress(read.packets, read.total);
    }
    read.stream = assembler.finish();
    return read;
}

} // namespace flowscent::ui
