// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/world/coordinator.h"
#include "engine/learn/world/coordinator_line.h"
#include "engine/learn/world/world_wire.h"
#include "tests/engine/learn/free_port.h"

#include <future>
#include <thread>

#include <poll.h>
#include <sys/socket.h>

using namespace flowscent;
using namespace std::chrono_literals;
using base::Error;
using learn::Coordinator;
using learn::CoordinatorLine;
using learn::WorldAddress;

namespace {

using Joined = base::Result<std::unique_ptr<CoordinatorLine>>;

WorldAddress address(const FreePort& port, std::uint32_t rank, std::uint32_t size)
{
    return {.masterAddress = "127.0.0.1", .masterPort = port.number(), .rank = rank, .worldSize = size};
}

std::future<Joined> joining(const WorldAddress& where, std::chrono::milliseconds timeout = 20s)
{
    return std::async(std::launch::async, [=] { return CoordinatorLine::join(where, timeout); });
}

template <class T>
std::string sentence(const base::Result<T>& result)
{
    return result ? "no error" : result.error().sentence();
}

/// All ranks of a world in one process.
struct World {
    explicit World(std::uint32_t size, std::chrono::milliseconds timeout = 20s)
    {
        auto opened = Coordinator::listen(address(port, 0, size), timeout);
        if (!opened)
            return;
        coordinator = std::move(*opened);
        std::vector<std::future<Joined>> coming;
        for (std::uint32_t rank = 0; rank < size; ++rank)
            coming.push_back(joining(address(port, rank, size), timeout));
        for (auto& one : coming)
            if (auto line = one.get())
                lines.push_back(std::move(*line));
    }

    template <class Call>
    auto onAll(Call call)
    {
        std::vector<std::future<decltype(call(std::size_t{}))>> running;
        for (std::size_t rank = 0; rank < lines.size(); ++rank)
            running.push_back(std::async(std::launch::async, call, rank));
        std::vector<decltype(call(std::size_t{}))> results;
        for (auto& one : running)
            results.push_back(one.get());
        return results;
    }

    FreePort port;
    std::unique_ptr<Coordinator> coordinator;
    std::vector<std::unique_ptr<CoordinatorLine>> lines;
};

/// Connects to a port of a loopback address; says whether somebody listens there.
learn::Socket connected(const std::string& host, std::uint16_t port, bool& listens)
{
    const auto there = learn::endpoint(host, port);
    learn::Socket visitor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    listens = connect(visitor.descriptor(), reinterpret_cast<const sockaddr*>(there->address.data()),
                      static_cast<socklen_t>(there->address.size())) == 0;
    return visitor;
}

} // namespace

class CoordinatorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everybodyGetsTheNumbersOfAllByRank()
    {
        World world(4);
        QCOMPARE(world.lines.size(), std::size_t{4});
        for (int round = 0; round < 200; ++round) {
            const auto results = world.onAll([&](std::size_t rank) {
                return world.lines[rank]->meet("what", "numbers", static_cast<std::int64_t>(rank) * 10 - round);
            });
            for (const auto& numbers : results) {
                QVERIFY2(numbers, sentence(numbers).c_str());
                const std::vector<std::int64_t> expected{-round, 10 - round, 20 - round, 30 - round};
                QVERIFY(*numbers == expected);
            }
        }
    }

    void whatOnePutsAllCanTake()
    {
        World world(2);
        QCOMPARE(world.lines.size(), std::size_t{2});
        const std::string bytes("a\0b\xff", 4);
        QVERIFY(world.lines[1]->put("key", bytes));
        for (const auto& line : world.lines)
            QCOMPARE(line->take("key").value_or("nothing"), bytes);
    }

    void aDifferenceIsToldToAllWithBothSides()
    {
        World world(3);
        QCOMPARE(world.lines.size(), std::size_t{3});
        const auto results = world.onAll([&](std::size_t rank) {
            return world.lines[rank]->meet("settings and data", rank == 2 ? "beef" : "cafe", 0);
        });
        for (const auto& result : results) {
            QCOMPARE(sentence(result),
                     std::string("the ranks differ in settings and data: rank 0 has cafe, rank 2 has beef"));
            QVERIFY(result.error().code == Error::Code::Argument);
        }
    }

    void whoLeavesIsNamed()
    {
        World world(3);
        QCOMPARE(world.lines.size(), std::size_t{3});
        world.lines[1].reset();
        QCOMPARE(sentence(world.lines[2]->meet("what", "numbers", 0)), std::string("rank 1 of 3 has left"));
        QCOMPARE(sentence(world.lines[0]->meet("what", "numbers", 0)), std::string("rank 1 of 3 has left"));
    }

    void whoDoesNotComeToAnExchangeIsNamed()
    {
        World world(3, 1s);
        QCOMPARE(world.lines.size(), std::size_t{3});
        auto other = std::async(std::launch::async, [&] { return world.lines[0]->meet("what", "a sum", 0); });
        const auto own = world.lines[2]->meet("what", "a sum", 0);
        const std::string expected =
            "rank 1 of 3 has not come to exchange 1 (a sum) within 1 s, though its process answers";
        QCOMPARE(sentence(own), expected);
        QCOMPARE(sentence(other.get()), expected);
    }

    void whoNeverComesIsNamedWithThePlace()
    {
        const FreePort port;
        const auto coordinator = Coordinator::listen(address(port, 0, 4), 500ms);
        QVERIFY2(coordinator, sentence(coordinator).c_str());
        auto first = joining(address(port, 0, 4), 500ms);
        const std::string expected =
            "127.0.0.1:" + std::to_string(port.number()) + ": ranks 1, 2, 3 of 4 have not come within 0.5 s";
        QCOMPARE(sentence(first.get()), expected);
    }

    void withoutACoordinatorTheErrorSaysWhere()
    {
        const FreePort port;
        const auto line = CoordinatorLine::join(address(port, 1, 2), 300ms);
        QCOMPARE(sentence(line),
                 "127.0.0.1:" + std::to_string(port.number()) + ": rank 0 of 2 cannot be reached: Connection refused");
        QVERIFY(line.error().code == Error::Code::Unavailable);
    }

    void theCoordinatorMayComeLater()
    {
        const FreePort port;
        auto second = joining(address(port, 1, 2));
        QVERIFY(second.wait_for(250ms) == std::future_status::timeout);
        const auto coordinator = Coordinator::listen(address(port, 0, 2), 20s);
        QVERIFY2(coordinator, sentence(coordinator).c_str());
        const auto first = CoordinatorLine::join(address(port, 0, 2), 20s);
        QVERIFY2(first, sentence(first).c_str());
        const auto joined = second.get();
        QVERIFY2(joined, sentence(joined).c_str());
    }

    void whoIsEarlyForTheNextWorldWaitsForIt()
    {
        const FreePort port;
        auto coordinator = Coordinator::listen(address(port, 0, 2), 20s);
        QVERIFY2(coordinator, sentence(coordinator).c_str());
        auto first = joining(address(port, 0, 2));
        auto second = joining(address(port, 1, 2)).get();
        QVERIFY2(second, sentence(second).c_str());
        auto firstLine = first.get();
        QVERIFY2(firstLine, sentence(firstLine).c_str());
        second->reset(); // leaves, and comes again while the old coordinator is still there
        auto again = joining(address(port, 1, 2));
        QVERIFY(again.wait_for(300ms) == std::future_status::timeout);
        firstLine->reset();
        coordinator->reset();
        coordinator = Coordinator::listen(address(port, 0, 2), 20s);
        QVERIFY2(coordinator, sentence(coordinator).c_str());
        const auto firstAgain = CoordinatorLine::join(address(port, 0, 2), 20s);
        QVERIFY2(firstAgain, sentence(firstAgain).c_str());
        const auto secondAgain = again.get();
        QVERIFY2(secondAgain, sentence(secondAgain).c_str());
    }

    void aSecondProcessOfARankIsRefused()
    {
        const FreePort port;
        const auto coordinator = Coordinator::listen(address(port, 0, 3), 2s);
        auto first = joining(address(port, 0, 3), 2s);
        auto one = joining(address(port, 1, 3), 2s);
        auto other = joining(address(port, 1, 3), 2s);
        const auto oneLine = one.get();
        const auto otherLine = other.get();
        const std::string refusal = "rank 1 of 3 is there already (from 127.0.0.1); two processes have the same RANK";
        const std::string missing = "rank 2 of 3 has not come within 2 s (refused: " + refusal + ")";
        const bool oneRefused = sentence(oneLine) == refusal;
        QVERIFY(oneRefused || sentence(otherLine) == refusal);
        const std::string admitted = sentence(oneRefused ? otherLine : oneLine);
        QVERIFY2(admitted.ends_with(missing), admitted.c_str());
        QVERIFY(sentence(first.get()).ends_with(missing));
    }

    void anotherWorldSizeIsRefused()
    {
        const FreePort port;
        const auto coordinator = Coordinator::listen(address(port, 0, 2), 1s);
        auto first = joining(address(port, 0, 2), 1s);
        const auto line = CoordinatorLine::join(address(port, 1, 3), 1s);
        QCOMPARE(sentence(line), std::string("rank 1 came with WORLD_SIZE 3, rank 0 has 2"));
        QVERIFY(sentence(first.get())
                    .ends_with(
                        "rank 1 of 2 has not come within 1 s (refused: rank 1 came with WORLD_SIZE 3, rank 0 has 2)"));
    }

    void twoCoordinatorsAtOnePlaceAreTold()
    {
        const FreePort port;
        const auto one = Coordinator::listen(address(port, 0, 2), 20s);
        QVERIFY2(one, sentence(one).c_str());
        const auto other = Coordinator::listen(address(port, 0, 2), 20s);
        QCOMPARE(sentence(other), "127.0.0.1:" + std::to_string(port.number()) +
                                      ": MASTER_PORT is in use: another program, or two processes with RANK 0");
    }

    void anAddressOfAnotherMachineIsTold()
    {
        // 203.0.113.0/24 is for documentation (RFC 5737).
        const auto coordinator =
            Coordinator::listen({.masterAddress = "203.0.113.1", .masterPort = 29500, .rank = 0, .worldSize = 2}, 1s);
        QCOMPARE(sentence(coordinator),
                 std::string("203.0.113.1:29500: MASTER_ADDR is not an address of this machine, where rank 0 runs"));
    }

    void listensAtMasterAddrAlone()
    {
        const FreePort port;
        const auto coordinator = Coordinator::listen(address(port, 0, 2), 20s);
        QVERIFY2(coordinator, sentence(coordinator).c_str());
        bool listens = false;
        connected("127.0.0.1", port.number(), listens);
        QVERIFY(listens);
        connected("127.0.0.2", port.number(), listens); // any other address of this machine
        QVERIFY(!listens);
    }

    void strangersDisturbNobody()
    {
        World world(2);
        QCOMPARE(world.lines.size(), std::size_t{2});
        std::vector<learn::Socket> strangers;
        const std::vector<std::string> words{
            "GET / HTTP/1.1\r\n\r\n",
            std::string(100, '\0'),
            std::string(100, '\xff'),
            "\x01",
            learn::encode({.kind = learn::FrameKind::Bye, .body = {}}),
            learn::encode({.kind = learn::FrameKind::Hello, .body = "short"}),
            learn::encode({.kind = learn::FrameKind::Hello,
                           .body = learn::BodyWriter().text(learn::worldProtocol).number(1, 4).number(2, 4).take()}),
        };
        for (int round = 0; round < 20; ++round)
            for (const std::string& word : words) {
                bool listens = false;
                strangers.push_back(connected("127.0.0.1", world.port.number(), listens));
                QVERIFY(listens);
                QVERIFY(send(strangers.back().descriptor(), word.data(), word.size(), MSG_NOSIGNAL) > 0);
            }
        const auto results =
            world.onAll([&](std::size_t rank) { return world.lines[rank]->meet("what", "numbers", 1); });
        for (const auto& result : results)
            QVERIFY2(result, sentence(result).c_str());
    }

    void aForeignServerAtMasterAddrIsTold()
    {
        const FreePort port;
        auto door = learn::endpoint("127.0.0.1", port.number());
        const int on = 1;
        setsockopt(door->socket.descriptor(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        QCOMPARE(bind(door->socket.descriptor(), reinterpret_cast<const sockaddr*>(door->address.data()),
                      static_cast<socklen_t>(door->address.size())),
                 0);
        QCOMPARE(listen(door->socket.descriptor(), 1), 0);
        auto line = joining(address(port, 1, 2));
        pollfd caller{.fd = door->socket.descriptor(), .events = POLLIN, .revents = 0};
        QCOMPARE(poll(&caller, 1, 20000), 1);
        const learn::Socket visitor(accept(door->socket.descriptor(), nullptr, nullptr));
        QVERIFY(visitor.open());
        const std::string_view greeting = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";
        QVERIFY(send(visitor.descriptor(), greeting.data(), greeting.size(), MSG_NOSIGNAL) > 0);
        QCOMPARE(sentence(line.get()),
                 std::string("something that does not speak Flowscent's protocol is at the other end"));
    }

    void framesSurviveBeingCutAnywhere()
    {
        const learn::Frame frame{.kind = learn::FrameKind::Put,
                                 .body = learn::BodyWriter().text("key").text("value").take()};
        const std::string bytes = learn::encode(frame) + learn::encode(frame);
        learn::FrameReader reader;
        int whole = 0;
        for (const char byte : bytes) {
            reader.add({&byte, 1});
            const auto next = reader.next();
            QVERIFY(next);
            if (!*next)
                continue;
            ++whole;
            learn::BodyReader body((*next)->body);
            QCOMPARE(body.text(), std::string("key"));
            QVERIFY(!body.sound());
            QCOMPARE(body.text(), std::string("value"));
            QVERIFY(body.sound());
            QCOMPARE(body.number(4), std::uint64_t{0});
            QVERIFY(!body.sound());
        }
        QCOMPARE(whole, 2);
    }
};

QTEST_GUILESS_MAIN(CoordinatorTest)
#include "coordinator_test.moc"
