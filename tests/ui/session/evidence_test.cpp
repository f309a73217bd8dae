// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>

#include "engine/base/random.h"
#include "engine/features/extract.h"
#include "engine/flow/community_id.h"
#include "tests/ui/support/workbench.h"
#include "ui/models/evidence_text.h"
#include "ui/models/flow_text.h"
#include "ui/session/evidence_desk.h"
#include "ui/session/session.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace flowscent;
using ui::EvidenceDesk;
using State = EvidenceDesk::State;

namespace {

constexpr int patience = 60'000;

/// The sample with its first three beacons marked; opened once for all.
struct Hunt {
    ui::Session session;
    std::vector<flow::FlowId> beacon;

    Hunt()
    {
        session.prepareEngine();
        session.open({test::sampleCapture()});
        if (!QTest::qWaitFor([this] { return session.table() && !session.reading(); }, patience))
            qFatal("the sample was not read");
        beacon = test::sampleBeacon(*session.table());
        session.assign({beacon.begin(), beacon.begin() + 3}, hunt::Label::Threat);
        if (!QTest::qWaitFor(
                [this] { return session.scoresCurrent() && session.scores()->complete() && session.judgements(); },
                patience))
            qFatal("the sample was not scored");
    }
    [[nodiscard]] flow::FlowId ranked(std::size_t place) const
    {
        return flow::FlowId(detect::rankedRows(session.scores()->values)[place]);
    }
};

bool waitFor(EvidenceDesk& desk, State state)
{
    return QTest::qWaitFor([&] { return desk.state() == state; }, patience);
}

/// Who is nearest in the embedding, by hand; without the flow itself.
flow::FlowId nearest(const ui::Scores& scores, flow::FlowId flow, const std::vector<flow::FlowId>& among)
{
    double best = std::numeric_limits<double>::infinity();
    flow::FlowId found(0);
    for (const flow::FlowId other : among) {
        double sum = 0;
        const auto a = scores.numbers->embeddings.row(flow.value);
        const auto b = scores.numbers->embeddings.row(other.value);
        for (std::size_t i = 0; i < a.size(); ++i)
            sum += (double{a[i]} - double{b[i]}) * (double{a[i]} - double{b[i]});
        if (other != flow && sum < best) {
            best = sum;
            found = other;
        }
    }
    return found;
}

features::FeatureSet featuresOf(const flow::FlowTable& table, const std::vector<flow::FlowId>& flows)
{
    features::FeatureSet all;
    for (const flow::FlowId flow : flows)
        all.append(features::extract(table.record(flow)));
    return all;
}

} // namespace

class EvidenceTest : public QObject {
    Q_OBJECT

    std::unique_ptr<Hunt> m_hunt;

private Q_SLOTS:
    void initTestCase() { m_hunt = std::make_unique<Hunt>(); }
    void cleanupTestCase() { m_hunt.reset(); }

    void namesTheNeighboursByTheirOwnNumbers()
    {
        const auto& scores = *m_hunt->session.scores();
        EvidenceDesk desk(m_hunt->session);
        for (std::size_t place = 0; place < 40; place += 5) {
            const flow::FlowId flow = m_hunt->ranked(place);
            desk.explain(flow);
            QVERIFY(waitFor(desk, State::Ready));
            const auto explained = desk.explained();
            QCOMPARE(explained->flow, flow);
            QCOMPARE(explained->examples.front(), nearest(scores, flow, scores.adaptation->threats));
            QCOMPARE(explained->background.front(), nearest(scores, flow, scores.adaptation->background));
            QCOMPARE(explained->evidence.score, scores.values[flow.value]);
            QVERIFY(explained->evidence.raising.size() >= 3);
            const auto& first = explained->examples.front();
            const bool example = explained->evidence.examples.front().place.distance <=
                                 explained->evidence.background.front().place.distance;
            const auto named = example ? first : explained->background.front();
            QVERIFY2(explained->headline.find(ui::numberText(named)) != std::string::npos, explained->headline.c_str());
        }
    }

    void theLatestRequestWins()
    {
        EvidenceDesk desk(m_hunt->session);
        std::vector<flow::FlowId> seen;
        connect(&desk, &EvidenceDesk::changed, this, [&] {
            if (desk.explained())
                seen.push_back(desk.explained()->flow);
        });
        for (std::size_t place = 0; place < 12; ++place)
            desk.explain(m_hunt->ranked(place));
        QVERIFY(waitFor(desk, State::Ready));
        QTest::qWait(100);
        QVERIFY((seen == std::vector{m_hunt->ranked(11)}));
    }

