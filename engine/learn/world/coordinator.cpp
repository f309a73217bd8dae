// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/world/coordinator.h"

#include "engine/learn/world/world_wire.h"

#include <algorithm>
#include <array>
#include <list>
#include <optional>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace flowscent::learn {

using base::Error;
using base::failure;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t mostStrangers = 64;             ///< connections that have not said who they are
constexpr std::size_t mostUnsent = 16 * largestFrame; ///< bytes that wait for a rank that does not read

/// One connection; a rank once it has said Hello and was admitted.
struct Visitor {
    Socket socket;
    FrameReader incoming;
    std::string outgoing;
    std::string from; ///< address
    std::optional<std::uint32_t> rank;
    Clock::time_point lastHeard;
    std::uint32_t entered = 0; ///< number of the exchange it has come to last
    std::string topic;
    std::string text;
    std::uint64_t number = 0;
    bool gone = false;
};

} // namespace

milliseconds pingPeriod(milliseconds timeout)
{
    return std::clamp(timeout / 8, milliseconds(20), milliseconds(2000));
}

/// All state belongs to the thread; the outside only starts and ends it.
class Coordinator::Desk {
public:
    Desk(Endpoint door, Socket bell, const WorldAddress& address, std::string listensAt, milliseconds timeout)
        : m_door(std::move(door))
        , m_bell(std::move(bell))
        , m_listensAt(std::move(listensAt))
        , m_size(address.worldSize)
        , m_timeout(timeout)
        , m_period(pingPeriod(timeout))
        , m_opened(Clock::now())
        , m_thread([this](const std::stop_token& stop) { run(stop); })
    {
    }

    ~Desk()
    {
        m_thread.request_stop();
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = write(m_bell.descriptor(), &one, sizeof one);
    }

    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

private:
    void run(const std::stop_token& stop)
    {
        Clock::time_point before = Clock::now();
        while (!stop.stop_requested()) {
            waitForNews();
            const Clock::time_point now = Clock::now();
            if (now - before > 3 * m_period)
                forgiveSilence(now); // this process was stopped or starved itself, so nobody else is to blame
            before = now;
            admitVisitors(now);
            for (Visitor& visitor : m_visitors)
                listenTo(visitor, now);
            watchClocks(now);
            for (Visitor& visitor : m_visitors)
                speakTo(visitor);
            std::erase_if(m_visitors, [](const Visitor& visitor) { return visitor.gone; });
        }
        for (Visitor& visitor : m_visitors) // a last word of rank 0 may have come together with the stop
            listenTo(visitor, before);
        for (Visitor& visitor : m_visitors)
            speakTo(visitor);
    }

    void waitForNews()
    {
        std::vector<pollfd> watched{{.fd = m_bell.descriptor(), .events = POLLIN, .revents = 0},
                                    {.fd = m_door.socket.descriptor(), .events = POLLIN, .revents = 0}};
        for (const Visitor& visitor : m_visitors)
            watched.push_back({.fd = visitor.socket.descriptor(),
                               .events = static_cast<short>(visitor.outgoing.empty() ? POLLIN : POLLIN | POLLOUT),
                               .revents = 0});
        poll(watched.data(), watched.size(), static_cast<int>(m_period.count() / 2));
    }

    void forgiveSilence(Clock::time_point now)
    {
        for (Visitor& visitor : m_visitors)
            visitor.lastHeard = now;
        if (m_firstEntered)
            m_firstEntered = now;
    }

