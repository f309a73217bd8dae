// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QTemporaryDir>

#include "engine/store/corpus_summary.h"
#include "tests/engine/store/toy_corpus.h"

using namespace flowscent;
namespace fs = std::filesystem;

class CorpusSummaryTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path m_corpus;

private Q_SLOTS:
    void init()
    {
        static int count = 0;
        m_corpus = m_folder.path().toStdString() + "/corpus" + std::to_string(count++);
    }

    void splitsSitesAndBehavioursAreCounted()
    {
        test::put(m_corpus / "manifest.csv", "capture,class,kind,split,session,source,licence,site,behaviour\n"
                                             "a.pcap,web,benign,train,s1,lab,GPL,office,browsing\n"
                                             "b.pcap,c2,threat,train,s1,lab,GPL,office,\n"
                                             "c.pcap,web,benign,train,s2,lab,GPL,school,browsing\n"
                                             "d.pcap,c2,threat,val,s3,field,CC0,,beacon\n");
        test::put(m_corpus / "a.pcap", test::toyCapture({1, 2, 3})); // all of one sequence
        test::put(m_corpus / "b.pcap", test::toyTalks({{.clientPort = 4, .payload = 60}, {.clientPort = 5}}));
        test::put(m_corpus / "b.labels.csv", test::labelHeader + test::toyLabel(4, 0, "c2") +
                                                 test::toyLabel(5, 1, "background") + test::toyLabel(6, 1, "c2"));
        test::put(m_corpus / "c.pcap", test::toyTalks({{.clientPort = 7, .payload = 70}}));
        test::put(m_corpus / "d.pcap", test::toyTalks({{.clientPort = 8, .payload = 80}}));

        const auto summary = store::summariseCorpus(m_corpus, {}, {});
        QVERIFY2(summary.has_value(), summary ? "" : summary.error().sentence().c_str());
        QCOMPARE(summary->splits.size(), std::size_t(2));
        const store::SplitSummary& train = summary->splits[0];
        QCOMPARE(train.split, std::string("train"));
        QCOMPARE(train.captures, std::size_t(3));
        QCOMPARE(train.sessions, std::size_t(2));
        QCOMPARE(train.networks, std::size_t(2));
        QCOMPARE(train.threatClasses, std::size_t(1));
        QCOMPARE(train.benignClasses, std::size_t(2)); // web and background
        QCOMPARE(train.threatFlows, std::uint64_t(1));
        QCOMPARE(train.benignFlows, std::uint64_t(5));
        QCOMPARE(train.distinctFlows, std::uint64_t(4)); // web twice, c2, background
        QCOMPARE(train.unmatchedLabels, std::uint64_t(1));
        QVERIFY((train.packetQuartiles == std::array<double, 5>{2, 2, 2, 2, 2}));
        QVERIFY((train.bySource == std::map<std::string, store::Amount>{{"lab (GPL)", {3, 6}}}));
        const store::SplitSummary& val = summary->splits[1];
        QVERIFY((val.bySource == std::map<std::string, store::Amount>{{"field (CC0)", {1, 1}}}));

        const store::SiteTable& table = summary->table;
        QVERIFY((table.sites == std::vector<std::string>{"field", "office", "school"})); // no site: its source
        QVERIFY((table.behaviours == std::vector<std::string>{"beacon", "c2", "background", "browsing"}));
        QVERIFY((table.threat == std::vector<bool>{true, true, false, false}));
        QVERIFY((table.flows == std::vector<std::vector<std::uint64_t>>{{1, 0, 0}, {0, 1, 0}, {0, 1, 0}, {0, 3, 1}}));
    }

    void packetsAFlowAreGivenAsQuartiles()
    {
        test::put(m_corpus / "manifest.csv", test::manifestHeader + "a.pcap,web,benign,train,s1,x,y\n");
        std::vector<test::Conversation> talks;
        for (std::uint16_t flow = 0; flow < 4; ++flow) { // 1, 2, 3 and 4 packets
            test::Conversation& talk = talks.emplace_back();
            talk.clientPort = static_cast<std::uint16_t>(1000 + flow);
            for (std::uint16_t packet = 0; packet <= flow; ++packet)
                talk.udpOut(100);
        }
        test::put(m_corpus / "a.pcap", test::pcap(test::merged(talks)));
        const auto summary = store::summariseCorpus(m_corpus, {}, {});
        QVERIFY(summary);
        // numpy.quantile([1, 2, 3, 4], [0, .25, .5, .75, 1])
        QVERIFY((summary->splits[0].packetQuartiles == std::array<double, 5>{1, 1.75, 2.5, 3.25, 4}));
    }

    void withoutSitesThereIsNoTable()
    {
        test::put(m_corpus / "manifest.csv", test::manifestHeader + "a.pcap,web,benign,train,s1,x,y\n"
                                                                    "gone.pcap,web,benign,val,s2,x,y\n");
        test::put(m_corpus / "a.pcap", test::toyCapture({1}));
        const auto summary = store::summariseCorpus(m_corpus, {}, {});
        QVERIFY(summary);
        QVERIFY(summary->table.sites.empty());
        QCOMPARE(summary->splits[1].captures, std::size_t(0));
        QCOMPARE(summary->remarks.size(), std::size_t(1));
    }
};

QTEST_GUILESS_MAIN(CorpusSummaryTest)
#include "corpus_summary_test.moc"
