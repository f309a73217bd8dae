// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "packets.h"

#include <functional>

namespace flowscent::wan {

enum class Way { Up, Down }; ///< up: from inside to outside

/// Of one pipe: packets = left - duplicated + lost + queueFull.
struct PipeCounters {
    std::uint64_t packets = 0; ///< that entered
    std::uint64_t bytes = 0;
    std::uint64_t left = 0; ///< packets, copies included; counted when it is known that they will
    std::uint64_t leftBytes = 0;
    std::uint64_t lost = 0;
    std::uint64_t reordered = 0; ///< held back; whether one overtook depends on what came behind
    std::uint64_t duplicated = 0;
    std::uint64_t queueFull = 0; ///< dropped because the queue was full, or too much was under way
    std::uint64_t tooBig = 0;    ///< never entered
    std::uint64_t told = 0;      ///< of those, senders that were told
};

/// Of one direction.
struct WayCounters {
    std::uint64_t unknown = 0; ///< packets for no prefix, or no IP
    std::uint64_t unknownBytes = 0;
};

/// A site's links: packets go in, and come out when their time has come. Up they pass the access link first, then the
/// link of their destination; down the link of their source, then the access link. Knows no clock, no device and no
/// process. Not thread-safe.
class Forwarder {
public:
    using Leave = std::function<void(Way, std::span<const std::uint8_t>, Time due)>;

    explicit Forwarder(const Settings& settings);

    /// `now` must not run backwards.
    void take(Way way, std::span<const std::uint8_t> packet, Time now);

    /// When a packet may leave; `advance` need not be called earlier.
    [[nodiscard]] std::optional<Time> next() const;

    /// Lets out what is due, in the order of its times.
    void advance(Time now, const Leave& leave);

    /// One line of JSON, numbers only: per link and direction, "access" among them.
    [[nodiscard]] std::string counters() const;

private:
    struct Direction {
        Pipe pipe;
        PipeCounters counters;
        Time tellAgain{}; // an answer in a millisecond is enough for a path that is remembered
    };

    struct Link {
        std::string name;
        std::size_t mtu;
        Time around; // shortest way there and back
        Direction up;
        Direction down;
        Direction& direction(Way way) { return way == Way::Up ? up : down; }
    };

    struct Route {
        Prefix prefix;
        std::size_t link;
    };

    /// A packet on its way to its second pipe, or to its end.
    struct Flight {
        Time at;
        std::uint64_t order; // of those of the same time
        std::size_t link;    // that it enters then, or none
        Way way;
        Bytes bytes;
        friend bool operator>(const Flight& a, const Flight& b)
        {
            return a.at != b.at ? a.at > b.at : a.order > b.order;
        }
    };

    struct Load {
        std::size_t packets = 0;
        std::size_t bytes = 0;
    };

    [[nodiscard]] std::optional<std::size_t> linkTo(const Address& outside) const;
    void refuse(std::size_t link, Way way, std::span<const std::uint8_t> packet, Time now);
    void enter(std::size_t link, Way way, Bytes packet, Time now, std::size_t then);
    Flight land(std::vector<Flight>& flights);
    bool fly(Time at, std::size_t link, Way way, Bytes bytes);

    Settings m_settings;
    std::vector<Link> m_links;   // the first is the access link
    std::vector<Route> m_routes; // longest first
    // Heaps, the earliest in front. Apart, because nobody need wake up to let a packet into a pipe: that can be made up
    // for, until one may leave that pipe.
    std::vector<Flight> m_entering;
    std::vector<Flight> m_leaving;
    Time m_shortest{}; // that a second pipe takes
    std::array<Load, 2> m_load;
    std::array<WayCounters, 2> m_ways;
    std::uint64_t m_order = 0;
};

} // namespace flowscent::wan