    void admitVisitors(Clock::time_point now)
    {
        for (;;) {
            Socket socket(accept4(m_door.socket.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (!socket.open()) {
                if (errno == EMFILE || errno == ENFILE)
                    std::this_thread::sleep_for(m_period); // else the open door would keep this thread spinning
                return;
            }
            const auto strangers = std::ranges::count_if(m_visitors, [](const Visitor& one) { return !one.rank; });
            if (static_cast<std::size_t>(strangers) >= mostStrangers)
                continue;
            const int on = 1;
            setsockopt(socket.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            Visitor& visitor = m_visitors.emplace_back();
            visitor.from = peerAddress(socket.descriptor());
            visitor.socket = std::move(socket);
            visitor.lastHeard = now;
        }
    }

    void listenTo(Visitor& visitor, Clock::time_point now)
    {
        std::array<char, 4096> bytes;
        while (!visitor.gone) {
            const ssize_t got = recv(visitor.socket.descriptor(), bytes.data(), bytes.size(), 0);
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
                return;
            if (got <= 0)
                return lost(visitor);
            visitor.lastHeard = now;
            visitor.incoming.add({bytes.data(), static_cast<std::size_t>(got)});
            takeFrames(visitor);
        }
    }

    void takeFrames(Visitor& visitor)
    {
        while (!visitor.gone) {
            const auto frame = visitor.incoming.next();
            if (!frame || (*frame && !take(visitor, **frame)))
                return lost(visitor);
            if (!*frame)
                return;
        }
    }

    /// False for what no rank says there.
    bool take(Visitor& visitor, const Frame& frame)
    {
        BodyReader body(frame.body);
        if (!visitor.rank)
            return frame.kind == FrameKind::Hello && hello(visitor, body);
        switch (frame.kind) {
        case FrameKind::Put: {
            const std::string key = body.text();
            const std::string value = body.text();
            if (!body.sound())
                return false;
            tellAll({.kind = FrameKind::Value, .body = BodyWriter().text(key).text(value).take()});
            return true;
        }
        case FrameKind::Enter:
            return enter(visitor, body);
        case FrameKind::Bye:
            visitor.gone = true;
            if (m_complete)
                end({.code = Error::Code::Unavailable,
                     .what = rankText(*visitor.rank, m_size) + " has left",
                     .where = {}});
            return true;
        case FrameKind::Pong:
            return true;
        default:
            return false;
        }
    }

    bool hello(Visitor& visitor, BodyReader& body)
    {
        const std::string protocol = body.text();
        const auto rank = static_cast<std::uint32_t>(body.number(4));
        const auto size = static_cast<std::uint32_t>(body.number(4));
        if (!body.sound() || protocol != worldProtocol)
            return false;
        if (m_over && m_complete)
            return false; // this world has been; who comes now is early for the next one and will call again
        if (m_over) {
            tell(visitor, overFrame(*m_over));
            return true;
        }
        if (size != m_size) {
            refuse(visitor, "rank " + std::to_string(rank) + " came with WORLD_SIZE " + std::to_string(size) +
                                ", rank 0 has " + std::to_string(m_size));
            return true;
        }
        const auto same =
            std::ranges::find_if(m_visitors, [&](const Visitor& other) { return other.rank == rank && !other.gone; });
        if (rank >= m_size || same != m_visitors.end()) {
            refuse(visitor, rank >= m_size ? "rank " + std::to_string(rank) + " is not below WORLD_SIZE"
                                           : rankText(rank, m_size) + " is there already (from " + same->from +
                                                 "); two processes have the same RANK");
            return true;
        }
        visitor.rank = rank;
        if (std::ranges::count_if(m_visitors, [](const Visitor& one) { return one.rank && !one.gone; }) ==
            static_cast<std::ptrdiff_t>(m_size)) {
            m_complete = true;
            tellAll({.kind = FrameKind::Welcome, .body = {}});
        }
        return true;
    }

    /// The visitor hears why, and so does everybody when somebody is missing in the end.
    void refuse(Visitor& visitor, const std::string& reason)
    {
        tell(visitor, overFrame({.code = Error::Code::Argument, .what = reason, .where = {}}));
        m_lastRefusal = reason;
    }

    bool enter(Visitor& visitor, BodyReader& body)
    {
        const auto number = static_cast<std::uint32_t>(body.number(4));
        visitor.topic = body.text();
        visitor.text = body.text();
        visitor.number = body.number(8);
        if (!body.sound() || !m_complete || number != m_exchange + 1 || visitor.entered == number)
            return false;
        visitor.entered = number;
        if (m_over)
            return true; // it will read so
        if (!m_firstEntered)
            m_firstEntered = Clock::now();
        const auto ranks = byRank();
        if (!std::ranges::all_of(ranks, [&](const Visitor* one) { return one != nullptr && one->entered == number; }))
            return true;
        m_firstEntered.reset();
        m_exchange = number;
        for (const Visitor* one : ranks)
            if (one->topic != ranks[0]->topic || one->text != ranks[0]->text) {
                end(difference(*ranks[0], *one));
                return true;
            }
        BodyWriter go;
        go.number(number, 4);
        for (const Visitor* one : ranks)
            go.number(one->number, 8);
        tellAll({.kind = FrameKind::Go, .body = go.take()});
        return true;
    }

    static Error difference(const Visitor& first, const Visitor& other)
    {
        const auto has = [](const Visitor& one) { return "rank " + std::to_string(*one.rank) + " has " + one.text; };
        if (first.topic == other.topic)
            return {.code = Error::Code::Argument,
                    .what = "the ranks differ in " + first.topic + ": " + has(first) + ", " + has(other),
                    .where = {}};
        return {.code = Error::Code::Argument,
                .what = "the ranks are not at the same point: " + has(first) + " as " + first.topic + ", " +
                        has(other) + " as " + other.topic,
                .where = {}};
    }

    /// A null pointer where a rank is missing.
    [[nodiscard]] std::vector<const Visitor*> byRank() const
    {
        std::vector<const Visitor*> ranks(m_size);
        for (const Visitor& visitor : m_visitors)
            if (visitor.rank && !visitor.gone)
                ranks[*visitor.rank] = &visitor;
        return ranks;
    }

    void lost(Visitor& visitor)
    {
        visitor.gone = true;
        if (visitor.rank && m_complete)
            end({.code = Error::Code::Unavailable,
                 .what = rankText(*visitor.rank, m_size) + " does not answer any more (its connection from " +
                         visitor.from + " is closed: the process has ended)",
                 .where = {}});
    }

    void watchClocks(Clock::time_point now)
    {
        for (Visitor& visitor : m_visitors)
            if (!visitor.rank && now - visitor.lastHeard > m_timeout)
                visitor.gone = true;
        if (now - m_lastPing > m_period) {
            m_lastPing = now;
            tellAll({.kind = FrameKind::Ping, .body = {}});
        }
        if (m_over)
            return;
        if (!m_complete) {
            if (now - m_opened > m_timeout)
                end(missing());
            return;
        }
        for (const Visitor& visitor : m_visitors)
            if (visitor.rank && !visitor.gone && now - visitor.lastHeard > m_timeout)
                return end(silent(visitor, now));
        if (m_firstEntered && now - *m_firstEntered > m_timeout)
            end(late(now));
    }

    [[nodiscard]] Error missing() const
    {
        std::string ranks;
        std::size_t count = 0;
        const auto present = byRank();
        for (std::uint32_t rank = 0; rank < m_size; ++rank)
            if (present[rank] == nullptr) {
                ranks += (count == 0 ? "" : ", ") + std::to_string(rank);
                ++count;
            }
        std::string what = (count == 1 ? "rank " : "ranks ") + ranks + " of " + std::to_string(m_size) +
                           (count == 1 ? " has" : " have") + " not come within " + secondsText(m_timeout);
        if (!m_lastRefusal.empty())
            what += " (refused: " + m_lastRefusal + ")";
        return {.code = Error::Code::Unavailable, .what = std::move(what), .where = m_listensAt};
    }

    [[nodiscard]] Error silent(const Visitor& visitor, Clock::time_point now) const
    {
        return {.code = Error::Code::Unavailable,
                .what = rankText(*visitor.rank, m_size) + " does not answer any more (at " + visitor.from +
                        ", last sign of life " + secondsText(now - visitor.lastHeard) + " ago)",
                .where = {}};
    }

    [[nodiscard]] Error late(Clock::time_point now) const
    {
        const auto ranks = byRank();
        const auto isLate = [&](const Visitor* one) { return one != nullptr && one->entered <= m_exchange; };
        const auto dead = std::ranges::find_if(
            ranks, [&](const Visitor* one) { return isLate(one) && now - one->lastHeard > 3 * m_period; });
        if (dead != ranks.end())
            return silent(**dead, now);
        const auto late = std::ranges::find_if(ranks, isLate);
        const auto waiting = std::ranges::find_if_not(ranks, isLate);
        if (late == ranks.end() || waiting == ranks.end()) // cannot be while an exchange waits
            return {.code = Error::Code::Unavailable, .what = "the ranks have lost each other", .where = {}};
        return {.code = Error::Code::Unavailable,
                .what = rankText((*late)->rank.value_or(0), m_size) + " has not come to exchange " +
                        std::to_string(m_exchange + 1) + " (" + (*waiting)->text + ") within " +
                        secondsText(m_timeout) + ", though its process answers",
                .where = {}};
    }

    void end(Error reason)
    {
        if (m_over)
            return;
        m_over = std::move(reason);
        tellAll(overFrame(*m_over));
    }

    static Frame overFrame(const Error& reason)
    {
        return {.kind = FrameKind::Over,
                .body = BodyWriter()
                            .number(reason.code == Error::Code::Argument ? 1 : 0, 1)
                            .text(reason.what)
                            .text(reason.where)
                            .take()};
    }

    static void tell(Visitor& visitor, const Frame& frame)
    {
        visitor.outgoing += encode(frame);
        if (visitor.outgoing.size() > mostUnsent)
            shutdown(visitor.socket.descriptor(), SHUT_RDWR); // nobody reads there: noticed as an end
        speakTo(visitor);
    }

    void tellAll(const Frame& frame)
    {
        for (Visitor& visitor : m_visitors)
            if (visitor.rank && !visitor.gone)
                tell(visitor, frame);
    }

    /// As much as the socket takes now. What breaks here is noticed by reading.
    static void speakTo(Visitor& visitor)
    {
        while (!visitor.outgoing.empty()) {
            const ssize_t sent = send(visitor.socket.descriptor(), visitor.outgoing.data(), visitor.outgoing.size(),
                                      MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && errno == EINTR)
                continue;
            if (sent <= 0)
                return;
            visitor.outgoing.erase(0, static_cast<std::size_t>(sent));
        }
    }

    Endpoint m_door;
    Socket m_bell; ///< an eventfd: wakes the thread for the end
    std::string m_listensAt;
    std::uint32_t m_size;
    milliseconds m_timeout;
    milliseconds m_period;
    Clock::time_point m_opened;
    Clock::time_point m_lastPing{};
    std::list<Visitor> m_visitors;
    std::string m_lastRefusal;
    bool m_complete = false;
    std::uint32_t m_exchange = 0; ///< the last that has started
    std::optional<Clock::time_point> m_firstEntered;
    std::optional<Error> m_over;
    std::jthread m_thread; ///< last: ends before what it uses
};

base::Result<std::unique_ptr<Coordinator>> Coordinator::listen(const WorldAddress& address, milliseconds timeout)
{
    if (const auto sound = check(address); !sound)
        return failure(sound.error());
    const auto addresses = numericAddresses(address.masterAddress);
    if (!addresses)
        return failure(addresses.error());
    Error reason{.code = Error::Code::Argument, .what = "has no address", .where = address.masterAddress};
    for (const std::string& one : *addresses) {
        const std::string place = withPort(one, address.masterPort);
        auto door = endpoint(one, address.masterPort);
        if (!door) {
            reason = door.error();
            continue;
        }
        const int on = 1;
        setsockopt(door->socket.descriptor(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (bind(door->socket.descriptor(), reinterpret_cast<const sockaddr*>(door->address.data()),
                 static_cast<socklen_t>(door->address.size())) != 0 ||
            ::listen(door->socket.descriptor(), SOMAXCONN) != 0) {
            const std::string why =
                errno == EADDRNOTAVAIL ? "MASTER_ADDR is not an address of this machine, where rank 0 runs"
                : errno == EADDRINUSE  ? "MASTER_PORT is in use: another program, or two processes with RANK 0"
                                       : "rank 0 cannot listen: " + systemText(errno);
            reason = {.code = Error::Code::Argument, .what = why, .where = place};
            continue;
        }
        Socket bell(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        if (!bell.open())
            return failure(Error::Code::Io, systemText(errno));
        return std::unique_ptr<Coordinator>(
            new Coordinator(std::make_unique<Desk>(std::move(*door), std::move(bell), address, place, timeout)));
    }
    return failure(reason);
}

Coordinator::Coordinator(std::unique_ptr<Desk> desk)
    : m_desk(std::move(desk))
{
}

Coordinator::~Coordinator() = default;

} // namespace flowscent::learn
