// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QTemporaryDir>

#include "engine/store/corpus_duplicates.h"
#include "tests/engine/store/toy_corpus.h"

using namespace flowscent;
using store::FlowRepeats;
namespace fs = std::filesystem;

class CorpusDuplicatesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path m_corpus;

    void write(const std::vector<std::string>& rows) const
    {
        std::string text = test::manifestHeader;
        for (const std::string& row : rows)
            text += row + ",here,CC0\n";
        test::put(m_corpus / "manifest.csv", text);
    }
    /// Flows with payloads of these sizes: those of one size are duplicates.
    void capture(const std::string& name, const std::vector<std::size_t>& payloads, std::uint16_t firstPort) const
    {
        std::vector<test::ToyTalk> talks;
        for (const std::size_t payload : payloads)
            talks.push_back({.clientPort = firstPort++, .payload = payload});
        test::put(m_corpus / name, test::toyTalks(talks));
    }
    store::DuplicateReport find() const
    {
        auto report = store::findDuplicates(m_corpus, {}, {});
        return report ? std::move(*report) : store::DuplicateReport{.captures = 999};
    }
    static std::vector<std::string> capturesOf(const store::Manifest& manifest)
    {
        std::vector<std::string> names;
        for (std::size_t row = 0; row < manifest.size(); ++row)
            names.push_back(manifest.field(row, "capture"));
        return names;
    }

private Q_SLOTS:
    void init()
    {
        static int count = 0;
        m_corpus = m_folder.path().toStdString() + "/corpus" + std::to_string(count++);
    }

    void flowsAreCountedByWhereTheirSequenceOccursAgain()
    {
        write({"web.pcap,web,benign,train,s1", "mail.pcap,mail,benign,train,s2", "c2.pcap,c2,threat,train,s3",
               "later.pcap,web,benign,val,s4"});
        capture("web.pcap", {10, 10, 10, 20, 30}, 1000);
        capture("mail.pcap", {20, 40}, 2000);
        capture("c2.pcap", {30, 50, 50}, 3000);
        capture("later.pcap", {40}, 4000);
        const store::DuplicateReport report = find();
        QCOMPARE(report.captures, std::size_t(4));
        const FlowRepeats& web = report.byClass.at("web");
        QCOMPARE(web.flows, std::uint64_t(6));
        QCOMPARE(web.distinct, std::uint64_t(4)); // 10, 20, 30, 40
        QCOMPARE(web.repeated, std::uint64_t(2));
        QCOMPARE(web.inOtherClasses, std::uint64_t(2)); // 20 and 40
        QCOMPARE(web.contradictory, std::uint64_t(1));  // 30
        QCOMPARE(web.inOtherSplits, std::uint64_t(1));  // 40
        const FlowRepeats& threat = report.byClass.at("c2");
        QVERIFY(threat.threat);
        QCOMPARE(threat.flows, std::uint64_t(3));
        QCOMPARE(threat.repeated, std::uint64_t(1));
        QCOMPARE(threat.contradictory, std::uint64_t(1));
        QCOMPARE(threat.inOtherClasses, std::uint64_t(0));
        QCOMPARE(report.byClass.at("mail").inOtherSplits, std::uint64_t(1)); // 40
        QCOMPARE(report.all.flows, std::uint64_t(11));
        QCOMPARE(report.all.distinct, std::uint64_t(8));
        QCOMPARE(report.all.repeated, std::uint64_t(3));
        QCOMPARE(report.all.contradictory, std::uint64_t(2));
        QVERIFY(report.identical.empty());
        QVERIFY(capturesOf(report.reduced) == capturesOf(report.manifest));
    }

    void identicalCapturesAreLeftOutOfTheReducedManifest()
    {
        write({"a.pcap,web,benign,train,s1", "again.pcap,web,benign,train,s2", "other.pcap,mail,benign,train,s3",
               "val.pcap,mail,benign,val,s4", "threat.pcap,c2,threat,train,s5", "alone.pcap,web,benign,train,s6"});
        for (const char* name : {"a.pcap", "again.pcap", "other.pcap", "val.pcap", "threat.pcap"})
            capture(name, {10, 20}, 1000);
        capture("alone.pcap", {10, 21}, 1000); // as long, and not the same
        const store::DuplicateReport report = find();
        QVERIFY((report.identical == std::vector<std::vector<std::size_t>>{{0, 1, 2, 3, 4}}));
        QCOMPARE(report.acrossSplits, std::size_t(1));
        QCOMPARE(report.acrossKinds, std::size_t(1));
        QVERIFY((capturesOf(report.reduced) ==
                 std::vector<std::string>{"a.pcap", "other.pcap", "threat.pcap", "alone.pcap"}));
    }

    void whatCannotBeReadIsRemarkedOn()
    {
        write({"a.pcap,web,benign,train,s1", "gone.pcap,web,benign,train,s2", "../x.pcap,web,benign,val,s3"});
        capture("a.pcap", {10}, 1000);
        const store::DuplicateReport report = find();
        QCOMPARE(report.remarks.size(), std::size_t(2)); // gone.pcap, and nothing readable in val
        QCOMPARE(report.all.flows, std::uint64_t(1));
        QCOMPARE(report.reduced.size(), std::size_t(3));
    }

    void stoppingGivesNoReport()
    {
        write({"a.pcap,web,benign,train,s1"});
        capture("a.pcap", {10}, 1000);
        std::stop_source stop;
        stop.request_stop();
        const auto report = store::findDuplicates(m_corpus, {}, stop.get_token());
        QVERIFY(!report);
        QCOMPARE(report.error().code, base::Error::Code::Cancelled);
    }
};

QTEST_GUILESS_MAIN(CorpusDuplicatesTest)
#include "corpus_duplicates_test.moc"
