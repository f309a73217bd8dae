// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QTemporaryDir>

#include "engine/base/atomic_file.h"
#include "engine/flow/read_flows.h"
#include "engine/store/library/retro_hunt.h"
#include "tests/engine/store/library/toy_bundle.h"

#include <filesystem>

using namespace flowscent;
using store::Hunter;
using store::RetroHit;
namespace fs = std::filesystem;

namespace {

const fs::path captures = FLOWSCENT_SOURCE_DIR "/tests/data/captures";

using Made = base::Result<std::shared_ptr<const learn::Encoder>>;

/// A hit that outlives its hunt.
struct Kept {
    std::string capture;
    std::string hunter;
    std::uint32_t flow = 0;
    float score = 0;
    std::uint32_t rank = 0;
    friend bool operator==(const Kept&, const Kept&) = default;
};

Hunter hunter(const std::string& name, std::uint64_t seed)
{
    return {name, 1, test::toyBundle(name, 3, seed).detector};
}

/// A detector of another base model, to the same weights of heads.
Hunter foreigner(const std::string& name, std::uint64_t seed)
{
    Hunter other = hunter(name, seed);
    other.detector.base = std::make_shared<const learn::BaseModel>(test::toyBase(0.5F));
    return other;
}

class RetroHunt {
public:
    store::RetroSettings settings{.everyFlow = true};
    int encodersMade = 0;
    std::vector<Kept> kept;

    base::Result<store::RetroReport> in(const std::vector<fs::path>& files, const std::vector<Hunter>& hunters,
                                        const std::stop_token& stop = {})
    {
        return store::retroHunt(
            files, hunters, settings,
            [this](const std::shared_ptr<const learn::BaseModel>& model) {
                ++encodersMade;
                const float weight = model->weights.tensors.at("encoder.layer").values[0];
                return Made(test::toyEncoder(weight, weight == 0.5F ? 0.5F : 1));
            },
            [this](const RetroHit& hit) -> base::Result<void> {
                kept.push_back({hit.capture.string(), hit.hunter.name, hit.flow.value, hit.score, hit.rank});
                return {};
            },
            {}, stop);
    }
};

/// What scoring the capture alone gives, by rank.
std::vector<Kept> scored(const fs::path& file, const Hunter& hunter, float gain)
{
    const auto read = flow::readFlows({file}, {}, {}, {}, {});
    const auto numbers = test::toyBaseInUse(0.25F, gain).describe(features::extract(*read->table, {}, {}), {});
    const auto scores = detect::score(hunter.detector, *numbers);
    const auto ranks = detect::ranks(scores);
    std::vector<Kept> rows;
    for (const std::uint32_t row : detect::rankedRows(scores))
        rows.push_back({file.string(), hunter.name, row, scores[row], ranks[row]});
    return rows;
}

} // namespace

class RetroHuntTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    fs::path path(const char* name) const { return m_folder.path().toStdString() + "/" + name; }

