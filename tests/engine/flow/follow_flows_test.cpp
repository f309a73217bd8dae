// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "engine/flow/follow_flows.h"
#include "tests/support/flow_builder.h"

#include <fstream>

using namespace flowscent;
using namespace flowscent::test;
using base::Error;
using flow::FlowEnd;
using flow::FlowRecord;
using flow::followFlows;

namespace {

/// Each with its own client, a few milliseconds after the one before.
std::vector<Frame> conversations(std::size_t count)
{
    std::vector<Conversation> all(count);
    for (std::size_t i = 0; i < count; ++i) {
        all[i].client = "10.0.0." + std::to_string(i + 1);
        all[i].now += milliseconds(static_cast<std::int64_t>(i));
        all[i].udpOut(1).udpOut(2);
    }
    return merged(all);
}

void append(const std::filesystem::path& file, const Bytes& bytes)
{
    std::ofstream out(file, std::ios::binary | std::ios::app);
    out.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
}

} // namespace

class FollowFlowsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

private Q_SLOTS:
    /// Nothing comes any more, and still flows end: the wall's clock goes on for the capture's, whatever year that is.
    void idleFlowsEndWhileNothingComes()
    {
        const auto file = save(path("idle.pcap"), pcap(conversations(5)));
        std::stop_source stop;
        std::vector<FlowEnd> ends;
        const auto outcome = followFlows(file, {.idleTimeout = milliseconds(300)},
                                         {.ended =
                                              [&](const FlowRecord& record) {
                                                  ends.push_back(record.end);
                                                  if (ends.size() == 5)
                                                      stop.request_stop();
                                                  return true;
                                              }},
                                         stop.get_token());
        QVERIFY(outcome && !outcome->damage);
        QCOMPARE(ends, std::vector<FlowEnd>(5, FlowEnd::Idle));
        QCOMPARE(outcome->counters.packets, std::uint64_t(10));
    }

    void stopEndsTheRest()
    {
        const Bytes bytes = pcap(conversations(4));
        const auto file = save(path("rest.pcap"), Bytes(bytes.begin(), bytes.begin() + 24));
        std::stop_source stop;
        std::vector<FlowEnd> ends;
        int waits = 0;
        const auto waiting = [&] {
            if (++waits == 1)
                append(file, Bytes(bytes.begin() + 24, bytes.end() - 7)); // the last record stays half written
            else if (waits == 3)
                stop.request_stop();
            return true;
        };
        const auto outcome = followFlows(file, {},
                                         {.ended =
                                              [&](const FlowRecord& record) {
                                                  ends.push_back(record.end);
                                                  return true;
                                              },
                                          .waiting = waiting},
                                         stop.get_token());
        QVERIFY(outcome && !outcome->damage);
        QCOMPARE(outcome->counters.packets, std::uint64_t(7));
        QCOMPARE(ends, std::vector<FlowEnd>(4, FlowEnd::SourceEnded));
    }

    void whoHasSeenEnoughEndsIt()
    {
        const auto file = save(path("enough.pcap"), pcap(conversations(4)));
        int seen = 0;
        const auto outcome = followFlows(file, {.idleTimeout = milliseconds(100)},
                                         {.ended = [&](const FlowRecord&) { return ++seen < 2; }}, {});
        QVERIFY(outcome);
        QCOMPARE(seen, 2);
    }

    void aRemovedFileIsDamage()
    {
        const auto file = save(path("removed.pcap"), pcap(conversations(2)));
        int ended = 0;
        const auto outcome = followFlows(file, {},
                                         {.ended = [&](const FlowRecord&) { return ++ended > 0; },
                                          .waiting =
                                              [&] {
                                                  std::filesystem::remove(file);
                                                  return true;
                                              }},
                                         {});
        QVERIFY(outcome && outcome->damage);
        QCOMPARE(outcome->damage->code, Error::Code::Io);
        QCOMPARE(ended, 2);
    }

    void whatIsNoCaptureFails()
    {
        QVERIFY(!followFlows(path("missing"), {}, {}, {}));
        const auto letter = followFlows(save(path("letter"), Bytes(100, 'x')), {}, {}, {});
        QVERIFY(!letter);
        QCOMPARE(letter.error().code, Error::Code::Format);
    }
};

QTEST_GUILESS_MAIN(FollowFlowsTest)
#include "follow_flows_test.moc"
