// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QTemporaryDir>

#include "engine/store/corpus_check.h"
#include "engine/store/corpus_merge.h"
#include "tests/engine/store/toy_corpus.h"

#include <algorithm>

using namespace flowscent;
using store::MergeSettings;
namespace fs = std::filesystem;

class CorpusMergeTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path m_here;
    fs::path m_lab;
    fs::path m_public;
    fs::path m_out;

    static base::Result<store::MergeReport> merge(const MergeSettings& settings)
    {
        return store::mergeCorpora(settings, {}, {});
    }
    MergeSettings both() const { return {.out = m_out, .inputs = {m_lab, m_public}}; }
    static QString why(const base::Result<store::MergeReport>& report)
    {
        return report ? QStringLiteral("it was merged") : QString::fromStdString(report.error().sentence());
    }
    /// Nothing of a failed merge may be left beside the inputs.
    std::size_t entriesHere() const
    {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(m_here), fs::directory_iterator()));
    }

private Q_SLOTS:
    void init()
    {
        static int count = 0;
        m_here = m_folder.path().toStdString() + "/" + std::to_string(count++);
        m_lab = m_here / "lab";
        m_public = m_here / "public";
        m_out = m_here / "all";
        test::put(m_lab / "manifest.csv", "capture,class,kind,split,session,source,licence,site,seed\n"
                                          "train/web.pcap,web,benign,train,s1,lab,GPL,office,7\n"
                                          "test/c2.pcap,c2,threat,test,s2,lab,GPL,school,8\n");
        test::put(m_lab / "train/web.pcap", test::toyCapture({1001, 1002}));
        test::put(m_lab / "train/web.labels.csv", test::toyLabels({1001, 1002}, "web"));
        test::put(m_lab / "test/c2.pcap", test::toyCapture({1003}));
        test::put(m_public / "manifest.csv", "licence,capture,class,kind,split,session,source,confidence\n"
                                             "\"MIT, or not\",train/web.pcap,web,benign,train,s1,there,high\n"
                                             "MIT,val/web.pcap,web,benign,val,s3,there,low\n");
        test::put(m_public / "train/web.pcap", test::toyCapture({2001}));
        test::put(m_public / "val/web.pcap", test::toyCapture({2002}));
    }

    void rowsColumnsFilesAndLabelsAreAllThere()
    {
        const std::string lab = test::wholeFolder(m_lab);
        const std::string others = test::wholeFolder(m_public);
        const auto report = merge(both());
        QVERIFY2(report.has_value(), qPrintable(why(report)));
        QCOMPARE(report->captures, std::size_t(4));
        QCOMPARE(report->labelFiles, std::size_t(1));
        QCOMPARE(QString::fromStdString(test::textOf(m_out / "manifest.csv")),
                 QStringLiteral("capture,class,kind,split,session,source,licence,site,seed,confidence\n"
                                "lab/train/web.pcap,web,benign,train,lab/s1,lab,GPL,office,7,\n"
                                "lab/test/c2.pcap,c2,threat,test,lab/s2,lab,GPL,school,8,\n"
                                "public/train/web.pcap,web,benign,train,public/s1,there,\"MIT, or not\",,,high\n"
                                "public/val/web.pcap,web,benign,val,public/s3,there,MIT,,,low\n"));
        for (const char* name : {"train/web.pcap", "train/web.labels.csv", "test/c2.pcap"})
            QVERIFY(test::textOf(m_out / "lab" / name) == test::textOf(m_lab / name));
        for (const char* name : {"train/web.pcap", "val/web.pcap"})
            QVERIFY(test::textOf(m_out / "public" / name) == test::textOf(m_public / name));
        QVERIFY(test::wholeFolder(m_lab) == lab);
        QVERIFY(test::wholeFolder(m_public) == others);
        const auto check = store::checkCorpus(m_out, {}, {}, {});
        QVERIFY(check);
        QCOMPARE(check->problems.count(), std::uint64_t(0));
        QCOMPARE(entriesHere(), std::size_t(3));
    }

    void inputsOfOneNameGetFoldersOfTheirOwn()
    {
        fs::create_directories(m_here / "other");
        fs::copy(m_public, m_here / "other/lab", fs::copy_options::recursive);
        const auto report = merge({.out = m_out, .inputs = {m_lab, m_here / "other/lab/"}});
        QVERIFY2(report.has_value(), qPrintable(why(report)));
        QVERIFY((report->folders == std::vector<std::string>{"lab", "lab-2"}));
        QVERIFY(fs::exists(m_out / "lab-2/val/web.pcap"));
    }

    void splitsAreChosenAndRenamed()
    {
        MergeSettings settings = both();
        settings.onlySplits = {"test", "val"};
        settings.splitNames = {{"test", "val"}};
        const auto report = merge(settings);
        QVERIFY2(report.has_value(), qPrintable(why(report)));
        QCOMPARE(QString::fromStdString(test::textOf(m_out / "manifest.csv")),
                 QStringLiteral("capture,class,kind,split,session,source,licence,site,seed,confidence\n"
                                "lab/test/c2.pcap,c2,threat,val,lab/s2,lab,GPL,school,8,\n"
                                "public/val/web.pcap,web,benign,val,public/s3,there,MIT,,,low\n"));
        QVERIFY(!fs::exists(m_out / "lab/train"));
    }

    void capturesAreLinkedOnDemand()
    {
        MergeSettings settings = both();
        settings.transfer = store::Transfer::HardLink;
        QVERIFY(merge(settings));
        QVERIFY(fs::equivalent(m_out / "lab/train/web.pcap", m_lab / "train/web.pcap"));
        QVERIFY(!fs::is_symlink(m_out / "lab/train/web.pcap"));

        settings.out = m_here / "links";
        settings.transfer = store::Transfer::SymbolicLink;
        QVERIFY(merge(settings));
        QVERIFY(fs::is_symlink(m_here / "links/lab/train/web.pcap"));
        QVERIFY(fs::equivalent(m_here / "links/lab/train/web.pcap", m_lab / "train/web.pcap"));
        QVERIFY(store::checkCorpus(m_here / "links", {}, {}, {})->problems.count() > 0);
        QCOMPARE(store::checkCorpus(m_here / "links", {.links = store::Links::Anywhere}, {}, {})->problems.count(),
                 std::uint64_t(0));
    }

    void anEmptyFolderIsFilledAndAFullOneRefused()
    {
        fs::create_directories(m_out);
        QVERIFY(merge(both()));
        const std::string before = test::wholeFolder(m_out);
        const auto again = merge(both());
        QVERIFY(!again);
        QVERIFY2(why(again).contains(QStringLiteral("is not empty")), qPrintable(why(again)));
        QVERIFY(test::wholeFolder(m_out) == before);
    }

    void theResultCannotLieInAnInput()
    {
        const std::string before = test::wholeFolder(m_lab);
        MergeSettings settings = both();
        settings.out = m_lab / "merged";
        QVERIFY(why(merge(settings)).contains(QStringLiteral("lies inside the corpus")));
        fs::create_directory_symlink(m_lab, m_here / "alias");
        settings.out = m_here / "alias/merged";
        QVERIFY(why(merge(settings)).contains(QStringLiteral("lies inside the corpus")));
        QVERIFY(test::wholeFolder(m_lab) == before);
    }

    void aFaultyInputLeavesNothing_data()
    {
        QTest::addColumn<QString>("row");
        QTest::addColumn<QString>("says");
        QTest::newRow("missing") << "gone.pcap,w,benign,train,s,h,l\n"
                                 << "gone.pcap: cannot be read: No such file or directory";
        QTest::newRow("above") << "../lab/train/web.pcap,w,benign,train,s,h,l\n"
                               << "lies outside the corpus";
        QTest::newRow("link") << "link.pcap,w,benign,train,s,h,l\n"
                              << "is a link that leads out of the corpus";
        QTest::newRow("ragged") << "a.pcap,w\n"
                                << "line 2 has another number of fields";
    }
    void aFaultyInputLeavesNothing()
    {
        QFETCH(const QString, row);
        QFETCH(const QString, says);
        test::put(m_public / "manifest.csv", test::manifestHeader + row.toStdString());
        fs::create_symlink(m_lab / "train/web.pcap", m_public / "link.pcap");
        const auto report = merge(both());
        QVERIFY2(why(report).contains(says), qPrintable(why(report)));
        QCOMPARE(entriesHere(), std::size_t(2));
    }

    void aLabelFileThatLeadsOutIsRefused()
    {
        fs::create_symlink(m_lab / "train/web.labels.csv", m_public / "val/web.labels.csv");
        QVERIFY(why(merge(both())).contains(QStringLiteral("val/web.labels.csv: is a link")));
        QCOMPARE(entriesHere(), std::size_t(2));
    }

    void theSameCaptureInTwoSplitsIsRefusedUnlessAllowed()
    {
        fs::copy_file(m_lab / "train/web.pcap", m_public / "val/web.pcap", fs::copy_options::overwrite_existing);
        const auto refused = merge(both());
        QCOMPARE(why(refused), QStringLiteral("lab/train/web.pcap (train) and public/val/web.pcap (val) are the same "
                                              "capture in two splits"));
        QCOMPARE(entriesHere(), std::size_t(2));
        MergeSettings settings = both();
        settings.allowSharedCaptures = true;
        const auto report = merge(settings);
        QVERIFY(report);
        QCOMPARE(report->remarks.size(), std::size_t(2));
        QCOMPARE(report->captures, std::size_t(4));
    }

    void theSameCaptureInOneSplitIsRemarkedOn()
    {
        fs::copy_file(m_lab / "train/web.pcap", m_public / "train/web.pcap", fs::copy_options::overwrite_existing);
        const auto report = merge(both());
        QVERIFY(report);
        QCOMPARE(report->remarks.size(), std::size_t(1));
        QVERIFY(report->remarks.front().starts_with("1 captures repeat"));
    }

    void problemsBetweenTheInputsAreToldOf()
    {
        test::put(m_public / "manifest.csv", test::manifestHeader + "val/web.pcap,c2,threat,val,s3,there,MIT\n");
        const auto report = merge(both());
        QVERIFY(report);
        QCOMPARE(report->problems.count(store::ProblemKind::Class), std::uint64_t(1));
    }

    void splitsCannotBeCalledAnything()
    {
        MergeSettings settings = both();
        settings.splitNames = {{"test", "tset"}};
        QCOMPARE(merge(settings).error().code, base::Error::Code::Argument);
        settings = both();
        settings.onlySplits = {"train", "nothing"};
        QVERIFY(
            why(merge(settings)).contains(QStringLiteral("none of the corpora has a capture in the split 'nothing'")));
        QCOMPARE(entriesHere(), std::size_t(2));
    }

    void stoppingLeavesNothing()
    {
        std::stop_source stop;
        int told = 0;
        const auto stopWhileCopying = [&](const base::Progress& progress) {
            if (progress.what == "merging corpora" && ++told == 2)
                stop.request_stop();
        };
        const auto report = store::mergeCorpora(both(), stopWhileCopying, stop.get_token());
        QVERIFY(!report);
        QCOMPARE(report.error().code, base::Error::Code::Cancelled);
        QCOMPARE(entriesHere(), std::size_t(2));
    }
};

QTEST_GUILESS_MAIN(CorpusMergeTest)
#include "corpus_merge_test.moc"
