// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/live_detector.h"
#include "tests/support/flow_builder.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <set>
#include <thread>

using namespace flowscent;
using namespace std::chrono_literals;
using base::Matrix;
using test::Conversation;
using test::Frame;

namespace {

/// An encoder without LibTorch: the statistics, squashed.
class StatisticsEncoder final : public learn::Encoder {
public:
    StatisticsEncoder()
    {
        m_model.scaler = {.sequenceMedian = std::vector<float>(features::sequenceFields, 0.0F),
                          .sequenceRange = std::vector<float>(features::sequenceFields, 1.0F),
                          .statisticMedian = std::vector<float>(features::statisticDefinitions().size(), 0.0F),
                          .statisticRange = std::vector<float>(features::statisticDefinitions().size(), 1.0F)};
    }
    base::Result<Matrix> embed(const features::FeatureSet& raw, const base::ProgressSink&,
                               const std::stop_token&) const override
    {
        if (broken)
            return base::failure(base::Error::Code::Model, "the encoder broke");
        Matrix embeddings = raw.statistics;
        for (float& value : embeddings.values)
            value = std::asinh(value);
        return embeddings;
    }
    const learn::BaseModel& model() const override { return m_model; }

    bool broken = false;

private:
    learn::BaseModel m_model;
};

/// Frames handed out one by one; may end with an error.
class FrameSource : public capture::PacketSource {
public:
    explicit FrameSource(std::vector<Frame> frames, std::optional<base::Error> end = {})
        : m_frames(std::move(frames))
        , m_end(std::move(end))
    {
    }
    base::Result<std::optional<capture::PacketView>> next() override
    {
        if (m_next < m_frames.size())
            return std::optional(test::view(m_frames[m_next++]));
        if (m_end)
            return base::failure(*m_end);
        return std::optional<capture::PacketView>{};
    }
    bool finished() const override { return m_next == m_frames.size() && !m_end; }
    std::string name() const override { return "frames"; }
    std::uint64_t bytesDone() const override { return m_next; }
    std::uint64_t bytesTotal() const override { return m_frames.size(); }
    std::size_t taken() const { return m_next; }

protected:
    std::vector<Frame> m_frames;
    std::optional<base::Error> m_end;
    std::atomic<std::size_t> m_next = 0;
};

/// A wire: silent after its frames until it is cut.
class Wire final : public FrameSource {
public:
    using FrameSource::FrameSource;
    base::Result<std::optional<capture::PacketView>> next() override
    {
        if (m_next < m_frames.size() || (m_cut && m_end))
            return FrameSource::next();
        std::this_thread::sleep_for(5ms);
        return std::optional<capture::PacketView>{};
    }
    bool finished() const override { return m_cut && FrameSource::finished(); }
    bool live() const override { return true; }
    void cut() { m_cut = true; }

private:
    std::atomic<bool> m_cut = false;
};

/// A finished TCP conversation with a request and an answer per turn.
Conversation talk(std::uint16_t port, base::Nanoseconds start, int turns, std::size_t request, std::size_t answer)
{
    Conversation talk;
    talk.clientPort = port;
    talk.now = start;
    talk.handshake();
    std::uint32_t client = 1001;
    std::uint32_t server = 5001;
    for (int turn = 0; turn < turns; ++turn) {
        talk.out({.sequence = client, .acknowledged = server, .payload = request});
        client += static_cast<std::uint32_t>(request);
        talk.in({.sequence = server, .acknowledged = client, .payload = answer});
        server += static_cast<std::uint32_t>(answer);
    }
    return talk.goodbye(client, server);
}

constexpr int benignFlows = 120;
constexpr int beaconFlows = 12;

std::vector<Frame> traffic()
{
    base::Rng rng(3);
    std::vector<Conversation> conversations;
    const base::Nanoseconds begin = test::seconds(1'700'000'000);
    for (int i = 0; i < benignFlows; ++i)
        conversations.push_back(talk(static_cast<std::uint16_t>(20'000 + i), begin + test::milliseconds(137 * i),
                                     1 + static_cast<int>(rng.below(25)), 100 + rng.below(500), 200 + rng.below(1200)));
    for (int i = 0; i < beaconFlows; ++i)
        conversations.push_back(talk(static_cast<std::uint16_t>(50'000 + i), begin + test::seconds(2 * i), 2,
                                     60 + rng.below(4), 20 + rng.below(4)));
    return test::merged(conversations);
}

bool isBeacon(const flow::FlowRecord& record)
{
    return record.key.client.port >= 50'000;
}

features::FeatureSet featuresOf(const std::vector<test::Reported>& flows, bool beacon, std::size_t most)
{
    features::FeatureSet set;
    for (const auto& [id, record] : flows) {
        if (isBeacon(record) == beacon && set.size() < most)
            set.append(features::extract(record));
    }
    return set;
}

detect::Detector detectorFor(const std::vector<test::Reported>& flows)
{
    const StatisticsEncoder encoder;
    auto detector = detect::adapt(encoder, {std::make_shared<learn::BaseModel>(), {}},
                                  {featuresOf(flows, true, 3), {}, featuresOf(flows, false, 64)}, {}, {});
    if (!detector)
        qFatal("%s", detector.error().sentence().c_str());
    return *detector;
}

/// Everything is an alarm, so that every verdict shows.
detect::Detector alarmist(detect::Detector detector)
{
    detector.line = -1e9;
    return detector;
}

struct Outcome {
    detect::LiveCounters counters;
    std::vector<detect::Alert> alerts;
};

Outcome detectIn(capture::PacketSource& source, const detect::Detector& detector,
                 const detect::LiveSettings& settings = {})
{
    Outcome outcome;
    const auto counters = detect::detectOn(source, detector, StatisticsEncoder(), settings,
                                           [&](const detect::Alert& alert) { outcome.alerts.push_back(alert); }, {});
    if (!counters)
        qFatal("%s", counters.error().sentence().c_str());
    outcome.counters = *counters;
    return outcome;
}

std::set<std::uint32_t> flowsAt(const std::vector<detect::Alert>& alerts, detect::Stage stage)
{
    std::set<std::uint32_t> flows;
    for (const detect::Alert& alert : alerts) {
        if (alert.stage == stage)
            flows.insert(alert.flowId.value);
    }
    return flows;
}

} // namespace

class LiveDetectorTest : public QObject {
    Q_OBJECT

    const std::vector<Frame> m_frames = traffic();
    const std::vector<test::Reported> m_flows = test::assemble(m_frames);
    const detect::Detector m_detector = detectorFor(m_flows);

    std::set<std::uint32_t> offlineAlarms() const
    {
        std::set<std::uint32_t> alarms;
        for (const auto& [id, record] : m_flows) {
            const auto flow = detect::describe(StatisticsEncoder(), features::extract(record), {}, {});
            if (detect::verdict(detect::score(m_detector, *flow)[0]) == detect::Verdict::Threat)
                alarms.insert(id.value);
        }
        return alarms;
    }

private Q_SLOTS:
    void aReplayAlertsOnWhatScoringTheFileRanksAboveTheLine_data()
    {
        QTest::addColumn<int>("batch");
        QTest::addColumn<double>("speed");
        QTest::newRow("at once, one by one") << 1 << 0.0;
        QTest::newRow("at once, in batches") << 256 << 0.0;
        QTest::newRow("paced") << 16 << 1000.0;
    }
    void aReplayAlertsOnWhatScoringTheFileRanksAboveTheLine()
    {
        QFETCH(const int, batch);
        QFETCH(const double, speed);
        FrameSource source(m_frames);
        const Outcome outcome =
            detectIn(source, m_detector, {.batch = static_cast<std::size_t>(batch), .replaySpeed = speed});
        const auto alarms = flowsAt(outcome.alerts, detect::Stage::End);
        QVERIFY(alarms == offlineAlarms());
        QVERIFY(alarms.size() >= beaconFlows && alarms.size() < benignFlows / 4);
        QCOMPARE(outcome.counters.alerts, outcome.alerts.size());
        QVERIFY(!outcome.counters.damage);
    }

    void aFlowIsJudgedAfterEightAndThirtyTwoPacketsAndAtItsEnd()
    {
        FrameSource source(talk(40'000, test::seconds(1'700'000'000), 30, 50, 50).frames);
        const Outcome outcome = detectIn(source, alarmist(m_detector));
        QCOMPARE(outcome.alerts.size(), std::size_t(3));
        const std::vector<std::pair<detect::Stage, std::uint64_t>> expected{
            {detect::Stage::First8, 8}, {detect::Stage::First32, 32}, {detect::Stage::End, 66}};
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const auto& statistics = outcome.alerts[i].flow.statistics;
            QVERIFY(outcome.alerts[i].stage == expected[i].first);
            QCOMPARE(statistics.packets[0] + statistics.packets[1], expected[i].second);
        }
        QCOMPARE(outcome.counters.flowsJudged, std::uint64_t(3));
    }

    void aShortFlowIsJudgedOnce()
    {
        FrameSource source(Conversation().udpOut(40).udpIn(80).frames);
        const Outcome outcome = detectIn(source, alarmist(m_detector));
        QCOMPARE(outcome.alerts.size(), std::size_t(1));
        QVERIFY(outcome.alerts[0].stage == detect::Stage::End);
    }

    void theGoodPartOfADamagedReplayIsJudged()
    {
        FrameSource source(m_frames, base::Error{base::Error::Code::Truncated, "cut off after packet 9", "frames"});
        const Outcome outcome = detectIn(source, m_detector);
        QVERIFY(flowsAt(outcome.alerts, detect::Stage::End) == offlineAlarms());
        QVERIFY(outcome.counters.damage && outcome.counters.damage->code == base::Error::Code::Truncated);
    }

    void aReplayWithoutPacketsIsNoFailure()
    {
        FrameSource source({});
        const Outcome outcome = detectIn(source, m_detector);
        QCOMPARE(outcome.counters.flowsJudged, std::uint64_t(0));
        QVERIFY(outcome.alerts.empty());
    }

    void aFailingEncoderEndsTheRunWithItsReason()
    {
        FrameSource source(m_frames);
        StatisticsEncoder encoder;
        encoder.broken = true;
        const auto outcome = detect::detectOn(source, m_detector, encoder, {}, [](const detect::Alert&) {}, {});
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().what, std::string("the encoder broke"));
    }

