// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "ui/session/packet_reader.h"

namespace flowscent::ui {

/// A packet, protocol or field of a dissection. Nodes of packets have no parent.
struct DissectedNode {
    static constexpr std::uint32_t none = 0xffffffffU;

    QString text;                ///< "Time to Live: 64"
    std::uint32_t parent = none; ///< a node before it
    std::uint32_t packet = 0;    ///< index of its packet among those dissected
    std::uint32_t row = 0;       ///< among its parent's children
    std::uint32_t begin = 0;     ///< its bytes in the packet
    std::uint32_t length = 0;    ///< 0 when it has no bytes there: generated, or in what several packets make together
};

/// Packets taken apart by tshark: what its PDML says, fields that are hidden there left out. Immutable.
struct Dissection {
    std::vector<DissectedNode> nodes;         ///< each before its children
    std::vector<std::uint32_t> packets;       ///< nodes of the packets
    std::vector<std::uint32_t> firstChild;    ///< of each node, into `children`; one more than there are nodes
    std::vector<std::uint32_t> children;      ///< nodes, those of a parent side by side
    std::optional<QString> trouble;           ///< why it ends early
    std::size_t dissected = 0;                ///< packets that were asked for
    std::shared_ptr<const FetchedPackets> of; ///< whose bytes the nodes lie in

    [[nodiscard]] std::size_t childCount(std::uint32_t node) const { return firstChild[node + 1] - firstChild[node]; }
    [[nodiscard]] std::uint32_t child(std::uint32_t node, std::size_t row) const
    {
        return children[firstChild[node] + row];
    }
    /// The deepest node of a packet that a byte belongs to.
    [[nodiscard]] std::optional<std::uint32_t> at(std::size_t packet, std::uint32_t byte) const;
};

/// Reads PDML (https://wiki.wireshark.org/PDML). What is wrong or too deep (64 levels) or too much (a million fields)
/// ends it with `trouble`; what came before stays. A field whose bytes are not those of its packet at that place (of a
/// reassembled stream, say) is not linked to bytes. Null when stopped.
[[nodiscard]] std::shared_ptr<const Dissection> readPdml(const QByteArray& pdml,
                                                         std::shared_ptr<const FetchedPackets> packets,
                                                         std::size_t asked, const std::stop_token& stop);

} // namespace flowscent::ui
