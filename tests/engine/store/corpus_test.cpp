// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QTemporaryDir>

#include "engine/base/atomic_file.h"
#include "engine/store/corpus.h"
#include "tests/support/flow_builder.h"

#include <algorithm>

using namespace flowscent;
namespace fs = std::filesystem;

namespace {

constexpr base::Nanoseconds begin = 1'700'000'000 * base::nanosecondsPerSecond;
const std::string header = "capture,class,kind,split,session,source,licence\n";
const std::string labelHeader = "src_ip,src_port,dst_ip,dst_port,proto,start_epoch,label\n";

/// A capture of UDP questions and answers from the given client ports, a second apart.
test::Bytes captureOf(const std::vector<std::uint16_t>& ports, std::size_t payload)
{
    std::vector<test::Conversation> conversations;
    for (std::size_t i = 0; i < ports.size(); ++i) {
        test::Conversation talk;
        talk.clientPort = ports[i];
        talk.serverPort = 53;
        talk.now = begin + test::seconds(static_cast<std::int64_t>(i));
        conversations.push_back(talk.udpOut(payload).udpIn(2 * payload));
    }
    return test::pcap(test::merged(conversations));
}

test::Bytes withHops(test::Bytes ip, std::uint8_t hops)
{
    ip[ip[0] >> 4 == 6 ? 7 : 8] = hops; // RFC 8200, section 3; RFC 791, section 3.1
    return ip;
}

/// A TCP conversation whose ends are 63 and 118 away from zero, changing their minds later, and an unanswered datagram.
test::Bytes captureWithHops(bool v6, bool plain)
{
    const std::string client = v6 ? "2001:db8::1" : "10.0.0.1";
    const std::string server = v6 ? "2001:db8::2" : "10.0.0.2";
    const std::vector<std::uint16_t> vlans = plain ? std::vector<std::uint16_t>{} : std::vector<std::uint16_t>{7};
    std::vector<test::Frame> frames;
    const auto add = [&](const test::Bytes& ip, std::uint8_t hops) {
        frames.push_back({.bytes = test::ethernet(withHops(ip, hops), vlans),
                          .time = begin + test::milliseconds(static_cast<std::int64_t>(10 * frames.size()))});
    };
    const auto out = [&](std::uint8_t flags) {
        return test::ipPacket(6, client, server, test::tcp({.from = 40000, .to = 443, .flags = flags}));
    };
    const auto in = [&](std::uint8_t flags) {
        return test::ipPacket(6, server, client, test::tcp({.from = 443, .to = 40000, .flags = flags}));
    };
    add(out(packet::Syn), 63);
    add(out(packet::Syn), 60);
    add(in(packet::Syn | packet::Ack), 118);
    add(in(packet::Ack), 110);
    add(test::ipPacket(17, client, server, test::udp(40001, 53, 20)), 64);
    return test::pcap(frames);
}

std::string labelLine(std::uint16_t port, std::int64_t second, const std::string& label)
{
    return "10.0.0.1," + std::to_string(port) + ",10.0.0.2,53,UDP," + std::to_string(1'700'000'000 + second) + ".0," +
           label + "\n";
}

std::string classOf(const learn::Dataset& data, std::size_t row)
{
    return data.classNames[data.classOf[row]];
}

} // namespace

class CorpusTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path m_corpus;

    void write(const std::string& name, const std::string& text) const
    {
        fs::create_directories((m_corpus / name).parent_path());
        QVERIFY(base::writeAtomically(m_corpus / name, text));
    }
    void write(const std::string& name, const test::Bytes& bytes) const
    {
        fs::create_directories((m_corpus / name).parent_path());
        test::save(m_corpus / name, bytes);
    }
    base::Result<store::CorpusReport> read(const std::string& split = "train") const
    {
        return store::readCorpus(m_corpus, split, {}, {});
    }

private Q_SLOTS:
    void init()
    {
        static int count = 0;
        m_corpus = m_folder.path().toStdString() + "/corpus" + std::to_string(count++);
        fs::create_directories(m_corpus);
    }

