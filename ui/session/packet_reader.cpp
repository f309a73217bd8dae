// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/packet_reader.h"

#include <algorithm>

namespace flowscent::ui {

FetchedPackets readPackets(capture::PacketFetcher& fetcher, const std::vector<capture::PacketPlace>& places,
                           std::size_t most, const std::stop_token& stop)
{
    FetchedPackets fetched{.total = places.size()};
    for (std::size_t i = 0; i < std::min(most, places.size()) && !stop.stop_requested(); ++i) {
        auto packet = fetcher.fetch(places[i]);
        if (!packet) {
            fetched.trouble = packet.error();
            break;
        }
        auto decoded = packet::decode(packet->bytes, packet->linkType);
        fetched.packets.push_back({std::move(*packet), decoded});
    }
    return fetched;
}

} // namespace flowscent::ui
