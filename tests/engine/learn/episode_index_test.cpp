// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/tasks/episode_index.h"
#include "tests/engine/learn/toy_dataset.h"

#include <algorithm>

using namespace flowscent;
using learn::Dataset;
using learn::EpisodeIndex;
using learn::EpisodeShape;

namespace {

EpisodeIndex drawn(const Dataset& dataset, const EpisodeShape& shape)
{
    auto index = learn::drawEpisodes(dataset, shape, 20, 3);
    if (!index)
        qFatal("%s", index.error().sentence().c_str());
    return std::move(*index);
}

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    const std::size_t at = text.find(from);
    if (at == std::string::npos)
        qFatal("there is no '%s' to replace", from.c_str());
    return text.replace(at, from.size(), to);
}

/// Six flows of classes a, a, b, b, c (no threat), c, of one capture, and one episode of a against b, spelt out.
Dataset six()
{
    Dataset dataset;
    dataset.classNames = {"a", "b", "c"};
    dataset.threatClass = {true, true, false};
    dataset.sessionNames = {"capture"};
    dataset.classOf = {0, 0, 1, 1, 2, 2};
    dataset.sessionOf.assign(6, 0);
    dataset.features = {base::Matrix(6, 4), base::Matrix(6, 2)};
    return dataset;
}

std::string headOf(const Dataset& dataset, const std::string& kind = "classes")
{
    return R"({"format":"flowscent-episodes","version":1,"corpus_sha256":")" + dataset.hash() +
           R"(","rows":6,"classes":3,"seed":9,"shape":{"kind":")" + kind +
           R"(","ways":2,"shots":1,"queries":1,"capture_disjoint":false,"benign_per_threat":1,"open_classes":1,)"
           R"("mix":"balanced","dirichlet_alpha":2.0,"prevalence":0.5},"episodes":1})"
           "\n";
}

const std::string episodeLine = R"({"ways":2,"classes":[1,0],"support":[2,0],"support_way":[0,1],)"
                                R"("query":[3,1,5],"query_way":[0,1,2]})"
                                "\n";

} // namespace

class EpisodeIndexTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsWrittenIsReadBack_data()
    {
        QTest::addColumn<EpisodeShape>("shape");
        QTest::newRow("classes") << EpisodeShape{.ways = 4, .shots = 3, .queries = 2};
        QTest::newRow("disjoint") << EpisodeShape{.ways = 4, .shots = 3, .queries = 2, .captureDisjoint = true};
        QTest::newRow("open set") << EpisodeShape{.ways = 3, .shots = 2, .queries = 2, .openClasses = 2};
        QTest::newRow("Dirichlet") << EpisodeShape{
            .ways = 5, .mix = learn::QueryMix::Dirichlet, .dirichletAlpha = 0.123456789012345};
        QTest::newRow("hunt") << EpisodeShape{.ways = 2,
                                              .shots = 2,
                                              .queries = 9,
                                              .kind = learn::TaskKind::ThreatInBenign,
                                              .benignPerThreat = 5,
                                              .mix = learn::QueryMix::Prevalence,
                                              .prevalence = 0.1};
    }
    void whatIsWrittenIsReadBack()
    {
        QFETCH(const EpisodeShape, shape);
        const Dataset dataset = test::toyDataset();
        const EpisodeIndex index = drawn(dataset, shape);
        QCOMPARE(index.episodes.size(), std::size_t{20});
        const std::string text = learn::toJsonLines(index);
        const auto read = learn::parseEpisodeIndex(text, dataset, "index");
        QVERIFY2(read, read ? "" : read.error().sentence().c_str());
        QVERIFY(*read == index);
        QCOMPARE(learn::toJsonLines(*read), text);
    }

    /// Read from the words of the header file, not from what the program writes.
    void theTextMeansWhatTheHeaderSays()
    {
        const Dataset dataset = six();
        const auto read = learn::parseEpisodeIndex(headOf(dataset) + episodeLine, dataset, "index");
        QVERIFY2(read, read ? "" : read.error().sentence().c_str());
        QCOMPARE(read->seed, std::uint64_t{9});
        QCOMPARE(read->shape.openClasses, 1U);
        QCOMPARE(read->episodes.size(), std::size_t{1});
        const learn::Episode expected{.ways = 2,
                                      .classes = {1, 0},
                                      .support = {2, 0},
                                      .supportWay = {0, 1},
                                      .query = {3, 1, 5},
                                      .queryWay = {0, 1, 2}};
        QVERIFY(read->episodes[0] == expected);
    }

    void theSameSeedDrawsTheSameIndex()
    {
        const Dataset dataset = test::toyDataset();
        QVERIFY(drawn(dataset, {}) == drawn(dataset, {}));
        QVERIFY(learn::drawEpisodes(dataset, {}, 20, 4)->episodes != drawn(dataset, {}).episodes);
    }

    void anotherCorpusIsRefused()
    {
        const Dataset dataset = test::toyDataset();
        const std::string text = learn::toJsonLines(drawn(dataset, {}));
        const auto read = learn::parseEpisodeIndex(text, test::toyDataset({.seed = 2}), "index");
        QVERIFY(!read);
        QCOMPARE(read.error().code, base::Error::Code::Argument);
        QCOMPARE(read.error().where, std::string("index"));
    }

    void aMissingEpisodeIsNoticed()
    {
        const Dataset dataset = test::toyDataset();
        std::string text = learn::toJsonLines(drawn(dataset, {}));
        text.resize(text.rfind('\n', text.size() - 2) + 1);
        const auto read = learn::parseEpisodeIndex(text, dataset, "index");
        QVERIFY(!read);
        QCOMPARE(read.error().code, base::Error::Code::Truncated);
    }

    void whatIsNoEpisodeIsRefused_data()
    {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        const auto row = [](const char* name, const char* from, const char* to) {
            QTest::newRow(name) << QString::fromUtf8(from) << QString::fromUtf8(to);
        };
        row("a row beyond the corpus", "[3,1,5]", "[3,1,6]");
        row("a negative row", "[3,1,5]", "[3,1,-5]");
        row("a row that is no whole number", "[3,1,5]", "[3,1,4.5]");
        row("a row beyond 32 bits", "[3,1,5]", "[3,1,4294967301]");
        row("a row that is text", "[3,1,5]", "[3,1,\"5\"]");
        row("a row twice", "[3,1,5]", "[3,3,5]");
        row("a query of the support", "[3,1,5]", "[2,1,5]");
        row("a query of another way", "[3,1,5]", "[1,3,5]");
        row("an absent class that is none", "[3,1,5],\"query_way\":[0,1,2]", "[3,1],\"query_way\":[0,2]");
        row("a class beyond the corpus", "\"classes\":[1,0]", "\"classes\":[1,3]");
        row("the same class twice", "\"classes\":[1,0]", "\"classes\":[1,1]");
        row("too few classes", "\"classes\":[1,0]", "\"classes\":[1]");
        row("a way without an example", "\"support\":[2,0],\"support_way\":[0,1]",
            "\"support\":[2],\"support_way\":[0]");
        row("a support of no way", "\"support_way\":[0,1]", "\"support_way\":[0,2]");
        row("a query beyond the ways", "\"query_way\":[0,1,2]", "\"query_way\":[0,1,3]");
        row("ways and rows of different number", "\"query_way\":[0,1,2]", "\"query_way\":[0,1]");
        row("ways beyond all memory", "{\"ways\":2", "{\"ways\":4294967295");
        row("no ways", "{\"ways\":2", "{\"ways\":0");
        row("a list that is none", "[3,1,5]", "{}");
        row("a missing list", "\"query\":", "\"queer\":");
        row("no object", "{\"ways\":2", "[{\"ways\":2");
        row("another format", "flowscent-episodes", "flowscent-model");
        row("another version", "\"version\":1", "\"version\":2");
        row("a shape that is none", "\"shape\":{", "\"shape\":7,\"x\":{");
        row("an unknown kind", "\"kind\":\"classes\"", "\"kind\":\"riddles\"");
        row("an unknown mix", "\"mix\":\"balanced\"", "\"mix\":\"shaken\"");
        row("an alpha of nothing", "\"dirichlet_alpha\":2.0", "\"dirichlet_alpha\":0");
        row("a prevalence above all", "\"prevalence\":0.5", "\"prevalence\":1.5");
        row("a truth that is none", "\"capture_disjoint\":false", "\"capture_disjoint\":0");
        row("more episodes than there are", "\"episodes\":1", "\"episodes\":18446744073709551615");
    }
    void whatIsNoEpisodeIsRefused()
    {
        QFETCH(const QString, from);
        QFETCH(const QString, to);
        const Dataset dataset = six();
        const auto read = learn::parseEpisodeIndex(
            replaced(headOf(dataset) + episodeLine, from.toStdString(), to.toStdString()), dataset, "index");
        QVERIFY(!read);
        QVERIFY(!read.error().what.empty());
        QCOMPARE(read.error().where, std::string("index"));
    }

    /// Way 0 of a hunt is anything benign, and nothing else.
    void benignIsAnythingThatIsNoThreat()
    {
        const Dataset dataset = six();
        const std::string head =
            replaced(headOf(dataset, "threat_in_benign"), "\"open_classes\":1", "\"open_classes\":0");
        const std::string hunt = R"({"ways":2,"classes":[2,0],"support":[4,0],"support_way":[0,1],)"
                                 R"("query":[5,1],"query_way":[0,1]})";
        QVERIFY(learn::parseEpisodeIndex(head + hunt, dataset, "index"));
        QVERIFY(!learn::parseEpisodeIndex(head + replaced(hunt, "\"query\":[5,", "\"query\":[3,"), dataset, "index"));
    }

    void damageIsNeverACrash()
    {
        const Dataset dataset = six();
        const std::string good = headOf(dataset) + episodeLine;
        for (std::size_t length = 0; length + 1 < good.size(); ++length)
            QVERIFY(!learn::parseEpisodeIndex(std::string_view(good).substr(0, length), dataset, "index"));
        base::Rng rng(1);
        for (int round = 0; round < 3000; ++round) {
            std::string damaged = good;
            damaged[rng.below(damaged.size())] = static_cast<char>(rng.below(256));
            const auto read = learn::parseEpisodeIndex(damaged, dataset, "index");
            if (read) { // a blank more, another seed: still an index of this corpus
                for (const learn::Episode& episode : read->episodes)
                    QVERIFY(std::ranges::all_of(episode.query, [](std::uint32_t row) { return row < 6; }));
            }
        }
        QVERIFY(!learn::parseEpisodeIndex(std::string(1 << 20, '['), dataset, "index"));
        QVERIFY(!learn::parseEpisodeIndex(headOf(dataset) + std::string(1 << 20, '['), dataset, "index"));
    }

    void tooFewClassesAreSaid()
    {
        const auto index = learn::drawEpisodes(test::toyDataset({.classes = 3}), {.ways = 5}, 10, 1);
        QVERIFY(!index);
        QCOMPARE(index.error().code, base::Error::Code::Argument);
        QVERIFY(!learn::drawEpisodes(Dataset{}, {}, 10, 1));
    }

    void theFeatureTableGoesWithTheIndex()
    {
        const Dataset dataset = test::toyDataset();
        const features::Scaler scaler = features::Scaler::fit(dataset.features);
        const base::TensorFile table = learn::featureTable(dataset, scaler);
        QCOMPARE(*table.text("corpus_sha256"), drawn(dataset, {}).corpusHash);
        const auto features = table.matrix("features");
        QVERIFY(features);
        const features::FeatureSet scaled = scaler.apply(dataset.features);
        QCOMPARE(features->rows, dataset.size());
        QCOMPARE(features->columns, scaled.sequences.columns + scaled.statistics.columns);
        QCOMPARE(features->row(5)[8], scaled.sequences.row(5)[8]);
        QCOMPARE(features->row(5)[scaled.sequences.columns + 2], scaled.statistics.row(5)[2]);
        QCOMPARE(table.matrix("class")->row(0)[30], static_cast<float>(dataset.classOf[30]));
        QCOMPARE(table.matrix("session")->row(0)[31], static_cast<float>(dataset.sessionOf[31]));
    }
};

QTEST_GUILESS_MAIN(EpisodeIndexTest)
#include "episode_index_test.moc"