    void flowsTakeTheClassOfTheirCapture()
    {
        write("manifest.csv", header + "a/web.pcap,app_web,benign,train,s1,here,CC0\n"
                                       "a/c2.pcap,c2_x,threat,train,s2,there,MIT\n"
                                       "a/other.pcap,app_other,benign,val,s3,here,CC0\n");
        write("a/web.pcap", captureOf({1001, 1002, 1003}, 40));
        write("a/c2.pcap", captureOf({2001, 2002}, 90));
        const auto report = read();
        QVERIFY2(report.has_value(), report ? "" : report.error().sentence().c_str());
        const learn::Dataset& data = report->dataset;
        QCOMPARE(data.size(), std::size_t(5));
        QCOMPARE(data.features.size(), std::size_t(5));
        QVERIFY((data.classNames == std::vector<std::string>{"app_web", "c2_x"}));
        QVERIFY((data.threatClass == std::vector<bool>{false, true}));
        QVERIFY((data.sessionNames == std::vector<std::string>{"s1", "s2"}));
        QVERIFY((data.sources == std::vector<std::string>{"here (CC0)", "there (MIT)"}));
        QCOMPARE(report->captures, std::size_t(2));
        QVERIFY(report->remarks.empty());
    }

    void labelsDecideFlowByFlowAndUnlabelledFlowsAreLeftOut()
    {
        write("manifest.csv", header + "mix.pcap,c2_x,threat,train,s1,here,CC0\n");
        write("mix.pcap", captureOf({1001, 1002, 1003, 1004}, 40));
        write("mix.labels.csv",
              labelHeader + labelLine(1002, 1, "c2_x") + labelLine(1004, 3, "background") + labelLine(9999, 3, "c2_x"));
        const auto report = read();
        QVERIFY(report);
        QCOMPARE(report->dataset.size(), std::size_t(2));
        QCOMPARE(classOf(report->dataset, 0), std::string("c2_x"));
        QCOMPARE(classOf(report->dataset, 1), std::string("background"));
        QVERIFY((report->dataset.threatClass == std::vector<bool>{true, false}));
        QCOMPARE(report->unmatchedLabels, std::size_t(1));
    }

    void capturesOfOneSessionShareIt()
    {
        write("manifest.csv", header + "a.pcap,one,benign,train,s1,x,y\nb.pcap,two,benign,train,s1,x,y\n");
        write("a.pcap", captureOf({1}, 10));
        write("b.pcap", captureOf({2}, 20));
        const auto report = read();
        QVERIFY(report);
        QVERIFY((report->dataset.sessionOf == std::vector<std::uint32_t>{0, 0}));
    }

    void theHashDependsOnTheCorpusAlone()
    {
        std::string manifest = header;
        for (int i = 0; i < 40; ++i) {
            const std::string name = "c" + std::to_string(i) + ".pcap";
            manifest += name + ",class" + std::to_string(i % 7) + ",benign,train,s" + std::to_string(i) + ",x,y\n";
            write(name, captureOf({1, 2, 3}, static_cast<std::size_t>(10 + i)));
        }
        write("manifest.csv", manifest);
        const std::string hash = read()->dataset.hash();
        for (int again = 0; again < 5; ++again)
            QCOMPARE(read()->dataset.hash(), hash);
        write("c17.pcap", captureOf({1, 2, 3}, 500));
        QVERIFY(read()->dataset.hash() != hash);
    }

    void networksAreSitesOrElseSources()
    {
        write("manifest.csv", "capture,class,kind,split,session,source,licence,site\n"
                              "a.pcap,one,benign,train,s1,lab,CC0,office\nb.pcap,two,threat,train,s2,lab,CC0,plant\n"
                              "c.pcap,one,benign,train,s3,public,y,\nd.pcap,one,benign,train,s4,lab,CC0,office\n");
        for (const char* name : {"a.pcap", "b.pcap", "c.pcap", "d.pcap"})
            write(name, captureOf({1}, 10));
        const auto report = read();
        QVERIFY(report);
        const learn::Provenance& provenance = report->dataset.provenance;
        QVERIFY((provenance.networkNames == std::vector<std::string>{"office", "plant", "public"}));
        QVERIFY((provenance.networkOf == std::vector<std::uint32_t>{0, 1, 2, 0}));
        QVERIFY((provenance.captureNames == std::vector<std::string>{"a.pcap", "b.pcap", "c.pcap", "d.pcap"}));
        QVERIFY((provenance.captureOf == std::vector<std::uint32_t>{0, 1, 2, 3}));
    }