    void whilePausedNothingIsComputed()
    {
        EvidenceDesk desk(m_hunt->session);
        desk.setPaused(true);
        desk.explain(m_hunt->ranked(0));
        QCOMPARE(desk.state(), State::Paused);
        QVERIFY(!desk.explained());
        desk.setPaused(false);
        QVERIFY(waitFor(desk, State::Ready));
        desk.explain({});
        QCOMPARE(desk.state(), State::NoFlow);
    }

    /// Of alarms that are no examples: the three features named first, made normal, against as many by chance.
    void whatIsNamedMatters()
    {
        const auto& scores = *m_hunt->session.scores();
        const ui::Adaptation& adaptation = *scores.adaptation;
        const flow::FlowTable& table = *adaptation.table;
        const auto explainer =
            detect::Explainer::of(adaptation.encoder, *adaptation.foundation, adaptation.detector,
                                  {featuresOf(table, adaptation.threats), {}, featuresOf(table, adaptation.background)},
                                  adaptation.settings.seed, {});
        QVERIFY(explainer);
        EvidenceDesk desk(m_hunt->session);
        base::Rng rng(3);
        std::size_t tried = 0;
        std::size_t won = 0;
        for (std::size_t place = 0; place < scores.alarms && tried < 25; ++place) {
            const flow::FlowId flow = m_hunt->ranked(place);
            if (adaptation.support.label(flow) != hunt::Label::None)
                continue;
            desk.explain(flow);
            QVERIFY(waitFor(desk, State::Ready));
            const auto& raising = desk.explained()->evidence.raising;
            std::vector<std::vector<detect::FeatureIndex>> sets{
                {}, {raising.begin(), raising.begin() + std::min<std::ptrdiff_t>(3, std::ssize(raising))}};
            for (int draw = 0; draw < 10; ++draw) {
                sets.emplace_back();
                for (const std::uint32_t index :
                     rng.sample(static_cast<std::uint32_t>(detect::namedFeatures().size()), 3))
                    sets.back().push_back(static_cast<detect::FeatureIndex>(index));
            }
            const auto logits = explainer->logitsWithNormal(featuresOf(table, {flow}), 0, sets, {});
            QVERIFY(logits);
            const double chance = std::accumulate(logits->begin() + 2, logits->end(), 0.0) / 10;
            won += (*logits)[1] < chance ? 1U : 0U;
            ++tried;
        }
        QVERIFY2(tried >= 5, QByteArray::number(qulonglong(tried)));
        QVERIFY2(10 * won >= 9 * tried, qPrintable(QStringLiteral("%1 of %2").arg(won).arg(tried)));
    }

    void theSummaryHasWhatATicketNeeds()
    {
        EvidenceDesk desk(m_hunt->session);
        const flow::FlowId flow = m_hunt->ranked(4);
        desk.explain(flow);
        QVERIFY(waitFor(desk, State::Ready));
        const auto& table = *m_hunt->session.table();
        const QString summary = ui::evidenceSummary(*desk.explained(), m_hunt->session.judgements().get());
        for (const QString& part :
             {ui::toQString(flow::communityId(table.key(flow))), ui::endpointText(table.client[flow.value]),
              ui::endpointText(table.server[flow.value]), ui::scoreText(m_hunt->session.scores()->values[flow.value]),
              QStringLiteral("rank "), ui::toQString(desk.explained()->headline), QStringLiteral("raises the score"),
              QStringLiteral("explains the model, not the traffic")})
            QVERIFY2(summary.contains(part), qPrintable(part + QStringLiteral("\n") + summary));
        QVERIFY(!ui::evidenceSummary(*desk.explained(), nullptr).contains(QStringLiteral("rank ")));
    }

    void anotherAdaptationIsAskedAnew()
    {
        EvidenceDesk desk(m_hunt->session);
        desk.explain(m_hunt->ranked(2));
        QVERIFY(waitFor(desk, State::Ready));
        const auto before = desk.explained();
        m_hunt->session.assign({m_hunt->beacon[3]}, hunt::Label::Threat);
        QVERIFY(QTest::qWaitFor([&] { return m_hunt->session.scoresCurrent() && m_hunt->session.scores()->complete(); },
                                patience));
        QVERIFY(QTest::qWaitFor(
            [&] { return desk.explained() && desk.explained()->adaptation == m_hunt->session.scores()->adaptation; },
            patience));
        QVERIFY(desk.explained() != before);
        m_hunt->session.undo();
        QVERIFY(QTest::qWaitFor([&] { return m_hunt->session.scoresCurrent(); }, patience));
    }
};

QTEST_MAIN(EvidenceTest)
#include "evidence_test.moc"
