// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QTemporaryDir>

#include "engine/store/corpus_check.h"
#include "tests/engine/store/toy_corpus.h"

#include <algorithm>

#include <sys/stat.h>

using namespace flowscent;
using store::ProblemKind;
namespace fs = std::filesystem;

class CorpusCheckTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path m_corpus;

    void writeGoodCorpus() const
    {
        test::put(m_corpus / "manifest.csv", "capture,class,kind,split,session,source,licence,site\n"
                                             "train/web.pcap,web,benign,train,s1,here,CC0,office\n"
                                             "train/c2.pcap,c2,threat,train,s2,here,CC0,office\n"
                                             "val/web.pcap,web,benign,val,s3,here,CC0,school\n");
        test::put(m_corpus / "train/web.pcap", test::toyCapture({1001, 1002, 1003}));
        test::put(m_corpus / "train/web.labels.csv", test::toyLabels({1001, 1002, 1003}, "web"));
        test::put(m_corpus / "train/c2.pcap", test::toyCapture({2001, 2002}));
        test::put(m_corpus / "train/c2.labels.csv",
                  test::labelHeader + test::toyLabel(2001, 0, "c2") + test::toyLabel(2002, 1, "background"));
        test::put(m_corpus / "val/web.pcap", test::toyCapture({3001}));
    }
    store::CorpusCheck check(const store::CheckSettings& settings = {}) const
    {
        auto found = store::checkCorpus(m_corpus, settings, {}, {});
        return found ? std::move(*found) : store::CorpusCheck{.captures = 999};
    }
    /// The only problem found, which must be of that kind.
    QString onlyProblem(ProblemKind kind) const
    {
        const store::CorpusCheck found = check();
        if (found.problems.count() != 1 || found.problems.count(kind) != 1) {
            QString all = QStringLiteral("%1 problems: ").arg(found.problems.count());
            for (const ProblemKind each : store::allProblemKinds) {
                for (const std::string& sentence : found.problems.sentences(each))
                    all += QString::fromStdString(sentence) + QStringLiteral(" | ");
            }
            return all;
        }
        return QString::fromStdString(found.problems.sentences(kind).front());
    }
    void replaceInManifest(const std::string& what, const std::string& with) const
    {
        std::string text = test::textOf(m_corpus / "manifest.csv");
        const std::size_t at = text.find(what);
        QVERIFY(at != std::string::npos);
        test::put(m_corpus / "manifest.csv", text.replace(at, what.size(), with));
    }

