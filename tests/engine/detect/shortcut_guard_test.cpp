// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/support/shortcut_guard.h"
#include "tests/support/flow_builder.h"

#include <algorithm>
#include <limits>
#include <map>

using namespace flowscent;
using detect::findShortcuts;
using detect::FlowTraits;
using detect::Shortcut;
using detect::Trait;

namespace {

using Traits = std::vector<FlowTraits>;
constexpr base::Nanoseconds begin = test::seconds(1'700'000'000);

/// How traffic may be spread: over how many clients and servers, and whether it comes in bursts.
struct Traffic {
    std::uint64_t clients = 20;
    std::uint64_t servers = 40;
    bool bursts = false;
    bool packets = true; ///< hop limits and segment sizes are known
};

packet::IpAddress ip(std::uint64_t network, std::uint64_t host)
{
    packet::IpAddress address;
    address.bytes = {10, static_cast<std::uint8_t>(network >> 8), static_cast<std::uint8_t>(network),
                     static_cast<std::uint8_t>(host)};
    return address;
}

/// A flow's traits hang together as they do on a wire: a server has one address, port, distance and segment size.
FlowTraits anyFlow(base::Rng& rng, const Traffic& traffic)
{
    const std::uint64_t client = rng.below(traffic.clients);
    const std::uint64_t server = rng.below(traffic.servers);
    const std::uint64_t at = traffic.bursts ? 600 * rng.below(6) + rng.below(20) : rng.below(3600);
    FlowTraits flow;
    flow.key = {{ip(client / 16, client), static_cast<std::uint16_t>(32768 + rng.below(28000))},
                {ip(300 + server / 3, server), static_cast<std::uint16_t>(server % 3 == 0 ? 53 : 443)},
                static_cast<std::uint8_t>(server % 3 == 0 ? 17 : 6)};
    flow.start = begin + test::seconds(static_cast<std::int64_t>(at)) + static_cast<std::int64_t>(rng.below(1'000'000));
    flow.lasted = test::seconds(1);
    if (traffic.packets) {
        flow.hops = {static_cast<std::uint8_t>(client % 4 == 0 ? 128 : 64), static_cast<std::uint8_t>(50 + server % 9)};
        if (flow.key.protocol == 6)
            flow.mss = {1460, static_cast<std::uint16_t>(server % 2 == 0 ? 1460 : 1400)};
    }
    return flow;
}

Traits flows(std::size_t count, base::Rng& rng, const Traffic& traffic = {})
{
    Traits all(count);
    std::ranges::generate(all, [&] { return anyFlow(rng, traffic); });
    return all;
}

/// What no other flow has.
void plant(FlowTraits& flow, Trait trait, std::uint8_t nth)
{
    switch (trait) {
    case Trait::ClientAddress:
        flow.key.client.address = ip(999, 66);
        break;
    case Trait::ServerAddress:
        flow.key.server.address = ip(999, 67);
        break;
    case Trait::ClientNetwork:
        flow.key.client.address = ip(999, nth);
        break;
    case Trait::ServerNetwork:
        flow.key.server.address = ip(998, nth);
        break;
    case Trait::ClientPort:
        flow.key.protocol = 6;
        flow.key.client.port = 31337;
        break;
    case Trait::ServerPort:
        flow.key.protocol = 6;
        flow.key.server.port = 4444;
        break;
    case Trait::ClientHops:
        flow.hops[0] = 113;
        break;
    case Trait::ServerHops:
        flow.hops[1] = 201;
        break;
    case Trait::ClientMss:
        flow.mss[0] = 1024;
        break;
    case Trait::ServerMss:
        flow.mss[1] = 536;
        break;
    case Trait::Time:
        flow.start = begin + test::seconds(7200 + nth);
        break;
    case Trait::Count:
        break;
    }
}

const Shortcut* find(const std::vector<Shortcut>& found, Trait trait)
{
    const auto shortcut = std::ranges::find(found, trait, &Shortcut::trait);
    return shortcut == found.end() ? nullptr : &*shortcut;
}

Shortcut serverPort(std::uint32_t port, std::uint32_t examples, std::uint32_t background)
{
    return {.trait = Trait::ServerPort,
            .value = {{}, port},
            .examples = examples,
            .ofExamples = 5,
            .background = background,
            .ofBackground = 256};
}

} // namespace

Q_DECLARE_METATYPE(detect::Trait)
Q_DECLARE_METATYPE(Traffic)

class ShortcutGuardTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPlantedKindIsFound_data()
    {
        QTest::addColumn<Trait>("trait");
        for (std::uint8_t index = 0; index < static_cast<std::uint8_t>(Trait::Count); ++index) {
            const auto trait = static_cast<Trait>(index);
            QTest::newRow(std::string(detect::text(trait)).c_str()) << trait;
        }
    }
    void everyPlantedKindIsFound()
    {
        QFETCH(const Trait, trait);
        for (std::uint64_t seed = 1; seed <= 100; ++seed) {
            for (const std::size_t shots : {3U, 5U, 10U}) {
                base::Rng rng(seed);
                Traits examples = flows(shots, rng);
                const Traits background = flows(64, rng);
                for (std::uint8_t i = 0; i < shots; ++i)
                    plant(examples[i], trait, i);
                const auto found = findShortcuts(examples, background);
                const Shortcut* shortcut = find(found, trait);
                QVERIFY2(shortcut != nullptr, std::to_string(seed).c_str());
                QCOMPARE(std::size_t{shortcut->examples}, shots);
                QCOMPARE(shortcut->background, 0U);
                QCOMPARE(detect::without(*shortcut, background).size(), background.size());
                QVERIFY(std::ranges::all_of(examples, [&](const FlowTraits& flow) { return has(flow, *shortcut); }));
            }
        }
    }