    void withoutSitesNetworksAreSources()
    {
        write("manifest.csv", header + "a.pcap,one,benign,train,s1,x,CC0\nb.pcap,two,benign,train,s2,y,MIT\n"
                                       "c.pcap,two,benign,train,s3,x,GPL\n");
        for (const char* name : {"a.pcap", "b.pcap", "c.pcap"})
            write(name, captureOf({1}, 10));
        const auto report = read();
        QVERIFY(report);
        QVERIFY((report->dataset.provenance.networkNames == std::vector<std::string>{"x", "y"}));
        QVERIFY((report->dataset.provenance.networkOf == std::vector<std::uint32_t>{0, 1, 0}));
    }

    void provenanceSaysWhoAFlowWas_data()
    {
        QTest::addColumn<bool>("v6");
        QTest::addColumn<bool>("plain"); // the short way of decoding, or (with a VLAN tag) the long one
        for (const bool v6 : {false, true}) {
            QTest::addRow("IPv%d", v6 ? 6 : 4) << v6 << true;
            QTest::addRow("IPv%d tagged", v6 ? 6 : 4) << v6 << false;
        }
    }
    void provenanceSaysWhoAFlowWas()
    {
        QFETCH(const bool, v6);
        QFETCH(const bool, plain);
        write("manifest.csv", header + "a.pcap,one,benign,train,s1,x,y\n");
        write("a.pcap", captureWithHops(v6, plain));
        const auto report = read();
        QVERIFY(report);
        const auto& identity = report->dataset.provenance.identity;
        QCOMPARE(identity.size(), std::size_t(2));
        QVERIFY((identity[0] == learn::FlowIdentity{443, 6, 63, 118}));
        QVERIFY((identity[1] == learn::FlowIdentity{53, 17, 64, 0})); // nobody answered
    }

    void filesNamedByClassAreACorpusWithoutAManifest()
    {
        write("c2_y__two_words.pcap", captureOf({3, 4}, 20));
        write("c2_y__two_words.labels.csv", labelHeader + labelLine(3, 0, "c2_y") + labelLine(4, 1, "background"));
        write("c2_x__one.pcap", captureOf({1, 2}, 10));
        write("c2_x__one.labels.csv", labelHeader + labelLine(1, 0, "c2_x") + labelLine(2, 1, "background"));
        const auto report = read("mixed");
        QVERIFY2(report.has_value(), report ? "" : report.error().sentence().c_str());
        const learn::Dataset& data = report->dataset;
        QVERIFY((data.classNames == std::vector<std::string>{"c2_x", "background", "c2_y"}));
        QVERIFY((data.threatClass == std::vector<bool>{true, false, true}));
        QVERIFY((data.classOf == std::vector<std::uint16_t>{0, 1, 2, 1}));
        QVERIFY((data.sessionNames == std::vector<std::string>{"c2_x__one", "c2_y__two_words"}));
        QVERIFY(data.provenance.networkNames == data.sessionNames);
        QVERIFY(data.provenance.networkOf == data.sessionOf);
        const auto other = read("val");
        QVERIFY(!other);
        QVERIFY(other.error().sentence().find("no split but 'mixed'") != std::string::npos);
    }

