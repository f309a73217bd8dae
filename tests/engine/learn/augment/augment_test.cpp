// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/feature_schema.h"
#include "engine/learn/augment/alterations.h"
#include "engine/learn/augment/augment.h"
#include "engine/learn/augment/restated_statistics.h"
#include "tests/support/flow_builder.h"

#include <algorithm>
#include <array>
#include <cmath>

using namespace flowscent;
using features::FeatureSet;
using learn::Alteration;
using learn::AugmentSettings;
using packet::TcpFlag;
using Kind = Alteration::Kind;

namespace {

constexpr std::size_t fields = features::sequenceFields;
constexpr std::uint8_t push = TcpFlag::Psh | TcpFlag::Ack;

std::size_t placeOf(std::string_view name)
{
    const auto definitions = features::statisticDefinitions();
    const auto found = std::ranges::find(definitions, name, &features::FeatureDefinition::name);
    if (found == definitions.end())
        qFatal("no such statistic");
    return static_cast<std::size_t>(found - definitions.begin());
}

float statistic(std::span<const float> row, std::string_view name)
{
    return row[placeOf(name)];
}

FeatureSet extracted(const test::Conversation& talk)
{
    const auto reported = test::assemble(talk.frames);
    if (reported.size() != 1)
        qFatal("expected one flow, got %zu", reported.size());
    return features::extract(reported.front().record);
}

struct Page {
    std::size_t segment = 1000;                         ///< bytes
    base::Nanoseconds travels = test::milliseconds(40); ///< there and back
    std::size_t bytes = 5000;
    bool resent = false; ///< the request's segment comes twice
};

/// A request of 300 bytes and a page in segments, seen beside the client; acknowledgements come at once.
test::Conversation page(const Page& how = {})
{
    test::Conversation talk;
    talk.gap = 0;
    const auto roundTrip = how.travels;
    talk.out({.flags = TcpFlag::Syn, .sequence = 999}).wait(roundTrip);
    talk.in({.flags = TcpFlag::Syn | TcpFlag::Ack, .sequence = 4999, .acknowledged = 1000, .window = 9000});
    talk.wait(test::milliseconds(1)).out({.sequence = 1000, .acknowledged = 5000});
    const test::TcpSegment request{
        .flags = push, .sequence = 1000, .acknowledged = 5000, .window = 2000, .payload = 300};
    talk.out(request);
    if (how.resent)
        talk.wait(test::milliseconds(2)).out(request);
    talk.wait(roundTrip);
    std::uint32_t next = 5000;
    for (std::size_t left = how.bytes; left > 0;) {
        const std::size_t size = std::min(left, how.segment);
        left -= size;
        talk.in({.flags = left == 0 ? push : std::uint8_t{TcpFlag::Ack},
                 .sequence = next,
                 .acknowledged = 1300,
                 .window = 8000,
                 .payload = size});
        next += static_cast<std::uint32_t>(size);
    }
    talk.wait(test::milliseconds(1));
    talk.out({.flags = TcpFlag::Fin | TcpFlag::Ack, .sequence = 1300, .acknowledged = next, .window = 1500});
    talk.wait(roundTrip);
    talk.in({.flags = TcpFlag::Fin | TcpFlag::Ack, .sequence = next, .acknowledged = 1301, .window = 8000});
    return talk;
}

test::Conversation datagrams(int count, base::Nanoseconds pause)
{
    test::Conversation talk;
    talk.gap = pause;
    for (int i = 0; i < count; ++i)
        i % 3 == 0 ? talk.udpOut(static_cast<std::size_t>(40 + i)) : talk.udpIn(static_cast<std::size_t>(500 + i));
    return talk;
}

/// Text that names the first statistic that differs by more than `tolerance` of its size; empty when there is none.
QByteArray difference(std::span<const float> found, std::span<const float> expected, double tolerance = 1e-4,
                      std::initializer_list<std::string_view> butFor = {})
{
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const std::string_view name = features::statisticDefinitions()[i].name;
        const double apart = std::abs(static_cast<double>(found[i]) - expected[i]);
        if (std::ranges::find(butFor, name) == butFor.end() && !(apart <= tolerance * (1 + std::abs(expected[i]))))
            return QByteArray(name.data(), static_cast<qsizetype>(name.size())) + ": " + QByteArray::number(found[i]) +
                   " instead of " + QByteArray::number(expected[i]);
    }
    return {};
}

