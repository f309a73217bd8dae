// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/features/extract.h"

#include "engine/features/feature_schema.h"

namespace flowscent::features {

std::vector<flow::Observation> denoise(std::span<const flow::Observation> observations, NoiseCounters& left)
{
    std::vector<flow::Observation> kept;
    kept.reserve(sequenceLength);
    for (const flow::Observation& packet : observations) {
        if (kept.size() == sequenceLength)
            break;
        left.retransmissions += (packet.marks & flow::Retransmission) != 0 ? 1 : 0;
        left.outOfOrder += (packet.marks & flow::OutOfOrder) != 0 ? 1 : 0;
        left.keepAlives += (packet.marks & flow::KeepAlive) != 0 ? 1 : 0;
        left.duplicateAcks += (packet.marks & flow::DuplicateAck) != 0 ? 1 : 0;
        if ((packet.marks & flow::noiseMarks) == 0)
            kept.push_back(packet);
    }
    return kept;
}

} // namespace flowscent::features
