// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/world/coordinator_line.h"

#include "engine/learn/world/coordinator.h"
#include "engine/learn/world/world_wire.h"

#include <algorithm>
#include <array>
#include <bit>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace flowscent::learn {

using base::Error;
using base::failure;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds betweenAttempts{100};

/// For the coordinator's own word, which is better than ours, to come first.
milliseconds grace(milliseconds timeout)
{
    return 2 * pingPeriod(timeout) + milliseconds(250);
}

milliseconds until(Clock::time_point deadline)
{
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(deadline - Clock::now()));
}

/// 0, or the errno of the attempt.
int connectWithin(const Endpoint& end, milliseconds patience)
{
    const int descriptor = end.socket.descriptor();
    if (connect(descriptor, reinterpret_cast<const sockaddr*>(end.address.data()),
                static_cast<socklen_t>(end.address.size())) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    pollfd watched{.fd = descriptor, .events = POLLOUT, .revents = 0};
    if (poll(&watched, 1, static_cast<int>(patience.count())) <= 0)
        return ETIMEDOUT;
    int error = 0;
    socklen_t bytes = sizeof error;
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &bytes);
    return error;
}

/// TCP lets a socket connect to itself when nobody listens at a port that the system hands out.
bool meetsItself(int descriptor)
{
    sockaddr_storage here{};
    sockaddr_storage there{};
    socklen_t hereBytes = sizeof here;
    socklen_t thereBytes = sizeof there;
    return getsockname(descriptor, reinterpret_cast<sockaddr*>(&here), &hereBytes) == 0 &&
           getpeername(descriptor, reinterpret_cast<sockaddr*>(&there), &thereBytes) == 0 && hereBytes == thereBytes &&
           std::memcmp(&here, &there, hereBytes) == 0;
}

/// Tries all addresses of MASTER_ADDR again and again: rank 0 may come later than we.
base::Result<Socket> callCoordinator(const WorldAddress& address, Clock::time_point deadline)
{
    const auto addresses = numericAddresses(address.masterAddress);
    if (!addresses)
        return failure(addresses.error());
    Error reason{.code = Error::Code::Unavailable, .what = "has no address", .where = address.masterAddress};
    do {
        for (const std::string& one : *addresses) {
            auto end = endpoint(one, address.masterPort);
            if (!end)
                return failure(end.error());
            const int error = connectWithin(*end, until(deadline));
            if (error == 0 && !meetsItself(end->socket.descriptor()))
                return std::move(end->socket);
            reason.what =
                rankText(0, address.worldSize) + " cannot be reached: " + systemText(error == 0 ? ECONNREFUSED : error);
            reason.where = withPort(one, address.masterPort);
        }
        std::this_thread::sleep_for(std::min(betweenAttempts, until(deadline)));
    } while (Clock::now() < deadline);
    return failure(reason);
}

/// Reading blocks until closed; writing until nobody can be there any more.
void makeBlocking(int descriptor, milliseconds patience)
{
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(patience);
    const timeval limit{.tv_sec = whole.count(),
                        .tv_usec = std::chrono::duration_cast<std::chrono::microseconds>(patience - whole).count()};
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
}

} // namespace

class CoordinatorLine::Wire {
public:
    Wire(Socket socket, const WorldAddress& address, milliseconds timeout)
        : m_socket(std::move(socket))
        , m_localAddress(learn::localAddress(m_socket.descriptor()))
        , m_size(address.worldSize)
        , m_timeout(timeout)
        , m_lastHeard(Clock::now())
        , m_reader([this] { read(); })
    {
    }

    ~Wire()
    {
        say({.kind = FrameKind::Bye, .body = {}});
        shutdown(m_socket.descriptor(), SHUT_RDWR); // wakes the reader
    }

    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    [[nodiscard]] const std::string& localAddress() const { return m_localAddress; }

    base::Result<void> enterWorld(const WorldAddress& address, Clock::time_point deadline)
    {
        say({.kind = FrameKind::Hello,
             .body = BodyWriter().text(worldProtocol).number(address.rank, 4).number(address.worldSize, 4).take()});
        return await(deadline, "to the start", [this] { return m_welcome; });
    }

