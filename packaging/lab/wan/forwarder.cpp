// SPDX-License-Identifier: GPL-3.0-or-later
#include "forwarder.h"

#include <algorithm>
#include <sstream>

namespace flowscent::wan {
namespace {

constexpr std::size_t access = 0;
constexpr std::size_t nowhere = ~std::size_t{0}; // no further pipe: it leaves

std::size_t index(Way way)
{
    return static_cast<std::size_t>(way);
}

Way back(Way way)
{
    return way == Way::Up ? Way::Down : Way::Up;
}

void write(std::ostream& out, const PipeCounters& counters)
{
    out << R"({"packets":)" << counters.packets << R"(,"bytes":)" << counters.bytes << R"(,"left":)" << counters.left
        << R"(,"left_bytes":)" << counters.leftBytes << R"(,"lost":)" << counters.lost << R"(,"reordered":)"
        << counters.reordered << R"(,"duplicated":)" << counters.duplicated << R"(,"queue_full":)" << counters.queueFull
        << R"(,"too_big":)" << counters.tooBig << R"(,"told":)" << counters.told << "}";
}

void write(std::ostream& out, const WayCounters& counters)
{
    out << R"({"packets":)" << counters.unknown << R"(,"bytes":)" << counters.unknownBytes << "}";
}

} // namespace

Forwarder::Forwarder(const Settings& settings)
    : m_settings(settings)
{
    for (const auto& link : settings.links) {
        for (const auto& prefix : link.prefixes)
            m_routes.push_back({prefix, m_links.size()});
        m_links.push_back({.name = link.name,
                           .mtu = link.mtu,
                           .around = link.up->delay + link.down->delay,
                           .up = {Pipe(*link.up, settings.seed, link.name + "/up"), {}, {}},
                           .down = {Pipe(*link.down, settings.seed, link.name + "/down"), {}, {}}});
    }
    m_shortest = settings.links.front().down->delay;
    for (std::size_t i = 1; i < settings.links.size(); ++i)
        m_shortest = std::min(m_shortest, settings.links[i].up->delay);
    std::ranges::stable_sort(m_routes, std::ranges::greater(), [](const Route& route) { return route.prefix.bits; });
}

void Forwarder::take(Way way, std::span<const std::uint8_t> packet, Time now)
{
    const auto ends = endsOf(packet);
    const auto link = ends ? linkTo(way == Way::Up ? ends->destination : ends->source) : std::nullopt;
    if (!link) {
        ++m_ways[index(way)].unknown;
        m_ways[index(way)].unknownBytes += packet.size();
    } else if (packet.size() > m_links[*link].mtu) {
        refuse(*link, way, packet, now);
    } else {
        const bool up = way == Way::Up;
        enter(up ? access : *link, way, Bytes(packet.begin(), packet.end()), now, up ? *link : access);
    }
}

std::optional<Time> Forwarder::next() const
{
    std::optional<Time> earliest;
    if (!m_leaving.empty())
        earliest = m_leaving.front().at;
    if (!m_entering.empty())
        earliest = std::min(earliest.value_or(Time::max()), m_entering.front().at + m_shortest);
    return earliest;
}

void Forwarder::advance(Time now, const Leave& leave)
{
    while (!m_entering.empty() && m_entering.front().at <= now) {
        auto flight = land(m_entering);
        enter(flight.link, flight.way, std::move(flight.bytes), flight.at, nowhere);
    }
    while (!m_leaving.empty() && m_leaving.front().at <= now) {
        const auto flight = land(m_leaving);
        leave(flight.way, flight.bytes, flight.at);
    }
}

std::string Forwarder::counters() const
{
    std::ostringstream out;
    out << R"({"unknown":{"up":)";
    write(out, m_ways[index(Way::Up)]);
    out << R"(,"down":)";
    write(out, m_ways[index(Way::Down)]);
    out << R"(},"links":{)";
    for (const auto& link : m_links) {
        out << (&link == m_links.data() ? "" : ",") << '"' << link.name << R"(":{"up":)";
        write(out, link.up.counters);
        out << R"(,"down":)";
        write(out, link.down.counters);
        out << "}";
    }
    out << "}}";
    return out.str();
}

std::optional<std::size_t> Forwarder::linkTo(const Address& outside) const
{
    const auto found =
        std::ranges::find_if(m_routes, [&](const Route& route) { return route.prefix.contains(outside); });
    return found == m_routes.end() ? std::nullopt : std::optional(found->link);
}

/// The narrow place lies between the access link and the other: who is inside hears of it after the way to the end of
/// the access link and back, who is outside after the other's.
void Forwarder::refuse(std::size_t link, Way way, std::span<const std::uint8_t> packet, Time now)
{
    auto& direction = m_links[link].direction(way);
    ++direction.counters.tooBig;
    if (now < direction.tellAgain)
        return;
    const auto& router = packet[0] >> 4 == 4 ? m_settings.router4 : m_settings.router6;
    auto answer = tooBig(packet, router.value(), m_links[link].mtu);
    if (!answer)
        return;
    direction.tellAgain = now + std::chrono::milliseconds(1);
    const Time around = m_links[way == Way::Up ? access : link].around;
    direction.counters.told += fly(now + around, nowhere, back(way), std::move(*answer)) ? 1 : 0;
}

void Forwarder::enter(std::size_t link, Way way, Bytes packet, Time now, std::size_t then)
{
    auto& [pipe, counters, tellAgain] = m_links[link].direction(way);
    const auto size = packet.size();
    ++counters.packets;
    counters.bytes += size;
    const auto passage = pipe.pass(now, size);
    counters.queueFull += passage.queueFull ? 1 : 0;
    counters.lost += passage.lost ? 1 : 0;
    if (passage.queueFull || passage.lost)
        return;
    counters.reordered += passage.reordered ? 1 : 0;
    auto copy = passage.duplicated ? std::optional(packet) : std::nullopt;
    if (!fly(passage.leaves, then, way, std::move(packet))) {
        ++counters.queueFull;
        return;
    }
    ++counters.left;
    counters.leftBytes += size;
    if (copy && fly(passage.leaves, then, way, std::move(*copy))) {
        ++counters.duplicated;
        ++counters.left;
        counters.leftBytes += size;
    }
}

Forwarder::Flight Forwarder::land(std::vector<Flight>& flights)
{
    std::ranges::pop_heap(flights, std::greater());
    auto flight = std::move(flights.back());
    flights.pop_back();
    auto& load = m_load[index(flight.way)];
    --load.packets;
    load.bytes -= flight.bytes.size();
    return flight;
}

bool Forwarder::fly(Time at, std::size_t link, Way way, Bytes bytes)
{
    auto& load = m_load[index(way)];
    if (load.packets >= m_settings.mostPackets || load.bytes + bytes.size() > m_settings.mostBytes)
        return false;
    ++load.packets;
    load.bytes += bytes.size();
    auto& flights = link == nowhere ? m_leaving : m_entering;
    flights.push_back({at, m_order++, link, way, std::move(bytes)});
    std::ranges::push_heap(flights, std::greater());
    return true;
}

} // namespace flowscent::wan
