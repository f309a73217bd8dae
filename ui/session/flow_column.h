// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace flowscent::ui {

/// What can be seen of a flow in one cell; columns of the flow table from left to right, and what rows are sorted by.
enum class FlowColumn : std::uint8_t {
    Label,
    Verdict,
    Score,
    Rank,
    OneInN,     ///< how many normal flows there are to one that scores as high
    KeptScore,  ///< of the adaptation kept for comparison
    Change,     ///< score minus kept score
    Adaptation, ///< which one the score comes from
    Start,
    Duration,
    Source,
    SourcePort,
    Destination,
    DestinationPort,
    Protocol,
    Application,
    Host, ///< TLS server name, HTTP host or DNS question
    PacketsOut,
    PacketsIn,
    BytesOut,
    BytesIn,
    State,
    Shape,   ///< sparkline of the first payloads
    Packets, ///< both directions
    Bytes,   ///< both directions
    GapMean, ///< between packets of either direction, noise left out
    GapDeviation,
    IcmpErrors,
    Guessed, ///< whether the direction is a guess
    Vlan,
    Tunnel,
    Origin,
    File, ///< the one with the first packet
    CommunityId,
    Category,
    Alpn,
    Agent,
    Software,
    ClientPrint, ///< JA3 or HASSH
    ServerPrint, ///< JA3S or hasshServer
    Ja4,
    Risks,
    Count
};

inline constexpr std::size_t flowColumns = static_cast<std::size_t>(FlowColumn::Count);

/// Pictures and hashes have no order that anybody wants.
[[nodiscard]] constexpr bool sortable(FlowColumn column)
{
    return column != FlowColumn::Shape && column != FlowColumn::CommunityId && column != FlowColumn::Adaptation;
}

} // namespace flowscent::ui