    void allButOneAreFoundToo_data() { everyPlantedKindIsFound_data(); }
    void allButOneAreFoundToo()
    {
        QFETCH(const Trait, trait);
        for (std::uint64_t seed = 1; seed <= 100; ++seed) {
            base::Rng rng(seed);
            Traits examples = flows(6, rng);
            const Traits background = flows(128, rng);
            for (std::uint8_t i = 0; i < 5; ++i)
                plant(examples[i], trait, i);
            examples[5].start = begin; // or it may happen to lie just before the others
            const auto found = findShortcuts(examples, background);
            const Shortcut* shortcut = find(found, trait);
            QVERIFY2(shortcut != nullptr, std::to_string(seed).c_str());
            QCOMPARE(shortcut->examples, 5U);
            QVERIFY(!has(examples[5], *shortcut));
        }
    }

    void aFewOthersMayHaveIt()
    {
        base::Rng rng(5);
        Traits examples = flows(5, rng);
        Traits background = flows(256, rng);
        for (std::uint8_t i = 0; i < 5; ++i)
            plant(examples[i], Trait::ServerPort, i);
        for (std::uint8_t i = 0; i < 12; ++i)
            plant(background[i * 7U], Trait::ServerPort, i);
        const auto found = findShortcuts(examples, background);
        const Shortcut* shortcut = find(found, Trait::ServerPort);
        QVERIFY(shortcut != nullptr);
        QCOMPARE(shortcut->background, 12U);
        QCOMPARE(detect::without(*shortcut, background).size(), std::size_t(244));
        QCOMPARE(sentence(*shortcut),
                 std::string("all 5 examples have server port 4444, as have 12 of 256 other flows"));
    }

    /// Examples drawn like all other flows share nothing but by chance; over all traits together a warning may come in
    /// one of twenty such supports, 25 of 500. The bound is not tight, so that there are fewer.
    void cleanSupportsAreSeldomWarnedOf_data()
    {
        QTest::addColumn<Traffic>("traffic");
        QTest::newRow("an office") << Traffic{};
        QTest::newRow("few hosts") << Traffic{.clients = 3, .servers = 4};
        QTest::newRow("many hosts") << Traffic{.clients = 200, .servers = 200};
        QTest::newRow("in bursts") << Traffic{.bursts = true};
        QTest::newRow("tables without packets") << Traffic{.packets = false};
    }
    void cleanSupportsAreSeldomWarnedOf()
    {
        QFETCH(const Traffic, traffic);
        for (const std::size_t shots : {3U, 4U, 5U, 10U}) {
            int warned = 0;
            for (std::uint64_t seed = 1; seed <= 500; ++seed) {
                base::Rng rng = base::Rng(seed).fork(shots);
                warned += findShortcuts(flows(shots, rng, traffic), flows(64, rng, traffic)).empty() ? 0 : 1;
            }
            QVERIFY2(warned <= 25, (std::to_string(shots) + ": " + std::to_string(warned)).c_str());
        }
    }

    void whatMostFlowsHaveTellsNothing()
    {
        base::Rng rng(2);
        Traits examples = flows(12, rng);
        Traits background = flows(64, rng);
        for (std::size_t i = 0; i < examples.size(); ++i)
            plant(examples[i], Trait::ServerPort, 0);
        for (std::size_t i = 0; i < 16; ++i) // a quarter: telling, but no shortcut by itself
            plant(background[i], Trait::ServerPort, 0);
        QVERIFY(find(findShortcuts(examples, background), Trait::ServerPort) == nullptr);
    }

    void anAddressSpeaksForItsNetwork()
    {
        base::Rng rng(9);
        Traits examples = flows(5, rng);
        for (FlowTraits& flow : examples)
            plant(flow, Trait::ClientAddress, 0);
        const auto found = findShortcuts(examples, flows(64, rng));
        QVERIFY(find(found, Trait::ClientAddress) != nullptr);
        QVERIFY(find(found, Trait::ClientNetwork) == nullptr);
    }