private Q_SLOTS:
    void everyFlowScoresAsItDoesAlone()
    {
        const std::vector<fs::path> files{captures / "ethernet.pcap", captures / "peculiar.pcap",
                                          captures / "plain.pcapng"};
        const std::vector<Hunter> hunters{hunter("one", 1), foreigner("other base", 2), hunter("two", 3)};
        RetroHunt hunt;
        const auto report = hunt.in(files, hunters);
        QVERIFY2(report.has_value(), report ? "" : report.error().sentence().c_str());
        QCOMPARE(hunt.encodersMade, 2); // one for each base model
        std::vector<Kept> expected;
        for (const fs::path& file : files) {
            for (const Hunter& each : hunters)
                std::ranges::copy(scored(file, each, each.name == "other base" ? 0.5F : 1),
                                  std::back_inserter(expected));
        }
        QVERIFY(expected.size() > 30);
        QVERIFY(hunt.kept == expected);
        QCOMPARE(report->captures.size(), files.size());
        QCOMPARE(report->findings.size(), files.size() * hunters.size());
        QVERIFY(!report->cancelled);
    }

    void findingsSumUpTheHits()
    {
        const fs::path file = captures / "ethernet.pcap";
        Hunter low = hunter("low", 1);
        const auto all = scored(file, low, 1);
        const auto read = flow::readFlows({file}, {}, {}, {}, {});
        QVERIFY(all.size() > 2);
        RetroHunt hunt;
        hunt.settings.everyFlow = false;
        for (const double line : {-1e6, low.detector.line, 1e6}) { // everything, something and nothing is a hit
            low.detector.line = line;
            hunt.kept.clear();
            const auto report = hunt.in({file}, {low});
            QVERIFY(report);
            const store::CaptureFinding& found = report->findings.at(0);
            QCOMPARE(found.hits, std::uint64_t(hunt.kept.size()));
            QCOMPARE(report->captures[0].flows, std::uint64_t(all.size()));
            if (line < -1e5)
                QCOMPARE(hunt.kept.size(), all.size());
            if (line > 1e5)
                QCOMPARE(found.hits, std::uint64_t(0));
            base::Nanoseconds first = 0;
            base::Nanoseconds last = 0;
            for (const Kept& hit : hunt.kept) {
                QVERIFY(hit.score >= detect::alarmScore);
                first = first == 0 ? read->table->start[hit.flow] : std::min(first, read->table->start[hit.flow]);
                last = std::max(last, read->table->last[hit.flow]);
            }
            QCOMPARE(found.firstSeen, first);
            QCOMPARE(found.lastSeen, last);
        }
    }

    void damagedCapturesAreHuntedAsFarAsTheyGo()
    {
        const std::string whole = test::bytesOf(captures / "ethernet.pcap");
        QVERIFY(base::writeAtomically(path("cut.pcap"), whole.substr(0, whole.size() - 5)));
        QVERIFY(base::writeAtomically(path("words.pcap"), "no capture at all"));
        RetroHunt hunt;
        const auto report =
            hunt.in({path("cut.pcap"), path("words.pcap"), path("missing.pcap"), captures / "plain.pcapng"},
                    {hunter("one", 1)});
        QVERIFY(report);
        QCOMPARE(report->captures.size(), std::size_t(4));
        QVERIFY(report->captures[0].damage && !report->captures[0].skipped && report->captures[0].flows > 0);
        QVERIFY(report->captures[1].damage && report->captures[1].skipped);
        QVERIFY(report->captures[2].damage && report->captures[2].skipped);
        QVERIFY(!report->captures[3].damage && report->captures[3].flows > 0);
        QCOMPARE(report->findings.size(), std::size_t(2));
        QCOMPARE(report->findings[1].capture, std::size_t(3));
    }

    void itStopsWhenAskedAndKeepsWhatItHas()
    {
        std::stop_source stop;
        RetroHunt hunt;
        const auto report = store::retroHunt(
            {captures / "ethernet.pcap", captures / "plain.pcapng"}, {hunter("one", 1)}, {.everyFlow = true},
            [](const auto&) { return Made(test::toyEncoder()); },
            [&stop](const RetroHit&) -> base::Result<void> {
                stop.request_stop();
                return {};
            },
            {}, stop.get_token());
        QVERIFY(report);
        QVERIFY(report->cancelled);
        QCOMPARE(report->captures.size(), std::size_t(1));
        QCOMPARE(report->findings.size(), std::size_t(1));
    }

    void nothingToHuntInOrWithIsRefused()
    {
        RetroHunt hunt;
        QVERIFY(!hunt.in({}, {hunter("one", 1)}));
        QVERIFY(!hunt.in({captures / "ethernet.pcap"}, {}));
    }

    void aSinkThatFailsEndsTheHunt()
    {
        const auto report = store::retroHunt(
            {captures / "ethernet.pcap"}, {hunter("one", 1)}, {.everyFlow = true},
            [](const auto&) { return Made(test::toyEncoder()); },
            [](const RetroHit&) -> base::Result<void> { return base::failure(base::Error::Code::Io, "full"); }, {}, {});
        QVERIFY(!report);
        QCOMPARE(report.error().what, std::string("full"));
    }

    void foldersGiveTheirCapturesByName()
    {
        fs::create_directories(path("day/sub"));
        for (const char* name : {"day/b.pcap", "day/a.PCAPNG.gz", "day/sub/c.cap.zst", "day/notes.txt",
                                 "day/d.pcap.part", "day/e.labels.csv"})
            QVERIFY(base::writeAtomically(path(name), "x"));
        fs::create_directory_symlink(path("day"), path("day/sub/loop"));
        const auto found = store::capturesAmong({path("day"), path("missing.pcap"), path("day/notes.txt")});
        QVERIFY(found);
        const std::vector<fs::path> expected{path("day/a.PCAPNG.gz"), path("day/b.pcap"), path("day/sub/c.cap.zst"),
                                             path("missing.pcap"), path("day/notes.txt")};
        QVERIFY(*found == expected);
        const auto none = store::capturesAmong({path("day/sub/loop")});
        QVERIFY(none);
    }
};

QTEST_GUILESS_MAIN(RetroHuntTest)
#include "retro_hunt_test.moc"