    base::Result<std::vector<std::int64_t>> meet(std::string_view topic, std::string_view text, std::int64_t number)
    {
        const std::uint32_t exchange = ++m_exchange;
        say({.kind = FrameKind::Enter,
             .body = BodyWriter()
                         .number(exchange, 4)
                         .text(topic)
                         .text(text)
                         .number(std::bit_cast<std::uint64_t>(number), 8)
                         .take()});
        // The coordinator gives up after one timeout, counted from the first rank that came.
        const auto done = await(Clock::now() + 2 * m_timeout, text, [&] { return m_gone == exchange; });
        if (!done)
            return failure(done.error());
        const std::scoped_lock lock(m_mutex);
        return m_numbers;
    }

    base::Result<void> put(const std::string& key, const std::string& value)
    {
        say({.kind = FrameKind::Put, .body = BodyWriter().text(key).text(value).take()});
        return {};
    }

    base::Result<std::string> take(const std::string& key)
    {
        const auto there = await(Clock::now() + m_timeout, "addresses", [&] { return m_values.contains(key); });
        if (!there)
            return failure(there.error());
        const std::scoped_lock lock(m_mutex);
        return m_values.at(key);
    }

    /// The other end is gone and has not said why.
    [[nodiscard]] bool hungUp()
    {
        const std::scoped_lock lock(m_mutex);
        return m_hungUp;
    }

    std::optional<Error> whyOver(milliseconds patience)
    {
        std::unique_lock lock(m_mutex);
        if (!m_news.wait_for(lock, patience, [this] { return m_over.has_value(); }) &&
            Clock::now() - m_lastHeard > 3 * pingPeriod(m_timeout))
            return silence(Clock::now());
        return m_over;
    }

private:
    /// Waits for what the reader brings.
    template <class Condition>
    base::Result<void> await(Clock::time_point deadline, std::string_view what, Condition condition)
    {
        const milliseconds period = pingPeriod(m_timeout);
        std::unique_lock lock(m_mutex);
        for (;;) {
            const Clock::time_point before = Clock::now();
            if (m_news.wait_for(lock, period, [&] { return condition() || m_over; }))
                break;
            const Clock::time_point now = Clock::now();
            if (now - before > 3 * period) { // this process was stopped: silence proves nothing
                m_lastHeard = now;
                deadline += now - before;
            }
            if (now - m_lastHeard > m_timeout + grace(m_timeout))
                return failure(silence(now));
            if (now > deadline + grace(m_timeout))
                return failure(Error::Code::Unavailable, "the other ranks have not come within " +
                                                             secondsText(m_timeout) + " (" + std::string(what) + ")");
        }
        if (condition())
            return {}; // what came before the end is good
        return failure(*m_over);
    }

    [[nodiscard]] Error silence(Clock::time_point now) const
    {
        return {.code = Error::Code::Unavailable,
                .what = rankText(0, m_size) + " does not answer any more (last sign of life " +
                        secondsText(now - m_lastHeard) + " ago)",
                .where = {}};
    }