private Q_SLOTS:
    void init()
    {
        static int count = 0;
        m_corpus = m_folder.path().toStdString() + "/corpus" + std::to_string(count++);
        fs::create_directories(m_corpus);
        writeGoodCorpus();
    }

    void aGoodCorpusHasNoProblemAndIsNotChanged()
    {
        const std::string before = test::wholeFolder(m_corpus);
        const store::CorpusCheck found = check();
        QCOMPARE(found.problems.count(), std::uint64_t(0));
        QCOMPARE(found.captures, std::size_t(3));
        QCOMPARE(found.captureLabelled, std::size_t(1));
        QCOMPARE(found.flows, std::uint64_t(6));
        QCOMPARE(found.labels, std::uint64_t(5));
        QVERIFY(test::wholeFolder(m_corpus) == before);
    }

    void faultsOfTheManifestAreFound_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("with");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const char* what, const char* with, ProblemKind kind, const char* says) {
            QTest::newRow(name) << what << with << static_cast<int>(kind) << says;
        };
        row("ragged", "val/web.pcap,web,", "val/web.pcap,", ProblemKind::Row,
            "line 4 has another number of fields than the header");
        row("kind", "web,benign,val", "web,bening,val", ProblemKind::Row,
            "line 4: the kind 'bening' is neither benign nor threat");
        row("split", "benign,val", "benign,valid", ProblemKind::Row,
            "line 4: the split 'valid' is none of train, val and test");
        row("no session", "val,s3", "val,", ProblemKind::Row, "line 4: the field 'session' is empty");
        row("named twice", "val/web.pcap,web,benign,val,s3,here,CC0,school",
            "train/./web.pcap,web,benign,train,s3,here,CC0,office", ProblemKind::Row,
            "line 4: names the capture 'train/web.pcap' of line 2 again");
        row("an open quote", "val/web.pcap,web,benign", "\"val/web.pcap,web,benign", ProblemKind::Row,
            "a quote opened in line 4 is never closed");
        row("session", "val,s3", "val,s1", ProblemKind::Session, "the session 's1' lies in the splits train and val");
        row("site", "school", "office", ProblemKind::Site, "the site 'office' lies in the splits train and val");
        row("threat", "web,benign,val", "c2,threat,val", ProblemKind::Class,
            "the threat class 'c2' lies in the splits train and val");
        row("both kinds", "web,benign,val", "web,threat,val", ProblemKind::Class,
            "the class 'web' is a threat in some rows and benign in others");
        row("missing", "val/web.pcap", "val/gone.pcap", ProblemKind::Capture,
            "val/gone.pcap: cannot be read: No such file or directory");
        row("above", "val/web.pcap", "../web.pcap", ProblemKind::Capture,
            "../web.pcap: lies outside the corpus and was not read");
        row("absolute", "val/web.pcap", "/etc/passwd", ProblemKind::Capture,
            "/etc/passwd: lies outside the corpus and was not read");
        row("a folder", "val/web.pcap", "val", ProblemKind::Capture, "val: is not a regular file");
    }
    void faultsOfTheManifestAreFound()
    {
        QFETCH(const QString, what);
        QFETCH(const QString, with);
        QFETCH(const int, kind);
        QFETCH(const QString, says);
        replaceInManifest(what.toStdString(), with.toStdString());
        QCOMPARE(onlyProblem(static_cast<ProblemKind>(kind)), says);
    }

    void aNulInTheManifestIsFound()
    {
        replaceInManifest("val/web.pcap", std::string("val/web.pcap\0x", 14));
        QCOMPARE(onlyProblem(ProblemKind::Row), QStringLiteral("line 4 holds a NUL byte"));
    }

    void twoCapturesWithOneLabelFileAreFound()
    {
        test::put(m_corpus / "train/web.pcapng", test::toyCapture({1001, 1002, 1003}));
        replaceInManifest("val/web.pcap,web,benign,val,s3,here,CC0,school",
                          "train/web.pcapng,web,benign,train,s3,here,CC0,office");
        QCOMPARE(
            onlyProblem(ProblemKind::Row),
            QStringLiteral("line 4: the capture 'train/web.pcapng' would share its label file with that of line 2"));
    }

    void aLinkOutOfTheFolderIsFoundUnlessAllowed()
    {
        test::put(m_corpus.string() + "-elsewhere.pcap", test::toyCapture({3001}));
        fs::remove(m_corpus / "val/web.pcap");
        fs::create_symlink(m_corpus.string() + "-elsewhere.pcap", m_corpus / "val/web.pcap");
        QCOMPARE(onlyProblem(ProblemKind::Capture),
                 QStringLiteral("val/web.pcap: is a link that leads out of the corpus and was not read"));
        QCOMPARE(check({.links = store::Links::Anywhere}).problems.count(), std::uint64_t(0));
    }

    void aLinkWithinTheFolderIsGood()
    {
        fs::remove(m_corpus / "val/web.pcap");
        fs::create_symlink("../train/c2.pcap", m_corpus / "val/web.pcap");
        QCOMPARE(check().problems.count(), std::uint64_t(0));
    }

    void aPipeIsNotWaitedFor()
    {
        fs::remove(m_corpus / "val/web.pcap");
        QCOMPARE(mkfifo((m_corpus / "val/web.pcap").c_str(), 0600), 0);
        QCOMPARE(onlyProblem(ProblemKind::Capture), QStringLiteral("val/web.pcap: is not a regular file"));
    }

    void damageIsFoundWithItsPlace()
    {
        test::Bytes bytes = test::toyCapture({3001, 3002});
        bytes.resize(bytes.size() - 5);
        test::put(m_corpus / "val/web.pcap", bytes);
        const QString sentence = onlyProblem(ProblemKind::Capture);
        QVERIFY2(sentence.startsWith(QStringLiteral("val/web.pcap: ")), qPrintable(sentence));
        QVERIFY2(sentence.contains(QStringLiteral("after 3 packets")), qPrintable(sentence));

        test::put(m_corpus / "val/web.pcap", std::string("this is not a capture"));
        QVERIFY(onlyProblem(ProblemKind::Capture).startsWith(QStringLiteral("val/web.pcap: ")));
    }

    void aCaptureWithoutFlowsIsFound()
    {
        test::put(m_corpus / "val/web.pcap", test::pcap({}));
        QCOMPARE(onlyProblem(ProblemKind::Capture), QStringLiteral("val/web.pcap: holds no flow"));
    }

    void unlabelledFlowsAreCountedAndTheFirstNamed()
    {
        test::put(m_corpus / "train/web.pcap", test::toyCapture({1001, 1002, 1003, 1004, 1005, 1006, 1007}));
        QCOMPARE(onlyProblem(ProblemKind::Labels),
                 QStringLiteral("train/web.pcap: 4 of 7 flows have no label: "
                                "10.0.0.1 port 1004 to 10.0.0.2 port 53 udp at 1700000003.000000; "
                                "10.0.0.1 port 1005 to 10.0.0.2 port 53 udp at 1700000004.000000; "
                                "10.0.0.1 port 1006 to 10.0.0.2 port 53 udp at 1700000005.000000; ..."));
        QCOMPARE(check().unlabelledFlows, std::uint64_t(4));
    }

    void labelsWithoutAFlowAreFound()
    {
        test::put(m_corpus / "train/web.labels.csv",
                  test::toyLabels({1001, 1002, 1003}, "web") + test::toyLabel(9999, 3, "web"));
        QCOMPARE(onlyProblem(ProblemKind::Labels),
                 QStringLiteral("train/web.pcap: 1 of 4 labels have no flow: line 5 "
                                "(10.0.0.1 port 9999 to 10.0.0.2 port 53 udp at 1700000003.000000)"));
        QCOMPARE(check().labelsWithoutFlow, std::uint64_t(1));
    }

    void doubleLabelsAreFound()
    {
        test::put(m_corpus / "train/web.labels.csv",
                  test::toyLabels({1001, 1002, 1003}, "web") + test::toyLabel(1002, 1, "web"));
        QCOMPARE(onlyProblem(ProblemKind::Labels),
                 QStringLiteral("train/web.pcap: 1 of 4 labels belong to a flow that has one already: line 5 "
                                "(10.0.0.1 port 1002 to 10.0.0.2 port 53 udp at 1700000001.000000)"));
        QCOMPARE(check().doubleLabels, std::uint64_t(1));
    }

    void labelsOfAnotherClassAreFound()
    {
        test::put(m_corpus / "train/c2.labels.csv",
                  test::labelHeader + test::toyLabel(2001, 0, "c2") + test::toyLabel(2002, 1, "c3"));
        QCOMPARE(onlyProblem(ProblemKind::Labels),
                 QStringLiteral("train/c2.pcap: 1 of 2 labels are neither the capture's class nor background: "
                                "'c3' in line 3"));
    }

    void aDamagedLabelFileIsFound()
    {
        test::put(m_corpus / "train/c2.labels.csv", test::labelHeader + "10.0.0.1,x,10.0.0.2,53,UDP,1,c2\n");
        QCOMPARE(onlyProblem(ProblemKind::Labels),
                 QStringLiteral("train/c2.labels.csv: line 2: src_ip or src_port is not an address and a port"));
    }

    void aLabelFileElsewhereIsNotRead()
    {
        fs::remove(m_corpus / "train/c2.labels.csv");
        fs::create_symlink("/etc/passwd", m_corpus / "train/c2.labels.csv");
        QCOMPARE(onlyProblem(ProblemKind::Labels),
                 QStringLiteral("train/c2.labels.csv: is a link that leads out of the corpus and was not read"));
    }

    void manyProblemsAreCountedAndSomeNamed()
    {
        std::string manifest = test::manifestHeader;
        for (int i = 0; i < 100'000; ++i)
            manifest += "c" + std::to_string(i) + ".pcap,web,benign,train,s" + std::to_string(i) + ",here,CC0\n";
        test::put(m_corpus / "manifest.csv", manifest);
        const store::CorpusCheck found = check({.named = 7});
        QCOMPARE(found.problems.count(), std::uint64_t(100'000));
        QCOMPARE(found.problems.sentences(ProblemKind::Capture).size(), std::size_t(7));
    }

    void moreThanAMillionRowsAreRefused()
    {
        std::string manifest = test::manifestHeader;
        for (int i = 0; i <= 1'000'000; ++i)
            manifest += "c,w,benign,train,s,h,l\n";
        test::put(m_corpus / "manifest.csv", manifest);
        const auto found = store::checkCorpus(m_corpus, {}, {}, {});
        QVERIFY(!found);
        QVERIFY2(found.error().what.find("more than a million rows") != std::string::npos,
                 found.error().sentence().c_str());
    }

    void withoutAUsableManifestThereIsNothingToCheck()
    {
        test::put(m_corpus / "manifest.csv", std::string("capture,class,kind,split,session,source\n"));
        QVERIFY(!store::checkCorpus(m_corpus, {}, {}, {}));
        test::put(m_corpus / "manifest.csv", std::string("capture,class,kind,split,session,source,licence,class\n"));
        QVERIFY(store::checkCorpus(m_corpus, {}, {}, {}).error().what.find("'class' twice") != std::string::npos);
        fs::remove(m_corpus / "manifest.csv");
        QCOMPARE(store::checkCorpus(m_corpus, {}, {}, {}).error().code, base::Error::Code::Io);
        QCOMPARE(mkfifo((m_corpus / "manifest.csv").c_str(), 0600), 0);
        QCOMPARE(store::checkCorpus(m_corpus, {}, {}, {}).error().code, base::Error::Code::Io);
    }

    void aByteOrderMarkIsNoPartOfTheFirstColumn()
    {
        test::put(m_corpus / "manifest.csv", "\xEF\xBB\xBF" + test::textOf(m_corpus / "manifest.csv"));
        QCOMPARE(check().problems.count(), std::uint64_t(0));
    }

    void stoppingGivesNoVerdict()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto found = store::checkCorpus(m_corpus, {}, {}, stop.get_token());
        QVERIFY(!found);
        QCOMPARE(found.error().code, base::Error::Code::Cancelled);
    }
};

QTEST_GUILESS_MAIN(CorpusCheckTest)
#include "corpus_check_test.moc"