/// The flow after one alteration, both halves of the row.
FeatureSet altered(const FeatureSet& flow, const Alteration& alteration, const learn::PacketSketches& after)
{
    auto before = learn::readPackets(flow.sequences.row(0));
    learn::restoreLongGaps(before, flow.statistics.row(0));
    FeatureSet result = flow;
    learn::restate(result.statistics.row(0), before, after, alteration);
    learn::writePackets(after, result.sequences.row(0));
    return result;
}

learn::PacketSketches packetsOf(const FeatureSet& flow)
{
    return learn::readPackets(flow.sequences.row(0));
}

FeatureSet someFlows()
{
    FeatureSet flows = extracted(page());
    for (const auto& talk :
         {page({.segment = 1448, .bytes = 20'000}), page({.segment = 1448, .bytes = 90'000}), page({.resent = true}),
          datagrams(1, 0), datagrams(9, test::milliseconds(30)), datagrams(70, test::milliseconds(3)),
          datagrams(6, test::seconds(70)), datagrams(2, test::seconds(100))})
        flows.append(extracted(talk));
    flows.append({base::Matrix(1, features::sequenceLength * fields), // without any packet
                  base::Matrix(1, features::statisticDefinitions().size())});
    return flows;
}

const AugmentSettings never{
    .resegment = 0, .scaleRoundTrips = 0, .jitter = 0, .lose = 0, .duplicate = 0, .truncate = 0};
const AugmentSettings always{.resegment = 1,
                             .scaleRoundTrips = 1,
                             .jitter = 1,
                             .lose = 1,
                             .lossRate = 0.1,
                             .duplicate = 1,
                             .duplicateRate = 0.1,
                             .truncate = 1};

} // namespace

class AugmentTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// An alteration that changes no packet must find again what extraction said, of TCP with noise and without, of
    /// datagrams, and with a pause longer than a row can say.
    void statisticsOfWholeFlowsAreFoundAgain()
    {
        for (const auto& talk :
             {page(), page({.segment = 1448, .bytes = 20'000}), page({.resent = true}), datagrams(1, 0),
              datagrams(9, test::milliseconds(30)), datagrams(2, test::seconds(100))}) {
            const FeatureSet flow = extracted(talk);
            auto packets = packetsOf(flow);
            QVERIFY(learn::isWhole(packets, flow.statistics.row(0)));
            learn::restoreLongGaps(packets, flow.statistics.row(0));
            const FeatureSet again = altered(flow, {.kind = Kind::Jitter}, packets);
            const auto apart = difference(again.statistics.row(0), flow.statistics.row(0));
            QVERIFY2(apart.isEmpty(), apart.constData());
            QVERIFY(again.sequences == flow.sequences);
        }
        QVERIFY(!learn::isWhole(packetsOf(extracted(datagrams(70, 1))), extracted(datagrams(70, 1)).statistics.row(0)));
    }

    /// The same page sent by a stack with smaller segments, through assembler and extraction, is the golden value.
    void aRecutFlowIsThatOfTheOtherStack()
    {
        const FeatureSet large = extracted(page({.segment = 1000, .bytes = 5000}));
        const FeatureSet small = extracted(page({.segment = 536, .bytes = 5000}));
        const FeatureSet recut =
            altered(large, {.kind = Kind::Segments, .segmentSize = 536}, learn::resegment(packetsOf(large), 536));
        QVERIFY(recut.sequences == small.sequences);
        const auto apart = difference(recut.statistics.row(0), small.statistics.row(0));
        QVERIFY2(apart.isEmpty(), apart.constData());
        const FeatureSet joined =
            altered(small, {.kind = Kind::Segments, .segmentSize = 1000}, learn::resegment(packetsOf(small), 1000));
        QVERIFY(joined.sequences == large.sequences);
    }

    /// The same page from a server twice as far away, through assembler and extraction. The client answers after 1 ms,
    /// which nobody can tell from travelling beside it, so the golden one answers after 2 ms.
    void aSlowerFlowIsThatOfTheLongerWay()
    {
        const FeatureSet near = extracted(page({.travels = test::milliseconds(40)}));
        const FeatureSet scaled =
            altered(near, {.kind = Kind::RoundTrips, .roundTripFactor = 2}, learn::scaleRoundTrips(packetsOf(near), 2));
        test::Conversation talk = page({.travels = test::milliseconds(80)});
        // The client's two answers come 1 ms later: after the SYN-ACK and after the page.
        for (std::size_t i = 2; i < talk.frames.size(); ++i)
            talk.frames[i].time += test::milliseconds(i < talk.frames.size() - 2 ? 1 : 2);
        const FeatureSet far = extracted(talk);
        QVERIFY(scaled.sequences == far.sequences);
        const auto apart = difference(scaled.statistics.row(0), far.statistics.row(0));
        QVERIFY2(apart.isEmpty(), apart.constData());
        QCOMPARE(statistic(scaled.statistics.row(0), "handshake_rtt"), 80'000.0F);
    }

    /// A capture that ends after five packets, through extraction, is the golden value; of a flow that fits in its
    /// sequence and of one that does not.
    void aCutFlowIsThatOfTheShorterCapture()
    {
        for (const std::size_t bytes : {std::size_t{5000}, std::size_t{90'000}}) {
            const FeatureSet all = extracted(page({.bytes = bytes}));
            test::Conversation shorter = page({.bytes = bytes});
            shorter.frames.resize(5);
            const FeatureSet expected = extracted(shorter);
            const FeatureSet cut = altered(all, {.kind = Kind::CutOff}, learn::truncate(packetsOf(all), 5));
            QVERIFY(cut.sequences == expected.sequences);
            const auto apart = difference(cut.statistics.row(0), expected.statistics.row(0));
            QVERIFY2(apart.isEmpty(), apart.constData());
            QVERIFY(learn::isWhole(packetsOf(cut), cut.statistics.row(0)));
        }
    }

    /// A datagram that was not captured: golden by extraction.
    void aLostDatagramIsThatOfTheCaptureWithoutIt()
    {
        const auto talk = datagrams(9, test::milliseconds(30));
        test::Conversation without = talk;
        without.frames.erase(without.frames.begin() + 4);
        const FeatureSet expected = extracted(without);
        const FeatureSet flow = extracted(talk);
        auto left = packetsOf(flow);
        left[5].gap += left[4].gap;
        left.erase(left.begin() + 4);
        const FeatureSet lost = altered(flow, {.kind = Kind::Loss}, left);
        QVERIFY(lost.sequences == expected.sequences);
        const auto apart = difference(lost.statistics.row(0), expected.statistics.row(0));
        QVERIFY2(apart.isEmpty(), apart.constData());
    }

    /// A segment of the page that is lost and sent again at the end of the page: noise to extraction.
    void aLostSegmentIsSentAgainAsNoise()
    {
        test::Conversation late = page();
        const std::size_t third = 6; // SYN, SYN-ACK, ACK, request, two segments, this one
        std::rotate(late.frames.begin() + third, late.frames.begin() + third + 1, late.frames.begin() + 9);
        const FeatureSet expected = extracted(late);
        QVERIFY(statistic(expected.statistics.row(0), "noise_share") > 0);
        const FeatureSet flow = extracted(page());
        auto left = packetsOf(flow);
        left.erase(left.begin() + third);
        const FeatureSet lost = altered(flow, {.kind = Kind::Loss}, left);
        QVERIFY(lost.sequences == expected.sequences);
        const auto apart = difference(lost.statistics.row(0), expected.statistics.row(0));
        QVERIFY2(apart.isEmpty(), apart.constData());
        QVERIFY(learn::isWhole(left, lost.statistics.row(0)));
    }

    /// The request twice: extraction calls the copy noise. By what `page` says, it has PSH, which copies are not given.
    void aCopiedSegmentIsNoise()
    {
        const FeatureSet flow = extracted(page());
        const FeatureSet expected = extracted(page({.resent = true}));
        const FeatureSet twice = altered(flow, {.kind = Kind::Repetition, .repeated = {1, 0}}, packetsOf(flow));
        QVERIFY(twice.sequences == flow.sequences);
        for (const char* name : {"packets_out", "packets_in", "noise_share", "packets_out_share", "payload_out"})
            QCOMPARE(statistic(twice.statistics.row(0), name), statistic(expected.statistics.row(0), name));
    }

    /// A flow that goes on, by hand: 90 segments of 1000 bytes make ceil(90000 / 536) = 168 of at most 536. The
    /// server's 92 packets (SYN-ACK, FIN-ACK and 90 segments) grow by 78 to 170; the mean is 90000 / 170. Then against
    /// the page sent that way, through extraction, but for what is said to be left or bounded.
    void ofALongFlowSegmentsAreEstimated()
    {
        const FeatureSet flow = extracted(page({.segment = 1000, .bytes = 90'000}));
        QCOMPARE(statistic(flow.statistics.row(0), "packets_in"), 92.0F);
        const FeatureSet recut =
            altered(flow, {.kind = Kind::Segments, .segmentSize = 536}, learn::resegment(packetsOf(flow), 536));
        const auto row = recut.statistics.row(0);
        QCOMPARE(statistic(row, "payload_in_max"), 536.0F);
        QCOMPARE(statistic(row, "with_payload_in"), 168.0F);
        QCOMPARE(statistic(row, "packets_in"), 170.0F);
        QCOMPARE(statistic(row, "payload_in"), 90'000.0F);
        QVERIFY(std::abs(statistic(row, "payload_in_mean") - 90'000.0F / 170) < 0.01F);
        QVERIFY(statistic(row, "payload_in_std") <= 268.0F);
        QCOMPARE(statistic(row, "payload_in_q50"), 536.0F);
        QCOMPARE(statistic(row, "payload_out_max"), 300.0F); // was small enough
        const FeatureSet golden = extracted(page({.segment = 536, .bytes = 90'000}));
        const auto apart = difference(row, golden.statistics.row(0), 1e-3,
                                      {"payload_in_std", "gap_mean", "gap_std", "gap_cv", "gap_in_mean", "gap_in_std"});
        QVERIFY2(apart.isEmpty(), apart.constData());
    }

    /// A flow that goes on: gaps of 3 ms, doubled where the direction changes, so that the sequence's time grows from
    /// 31 gaps to 31 + changes; the flow's times grow likewise.
    void ofALongFlowTimesGrowAsItsSequenceDid()
    {
        const FeatureSet flow = extracted(datagrams(70, test::milliseconds(3)));
        const auto before = packetsOf(flow);
        const auto after = learn::scaleRoundTrips(before, 2);
        int changes = 0;
        for (std::size_t i = 1; i < before.size(); ++i)
            changes += before[i].fromServer != before[i - 1].fromServer ? 1 : 0;
        const float grown = static_cast<float>(31 + changes) / 31;
        const FeatureSet scaled = altered(flow, {.kind = Kind::RoundTrips, .roundTripFactor = 2}, after);
        for (const char* name : {"duration", "gap_mean", "gap_out_mean", "gap_in_mean"}) {
            const float expected = grown * statistic(flow.statistics.row(0), name);
            QVERIFY2(std::abs(statistic(scaled.statistics.row(0), name) - expected) < 1e-4F * expected, name);
        }
        QCOMPARE(statistic(scaled.statistics.row(0), "gap_max"), 6.0F);
        QCOMPARE(statistic(scaled.statistics.row(0), "gap_min"), 3000.0F);
        const double rate = 70 / (statistic(scaled.statistics.row(0), "duration") / 1e3 + 1e-3);
        QVERIFY(std::abs(statistic(scaled.statistics.row(0), "packet_rate") - rate) < 1e-3 * rate);
        QCOMPARE(statistic(scaled.statistics.row(0), "payload_in"), statistic(flow.statistics.row(0), "payload_in"));
    }

    /// Packet 4 (in, 504 bytes) of 70 is missing: one packet and 504 bytes less, all else of the sums as it was.
    void ofALongFlowWhatIsLostIsTakenOff()
    {
        const FeatureSet flow = extracted(datagrams(70, test::milliseconds(3)));
        auto left = packetsOf(flow);
        left.erase(left.begin() + 4);
        const FeatureSet lost = altered(flow, {.kind = Kind::Loss}, left);
        const auto before = flow.statistics.row(0);
        const auto after = lost.statistics.row(0);
        for (const char* name : {"packets_in", "with_payload_in"})
            QCOMPARE(statistic(after, name), statistic(before, name) - 1);
        QCOMPARE(statistic(after, "payload_in"), statistic(before, "payload_in") - 504);
        for (const char* name : {"packets_out", "payload_out", "duration", "payload_in_max", "noise_share"})
            QCOMPARE(statistic(after, name), statistic(before, name));
        const float out = statistic(after, "packets_out");
        QCOMPARE(statistic(after, "packets_out_share"), out / (out + statistic(after, "packets_in")));
    }

    void withProbabilityZeroNothingChanges()
    {
        const FeatureSet flows = someFlows();
        base::Rng rng(1);
        QVERIFY(learn::augment(flows, never, rng) == flows);
    }

    void theSameSeedAltersTheSame()
    {
        const FeatureSet flows = someFlows();
        base::Rng one(7);
        base::Rng other(7);
        base::Rng third(8);
        const FeatureSet first = learn::augment(flows, {}, one);
        QVERIFY(first == learn::augment(flows, {}, other));
        QVERIFY(!(first == learn::augment(flows, {}, third)));
    }

    /// The first flow meets the same chances whatever comes behind it, and takes one number of the generator.
    void whatHappensToOneFlowMovesNothingInAnother()
    {
        const FeatureSet flows = someFlows();
        base::Rng all(7);
        base::Rng single(7);
        const FeatureSet together = learn::augment(flows, always, all);
        for (std::uint32_t row = 0; row < flows.size(); ++row) {
            const std::array<std::uint32_t, 1> index{row};
            QVERIFY(learn::augment(flows.rows(index), always, single) == together.rows(index));
        }
    }

    /// Every sequence, whatever was done to it, is one that extraction could have made: packets first, then zeros;
    /// directions, bursts and windows that fit; a first gap of 0 and no other below 0 or above a minute.
    void sequencesAreAlwaysPossible()
    {
        const FeatureSet flows = someFlows();
        base::Rng rng(9);
        for (int round = 0; round < 300; ++round) {
            const FeatureSet variants = learn::augment(flows, round % 2 == 0 ? always : AugmentSettings{}, rng);
            for (std::size_t row = 0; row < variants.size(); ++row)
                checkSequence(variants.sequences.row(row));
        }
    }

    /// Relations that hold between statistics of every flow.
    void statisticsAreAlwaysConsistent()
    {
        const FeatureSet flows = someFlows();
        base::Rng rng(10);
        for (int round = 0; round < 300; ++round) {
            const FeatureSet variants = learn::augment(flows, round % 2 == 0 ? always : AugmentSettings{}, rng);
            for (std::size_t row = 0; row + 1 < variants.size(); ++row) // but for the one without packets
                checkStatistics(variants.statistics.row(row));
        }
    }

    void aFlowWithoutPacketsStaysAsItIs()
    {
        const FeatureSet flows = someFlows();
        const std::array<std::uint32_t, 1> last{static_cast<std::uint32_t>(flows.size() - 1)};
        base::Rng rng(11);
        QVERIFY(learn::augment(flows.rows(last), always, rng) == flows.rows(last));
        QCOMPARE(learn::augment({}, always, rng).size(), std::size_t(0));
    }

    /// 4 to 32 of the first 32 packets, each number some time; a flow of one packet has nothing to cut.
    void cutsLeaveAsManyAsStated()
    {
        AugmentSettings cut = never;
        cut.truncate = 1;
        const FeatureSet flow = extracted(datagrams(70, test::milliseconds(3)));
        base::Rng rng(12);
        std::array<int, 33> seen{};
        for (int i = 0; i < 2000; ++i)
            ++seen[packetsOf(learn::augment(flow, cut, rng)).size()];
        for (std::size_t count = 0; count < seen.size(); ++count)
            QVERIFY2((seen[count] > 0) == (count >= 4), qPrintable(QString::number(count)));
        const FeatureSet lone = extracted(datagrams(1, 0));
        QVERIFY(learn::augment(lone, cut, rng) == lone);
    }

    void datagramsAreNeverRecut()
    {
        AugmentSettings recut = never;
        recut.resegment = 1;
        recut.segmentSizes = {100};
        base::Rng rng(13);
        const FeatureSet flow = extracted(datagrams(9, test::milliseconds(3)));
        QVERIFY(learn::augment(flow, recut, rng) == flow);
        QVERIFY(!(learn::augment(extracted(page()), recut, rng) == extracted(page())));
    }

    void settingsOutOfRangeAreNamed()
    {
        QVERIFY(learn::check({}));
        QVERIFY(learn::check(never));
        for (const auto& [settings, name] : std::vector<std::pair<AugmentSettings, std::string>>{
                 {{.resegment = 1.5}, "resegment"},
                 {{.segmentSizes = {}}, "segmentSizes"},
                 {{.segmentSizes = {1460, 0}}, "segmentSizes"},
                 {{.leastFactor = 0}, "leastFactor"},
                 {{.leastFactor = 2, .largestFactor = 1}, "largestFactor"},
                 {{.jitterDeviation = std::nan("")}, "jitterDeviation"},
                 {{.lossRate = -0.1}, "lossRate"},
                 {{.fewestPackets = 0}, "fewestPackets"},
                 {{.fewestPackets = 33}, "fewestPackets"}}) {
            const auto checked = learn::check(settings);
            QVERIFY2(!checked, name.c_str());
            QVERIFY2(checked.error().what.find(name) != std::string::npos, name.c_str());
        }
    }

private:
    static void checkSequence(std::span<const float> row)
    {
        enum { Size, Direction, Gap, Flag, Push, Window, Burst, Valid };
        std::array<bool, 2> spoken{};
        std::size_t count = 0;
        while (count < features::sequenceLength && row[count * fields + Valid] == 1)
            ++count;
        QVERIFY(std::all_of(row.begin() + static_cast<std::ptrdiff_t>(count * fields), row.end(),
                            [](float value) { return value == 0; }));
        for (std::size_t i = 0; i < count; ++i) {
            const auto packet = row.subspan(i * fields, fields);
            QVERIFY(std::abs(packet[Direction]) == 1);
            QVERIFY(packet[Size] * packet[Direction] >= 0 && packet[Size] == std::round(packet[Size]));
            QVERIFY(packet[Gap] >= 0 && packet[Gap] <= 60e6F && (i > 0 || packet[Gap] == 0));
            QVERIFY((packet[Flag] == 0 || packet[Flag] == 1) && (packet[Push] == 0 || packet[Push] == 1));
            bool& before = spoken[packet[Direction] > 0 ? 0 : 1];
            QVERIFY(before || packet[Window] == 0);
            before = true;
            const bool goesOn = i > 0 && row[(i - 1) * fields + Direction] == packet[Direction];
            QVERIFY(packet[Burst] == (goesOn ? row[(i - 1) * fields + Burst] + 1 : 0));
        }
    }

    static void checkStatistics(std::span<const float> row)
    {
        const auto value = [&](const char* name) { return static_cast<double>(statistic(row, name)); };
        const auto near = [](double one, double other) {
            return std::abs(one - other) <= 1e-3 * (1 + std::abs(other));
        };
        for (const float number : row)
            QVERIFY(std::isfinite(number) && number >= 0);
        const double packets = value("packets_out") + value("packets_in");
        const double payload = value("payload_out") + value("payload_in");
        QVERIFY(packets >= 1);
        QVERIFY(near(value("packets_out_share"), value("packets_out") / packets));
        QVERIFY(near(value("payload_out_share"), payload > 0 ? value("payload_out") / payload : 0));
        QVERIFY(near(value("packet_rate"), packets / (value("duration") / 1e3 + 1e-3)));
        QVERIFY(near(value("payload_rate"), payload / (value("duration") / 1e3 + 1e-3)));
        QVERIFY(value("gap_min") / 1e3 <= value("gap_mean") * 1.001 + 1e-3);
        QVERIFY(value("gap_mean") <= value("gap_max") * 1.001 + 1e-3);
        QVERIFY(value("noise_share") <= 1);
        for (const std::string side : {"out", "in"}) {
            const auto of = [&](const std::string& name) { return value(name.c_str()); };
            QVERIFY(of("with_payload_" + side) <= of("packets_" + side));
            QVERIFY(of("payload_" + side + "_mean") <= of("payload_" + side + "_max") * 1.001);
            QVERIFY(of("payload_" + side + "_q25") <= of("payload_" + side + "_q50"));
            QVERIFY(of("payload_" + side + "_q50") <= of("payload_" + side + "_q75"));
            QVERIFY(of("payload_" + side + "_q75") <= of("payload_" + side + "_max"));
            QVERIFY(of("psh_" + side + "_share") <= 1);
        }
    }
};

QTEST_GUILESS_MAIN(AugmentTest)
#include "augment_test.moc"