    void say(const Frame& frame)
    {
        const std::scoped_lock lock(m_speaking);
        const std::string bytes = encode(frame);
        std::size_t sent = 0;
        while (sent < bytes.size()) {
            const ssize_t more = send(m_socket.descriptor(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (more < 0 && errno == EINTR)
                continue;
            if (more <= 0) {
                shutdown(m_socket.descriptor(), SHUT_RDWR); // half a frame would be misread; the reader sees the end
                return;
            }
            sent += static_cast<std::size_t>(more);
        }
    }

    void read()
    {
        FrameReader incoming;
        std::array<char, 4096> bytes;
        for (;;) {
            const ssize_t got = recv(m_socket.descriptor(), bytes.data(), bytes.size(), 0);
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                return closed();
            incoming.add({bytes.data(), static_cast<std::size_t>(got)});
            for (;;) {
                const auto frame = incoming.next();
                if (!frame)
                    return over(frame.error());
                if (!*frame)
                    break;
                if (!hear(**frame))
                    return over({.code = Error::Code::Format,
                                 .what = "what listens at MASTER_ADDR is not this version of Flowscent",
                                 .where = {}});
            }
        }
    }

    /// False for what no coordinator says.
    bool hear(const Frame& frame)
    {
        BodyReader body(frame.body);
        if (frame.kind == FrameKind::Ping)
            say({.kind = FrameKind::Pong, .body = {}});
        const std::scoped_lock lock(m_mutex);
        m_lastHeard = Clock::now();
        switch (frame.kind) {
        case FrameKind::Ping:
            return true;
        case FrameKind::Welcome:
            m_welcome = true;
            break;
        case FrameKind::Value: {
            const std::string key = body.text();
            m_values[key] = body.text();
            break;
        }
        case FrameKind::Go:
            m_gone = static_cast<std::uint32_t>(body.number(4));
            m_numbers.clear();
            for (std::uint32_t rank = 0; rank < m_size; ++rank)
                m_numbers.push_back(std::bit_cast<std::int64_t>(body.number(8)));
            break;
        case FrameKind::Over: {
            const bool argument = body.number(1) == 1;
            Error reason{
                .code = argument ? Error::Code::Argument : Error::Code::Unavailable, .what = body.text(), .where = {}};
            reason.where = body.text();
            if (!m_over)
                m_over = std::move(reason);
            break;
        }
        default:
            return false;
        }
        m_news.notify_all();
        return body.sound();
    }

    void closed()
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_hungUp = !m_over;
        }
        over({.code = Error::Code::Unavailable,
              .what =
                  rankText(0, m_size) + " does not answer any more (its connection is closed: the process has ended)",
              .where = {}});
    }

    void over(Error reason)
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_over)
            m_over = std::move(reason);
        m_news.notify_all();
    }

    Socket m_socket;
    std::string m_localAddress;
    std::uint32_t m_size;
    milliseconds m_timeout;
    std::uint32_t m_exchange = 0; ///< the last that this rank has come to
    std::mutex m_speaking;        ///< one frame after the other

    std::mutex m_mutex; ///< guards what follows
    std::condition_variable m_news;
    bool m_welcome = false;
    bool m_hungUp = false;
    std::uint32_t m_gone = 0; ///< the last exchange that has started
    std::vector<std::int64_t> m_numbers;
    std::map<std::string, std::string> m_values;
    std::optional<Error> m_over;
    Clock::time_point m_lastHeard;
    std::jthread m_reader; ///< last: ends before what it uses
};

base::Result<std::unique_ptr<CoordinatorLine>> CoordinatorLine::join(const WorldAddress& address, milliseconds timeout)
{
    if (const auto sound = check(address); !sound)
        return failure(sound.error());
    const Clock::time_point deadline = Clock::now() + timeout;
    for (;;) {
        auto socket = callCoordinator(address, deadline);
        if (!socket)
            return failure(socket.error());
        makeBlocking(socket->descriptor(), timeout);
        auto wire = std::make_unique<Wire>(std::move(*socket), address, timeout);
        const auto entered = wire->enterWorld(address, deadline + timeout);
        if (entered)
            return std::unique_ptr<CoordinatorLine>(new CoordinatorLine(std::move(wire)));
        // Hung up without a word: a coordinator of the world before, or a rank 0 that starts anew.
        if (!wire->hungUp() || Clock::now() >= deadline)
            return failure(entered.error());
        std::this_thread::sleep_for(std::min(betweenAttempts, until(deadline)));
    }
}

CoordinatorLine::CoordinatorLine(std::unique_ptr<Wire> wire)
    : m_wire(std::move(wire))
{
}

CoordinatorLine::~CoordinatorLine() = default;

base::Result<std::vector<std::int64_t>> CoordinatorLine::meet(std::string_view topic, std::string_view text,
                                                              std::int64_t number)
{
    return m_wire->meet(topic, text, number);
}

base::Result<void> CoordinatorLine::put(const std::string& key, const std::string& value)
{
    return m_wire->put(key, value);
}

base::Result<std::string> CoordinatorLine::take(const std::string& key)
{
    return m_wire->take(key);
}

std::optional<Error> CoordinatorLine::whyOver(milliseconds patience)
{
    return m_wire->whyOver(patience);
}

const std::string& CoordinatorLine::localAddress() const
{
    return m_wire->localAddress();
}

} // namespace flowscent::learn