    void aStoppedReplayReadsNoFurther()
    {
        FrameSource source(m_frames);
        std::stop_source stop;
        stop.request_stop();
        const auto outcome = detect::detectOn(
            source, m_detector, StatisticsEncoder(), {}, [](const detect::Alert&) {}, stop.get_token());
        QVERIFY(outcome);
        QCOMPARE(source.taken(), std::size_t(0));
    }

    /// The alert must come while the wire is still connected, from the clock alone: nothing is sent after the flow.
    void onTheWireAFinishedFlowIsJudgedWhileNothingElseComes()
    {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        Wire wire(talk(40'000, std::chrono::nanoseconds(now).count(), 1, 50, 50).frames);
        std::stop_source stop;
        std::atomic<int> ends = 0;
        std::jthread detection([&] {
            (void)detect::detectOn(
                wire, alarmist(m_detector), StatisticsEncoder(), {},
                [&](const detect::Alert& alert) { ends += alert.stage == detect::Stage::End ? 1 : 0; },
                stop.get_token());
        });
        QTRY_COMPARE_WITH_TIMEOUT(ends.load(), 1, 30'000);
        stop.request_stop();
        detection.join();
        QCOMPARE(ends.load(), 1);
    }

    void stoppingASilentWireEndsTheRunAndJudgesWhatIsOpen()
    {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        Conversation open;
        open.now = std::chrono::nanoseconds(now).count();
        Wire wire(open.handshake().frames);
        std::stop_source stop;
        std::atomic<int> alerts = 0;
        std::jthread detection([&] {
            (void)detect::detectOn(
                wire, alarmist(m_detector), StatisticsEncoder(), {}, [&](const detect::Alert&) { ++alerts; },
                stop.get_token());
        });
        QTRY_COMPARE_WITH_TIMEOUT(wire.taken(), std::size_t(3), 30'000);
        std::this_thread::sleep_for(200ms); // until the queue is empty; only makes the test stricter
        stop.request_stop();
        detection.join();
        QCOMPARE(alerts.load(), 1);
    }

    void theReasonWhyAWireEndedIsTold()
    {
        Wire wire(m_frames, base::Error{base::Error::Code::Io, "the interface went down", "eth7"});
        wire.cut();
        const Outcome outcome = detectIn(wire, m_detector);
        QVERIFY(outcome.counters.damage && outcome.counters.damage->where == "eth7");
        QVERIFY(flowsAt(outcome.alerts, detect::Stage::End) == offlineAlarms());
    }

    void packetsThatDoNotFitIntoTheQueueAreCounted()
    {
        Wire wire(m_frames);
        wire.cut();
        const Outcome outcome = detectIn(wire, m_detector, {.queueCapacity = 0});
        QCOMPARE(outcome.counters.dropped, static_cast<std::uint64_t>(m_frames.size()));
        QCOMPARE(outcome.counters.flowsJudged, std::uint64_t(0));
    }
};

QTEST_GUILESS_MAIN(LiveDetectorTest)
#include "live_detector_test.moc"