    void anythingElseBesideThemAsksForAManifest_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("a capture without labels") << QStringLiteral("c2_y__two.pcap");
        QTest::newRow("labels without a capture") << QStringLiteral("c2_y__two.labels.csv");
        QTest::newRow("a capture without a class") << QStringLiteral("two.pcap");
        QTest::newRow("a note") << QStringLiteral("README.md");
    }
    void anythingElseBesideThemAsksForAManifest()
    {
        QFETCH(const QString, name);
        write("c2_x__one.pcap", captureOf({1, 2}, 10));
        write("c2_x__one.labels.csv", labelHeader + labelLine(1, 0, "c2_x"));
        QVERIFY(read("mixed"));
        write(name.toStdString(), captureOf({1}, 10));
        const auto report = read("mixed");
        QVERIFY(!report);
        QVERIFY(report.error().sentence().find("needs a manifest.csv") != std::string::npos);
    }

    void aDamagedOrMissingCaptureCostsARemark()
    {
        write("manifest.csv", header + "cut.pcap,one,benign,train,s1,x,y\nmissing.pcap,two,benign,train,s2,x,y\n"
                                       "noise.pcap,three,benign,train,s3,x,y\n");
        test::Bytes bytes = captureOf({1, 2}, 10);
        bytes.resize(bytes.size() - 5);
        write("cut.pcap", bytes);
        write("noise.pcap", std::string("this is not a capture"));
        const auto report = read();
        QVERIFY(report);
        QCOMPARE(report->dataset.size(), std::size_t(2));
        QCOMPARE(report->remarks.size(), std::size_t(3));
        for (const char* name : {"cut.pcap", "missing.pcap", "noise.pcap"})
            QVERIFY(std::ranges::count_if(report->remarks, [name](const std::string& remark) {
                        return remark.find(name) != std::string::npos;
                    }) == 1);
    }

    void aDamagedLabelFileCostsItsCapture()
    {
        write("manifest.csv", header + "a.pcap,one,benign,train,s1,x,y\nb.pcap,two,benign,train,s2,x,y\n");
        write("a.pcap", captureOf({1}, 10));
        write("b.pcap", captureOf({2}, 20));
        write("a.labels.csv", std::string("nonsense\n"));
        const auto report = read();
        QVERIFY(report);
        QVERIFY((report->dataset.classNames == std::vector<std::string>{"two"}));
        QCOMPARE(report->remarks.size(), std::size_t(1));
    }

    void aManifestCannotNameFilesOutsideItsFolder()
    {
        test::save(m_corpus.parent_path() / "secret.pcap", captureOf({1}, 10));
        const std::string outside = (m_corpus.parent_path() / "secret.pcap").string();
        write("manifest.csv", header + "../secret.pcap,one,benign,train,s1,x,y\n" + outside +
                                  ",two,benign,train,s2,x,y\na.pcap,three,benign,train,s3,x,y\n");
        write("a.pcap", captureOf({2}, 20));
        const auto report = read();
        QVERIFY(report);
        QVERIFY((report->dataset.classNames == std::vector<std::string>{"three"}));
        QCOMPARE(report->remarks.size(), std::size_t(2));
    }

    void anUnusableManifestIsAnError_data()
    {
        QTest::addColumn<QString>("manifest");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const std::string& manifest, const char* says) {
            QTest::newRow(name) << QString::fromStdString(manifest) << QString::fromLatin1(says);
        };
        row("empty", "", "empty");
        row("without sessions", "capture,class,kind,split,source,licence\n", "no column 'session'");
        row("without the split", header + "a.pcap,one,benign,val,s1,x,y\n", "no capture of the split 'train'");
        row("ragged", header + "a.pcap,one\n", "line 2");
        row("nothing readable", header + "a.pcap,one,benign,train,s1,x,y\n", "gave a labelled flow");
    }
    void anUnusableManifestIsAnError()
    {
        QFETCH(const QString, manifest);
        QFETCH(const QString, says);
        write("manifest.csv", manifest.toStdString());
        const auto report = read();
        QVERIFY(!report);
        QVERIFY2(QString::fromStdString(report.error().sentence()).contains(says), report.error().sentence().c_str());
    }

    void aFolderWithoutAManifestIsAnError()
    {
        const auto report = read();
        QVERIFY(!report);
        QCOMPARE(report.error().code, base::Error::Code::Io);
    }

    void stoppingGivesNoDataset()
    {
        write("manifest.csv", header + "a.pcap,one,benign,train,s1,x,y\n");
        write("a.pcap", captureOf({1}, 10));
        std::stop_source stop;
        stop.request_stop();
        const auto report = store::readCorpus(m_corpus, "train", {}, stop.get_token());
        QVERIFY(!report);
        QCOMPARE(report.error().code, base::Error::Code::Cancelled);
    }
};

QTEST_GUILESS_MAIN(CorpusTest)
#include "corpus_test.moc"