    void fewerThanThreeExamplesTellNothing()
    {
        base::Rng rng(4);
        for (const std::size_t shots : {0U, 1U, 2U}) {
            Traits examples = flows(shots, rng);
            for (FlowTraits& flow : examples)
                plant(flow, Trait::ServerPort, 0);
            QVERIFY(findShortcuts(examples, flows(64, rng)).empty());
            QVERIFY(!detect::tooFewForShortcuts(shots).empty());
        }
        QVERIFY(detect::tooFewForShortcuts(3).empty());
        QVERIFY(findShortcuts(flows(5, rng), {}).empty());
    }

    void whatIsUnknownIsNotShared()
    {
        base::Rng rng(6);
        const Traits examples = flows(5, rng, {.packets = false});
        const Traits background = flows(64, rng);
        for (const Trait trait : {Trait::ClientHops, Trait::ServerHops, Trait::ClientMss, Trait::ServerMss})
            QVERIFY(find(findShortcuts(examples, background), trait) == nullptr);
    }

    void timesAtBothEndsOfWhatThereIs()
    {
        Traits examples(4);
        examples[0].start = std::numeric_limits<base::Nanoseconds>::min();
        examples[1].start = std::numeric_limits<base::Nanoseconds>::max();
        for (const Shortcut& shortcut : findShortcuts(examples, Traits(64)))
            QVERIFY(!sentence(shortcut).empty());
    }

    void whatTheAlarmsHaveToDoWithIt()
    {
        const Shortcut shortcut = serverPort(4444, 5, 2);
        Traits all(200);
        std::vector<float> scores(200, 0.1F);
        for (std::size_t i = 0; i < 80; ++i)
            plant(all[i], Trait::ServerPort, 0);
        std::fill_n(scores.begin(), 62, 0.9F);      // of those
        std::fill_n(scores.begin() + 100, 8, 0.5F); // of others
        scores[199] = std::numeric_limits<float>::quiet_NaN();
        const auto counts = consequence(shortcut, all, scores);
        QVERIFY((counts == detect::ShortcutConsequence{80, 119, 62, 8}));
        QVERIFY(
            sentence(shortcut, counts).starts_with("62 of 70 alarms share server port 4444; without them 8 remain"));
        QVERIFY(sentence(shortcut, {80, 119, 0, 8}).find("goes beyond it") != std::string::npos);
        QVERIFY(sentence(shortcut, {80, 119, 0, 0}).find("no other flow is an alarm") != std::string::npos);
        QVERIFY(sentence(shortcut, {80, 0, 3, 0}).find("nothing tells") != std::string::npos);
    }

    void sentencesNameWhatIsShared()
    {
        QCOMPARE(sentence(serverPort(4444, 4, 0)),
                 std::string("all but one of 5 examples have server port 4444, as have 0 of 256 other flows"));
        Shortcut window{.trait = Trait::Time,
                        .from = begin,
                        .until = begin + test::seconds(30),
                        .examples = 5,
                        .ofExamples = 5,
                        .background = 1,
                        .ofBackground = 64};
        QCOMPARE(sentence(window), std::string("all 5 examples began in the 30.0 s from "
                                               "2023-11-14T22:13:20.000000+0000 on, as did 1 of 64 other flows"));
        const Shortcut network{.trait = Trait::ServerNetwork, .value = *valueOf(FlowTraits{}, Trait::ServerNetwork)};
        QVERIFY(sentence(network).find("server network 0.0.0.0/24") != std::string::npos);
    }

    void traitsComeFromTheTable()
    {
        test::Conversation talk;
        talk.handshake();
        flow::FlowTable table;
        table.append(test::assemble(talk.frames).at(0).record);
        const std::vector<std::uint32_t> rows{0};
        const FlowTraits traits = detect::flowTraits(table, rows).at(0);
        QCOMPARE(traits.key.server, test::endpoint("10.0.0.2", 80));
        QCOMPARE(traits.start, talk.frames.front().time);
        QCOMPARE(traits.lasted, talk.frames.back().time - talk.frames.front().time);
        QVERIFY(!valueOf(traits, Trait::ClientHops));
        QCOMPARE(detect::text(*valueOf(traits, Trait::ClientNetwork), Trait::ClientNetwork),
                 std::string("10.0.0.0/24"));
        FlowTraits ping = traits;
        ping.key.protocol = 1; // its "ports" are types
        QVERIFY(!valueOf(ping, Trait::ServerPort));
    }

    void networksOfIpv6AreHalfAnAddress()
    {
        FlowTraits flow;
        flow.key.client.address = test::address("2001:db8:1:2:3:4:5:6");
        QCOMPARE(detect::text(*valueOf(flow, Trait::ClientNetwork), Trait::ClientNetwork),
                 std::string("2001:db8:1:2::/64"));
    }
};

QTEST_GUILESS_MAIN(ShortcutGuardTest)
#include "shortcut_guard_test.moc"
