// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/flow/community_id.h"
#include "tests/ui/support/layout_audit.h"
#include "tests/ui/support/workbench.h"
#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/panels/evidence_panel.h"
#include "ui/panels/flow_tabs.h"
#include "ui/panels/support_audit_box.h"
#include "ui/plots/feature_bar.h"
#include "ui/plots/packet_shape_pair.h"
#include "ui/session/flow_query.h"
#include "ui/window/theme.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>
#include <QTreeWidget>

#include <algorithm>

using namespace flowscent;
using test::Workbench;

namespace {

constexpr int patience = 60'000;

struct Hunt : Workbench {
    std::vector<flow::FlowId> beacon;

    explicit Hunt(const QSize& size = {1280, 800})
    {
        window.resize(size);
        if (!QTest::qWaitForWindowExposed(&window) || !open({test::sampleCapture()}))
            qFatal("the sample did not open");
        beacon = test::sampleBeacon(*session.table());
        if (!mark({beacon.begin(), beacon.begin() + 4}, hunt::Label::Threat))
            qFatal("the sample was not scored");
        if (!QTest::qWaitFor([this] { return session.judgements() && session.judgements()->doubtsComplete; }, patience))
            qFatal("the sample was not judged");
    }
    /// The highest score that was not marked.
    [[nodiscard]] flow::FlowId topHit() const
    {
        for (const std::uint32_t row : detect::rankedRows(session.scores()->values)) {
            if (session.labels().support().label(flow::FlowId(row)) == hunt::Label::None)
                return flow::FlowId(row);
        }
        qFatal("there is no hit");
    }
    ui::EvidencePanel& showEvidence(flow::FlowId flow)
    {
        window.selection().select({flow});
        window.selection().setCurrent(flow);
        auto& panel = widget<ui::EvidencePanel>("evidencePanel");
        widget<ui::FlowTabs>("flowTabs").show(&panel);
        if (!QTest::qWaitFor([&] { return panel.desk().explained() && panel.desk().explained()->flow == flow; },
                             patience))
            qFatal("the flow was not explained");
        return panel;
    }
};

} // namespace

/// Why does this flow score so high, and can I believe it?
class UnderstandJourneyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        test::useOwnSettings();
        ui::applyTheme(ui::Theme::Light);
    }
    void cleanup() { ui::applyTheme(ui::Theme::Light); }

    void theTopHitIsExplained()
    {
        Hunt hunt;
        const flow::FlowId flow = hunt.topHit();
        ui::EvidencePanel& panel = hunt.showEvidence(flow);
        QTRY_VERIFY(!hunt.widget<QLabel>("evidenceHeadline").text().isEmpty());
        QVERIFY(hunt.widget<QLabel>("evidenceHeadline").isVisible());

        // The nearest example is one of those that were marked, and the button leads to it.
        const auto explained = panel.desk().explained();
        const auto& marked = hunt.session.labels().support().with(hunt::Label::Threat);
        QVERIFY(std::ranges::find(marked, explained->examples.front()) != marked.end());
        QVERIFY(hunt.widget<QLabel>("evidenceStanding").text().contains(QStringLiteral("rank ")));

        std::vector<ui::FeatureBar*> bars;
        for (auto* bar : panel.findChildren<ui::FeatureBar*>()) {
            if (bar->isVisibleTo(&panel) && bar->objectName().startsWith(QStringLiteral("evidenceUnlike")))
                bars.push_back(bar);
        }
        QVERIFY(bars.size() >= 3);
        std::size_t withUnits = 0;
        for (const ui::FeatureBar* bar : bars) {
            QVERIFY(bar->accessibleName().contains(QStringLiteral("raises the score")));
            QVERIFY(bar->accessibleName().contains(QStringLiteral("normal ")));
            for (const char* unit : {" s", " ms", " us", " bytes", " packets"})
                withUnits += bar->content().value.endsWith(QLatin1String(unit)) ? 1U : 0U;
        }
        QVERIFY(withUnits >= 3);

        // Counter-evidence: a background flow with its packets.
        auto& shapes = hunt.widget<ui::PacketShapePair>("evidenceAgainstShapes");
        QVERIFY(shapes.isVisibleTo(&panel) && !shapes.below().sizes.empty());
        QVERIFY(shapes.above() == explained->evidence.packets);
        QVERIFY(hunt.widget<QLabel>("evidenceHonesty").text().contains(QStringLiteral("not the traffic")));

        QTest::mouseClick(&hunt.widget<QPushButton>("evidenceLikeNeighbour"), Qt::LeftButton);
        QCOMPARE(hunt.window.selection().current(), std::optional(explained->examples.front()));
    }

    void aFeatureLeadsToOtherFlowsAndToThePackets()
    {
        Hunt hunt;
        const flow::FlowId flow = hunt.topHit();
        ui::EvidencePanel& panel = hunt.showEvidence(flow);
        QSignalSpy packets(&panel, &ui::EvidencePanel::packetsResponsible);
        const auto all = detect::namedFeatures();
        const auto duration = static_cast<detect::FeatureIndex>(
            std::ranges::find(all, "duration", &detect::NamedFeature::name) - all.begin());
        panel.pursue(duration);
        QCOMPARE(packets.count(), 1);
        QVERIFY(hunt.window.query().text().startsWith(QStringLiteral("dur ")));
        QVERIFY(hunt.widget<QLabel>("evidenceRemark").isVisible());
        QTRY_VERIFY(hunt.session.lastArranged() && !hunt.session.lastArranged()->arrangement.filter.empty());
        const auto& rows = hunt.session.lastArranged()->rows;
        QVERIFY(std::ranges::find(rows, flow.value) != rows.end()); // the flow itself passes
        QVERIFY(rows.size() < hunt.session.table()->size());
        const QString once = hunt.window.query().text();
        panel.pursue(duration);
        QCOMPARE(hunt.window.query().text(), once);

        // Each bar can be reached and pressed by the keyboard.
        auto& bar = hunt.widget<ui::FeatureBar>("evidenceUnlikeBar1");
        bar.setFocus();
        packets.clear();
        QTest::keyClick(&bar, Qt::Key_Space);
        QCOMPARE(packets.count(), 1);
    }

    void theSummaryIsCopied()
    {
        Hunt hunt;
        const flow::FlowId flow = hunt.topHit();
        hunt.showEvidence(flow);
        QTest::keyClick(&hunt.window, Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
        const QString text = QApplication::clipboard()->text();
        const auto& table = *hunt.session.table();
        QVERIFY2(text.contains(ui::toQString(flow::communityId(table.key(flow)))), qPrintable(text));
        QVERIFY(text.contains(ui::endpointText(table.client[flow.value])));
        QVERIFY(text.contains(ui::endpointText(table.server[flow.value])));
    }

    void wrongMakesACounterExample()
    {
        Hunt hunt;
        const flow::FlowId flow = hunt.topHit();
        hunt.showEvidence(flow);
        QTest::mouseClick(&hunt.widget<QPushButton>("evidenceWrong"), Qt::LeftButton);
        QCOMPARE(hunt.session.labels().support().label(flow), hunt::Label::NotThreat);
        QVERIFY(hunt.waitForScores());
        hunt.session.undo();
        QCOMPARE(hunt.session.labels().support().label(flow), hunt::Label::None);
    }

    void theExamplesAreLookedAt()
    {
        Hunt hunt({1280, 1000});
        auto& audit = hunt.widget<ui::SupportAuditBox>("supportAudit");
        QTRY_VERIFY_WITH_TIMEOUT(audit.desk().audit() && audit.desk().audit()->packetsRead, patience);
        QVERIFY(hunt.widget<QLabel>("effectiveText").text().contains(QStringLiteral("4 examples, worth about")));
        const auto found = audit.desk().audit()->shortcuts.size();
        for (std::size_t i = 0; i < found; ++i)
            QVERIFY(
                hunt.widget<QWidget>(QStringLiteral("shortcutWarning%1").arg(i + 1).toLatin1()).isVisibleTo(&audit));
        QCOMPARE(hunt.widget<QLabel>("shortcutText").isVisibleTo(&audit), found == 0);

        QTest::mouseClick(&hunt.widget<QPushButton>("influenceButton"), Qt::LeftButton);
        auto& list = hunt.widget<QTreeWidget>("influenceList");
        QTRY_COMPARE_WITH_TIMEOUT(list.topLevelItemCount(), 4, patience);
        QVERIFY(list.isVisibleTo(&audit));
        test::keepPicture(hunt.widget<QWidget>("supportPanel"), QStringLiteral("support-sections-light"));
        ui::applyTheme(ui::Theme::Dark);
        test::keepPicture(hunt.widget<QWidget>("supportPanel"), QStringLiteral("support-sections-dark"));
        const QStringList faults = test::layoutFaults(hunt.widget<QWidget>("supportPanel"));
        QVERIFY2(faults.isEmpty(), qPrintable(faults.join(QLatin1Char('\n'))));

        // Another label: what was asked about the old examples is gone.
        QVERIFY(hunt.mark({hunt.beacon[5]}, hunt::Label::Threat));
        QTRY_VERIFY_WITH_TIMEOUT(audit.desk().audit()->effective.weights.size() == 5, patience);
        QVERIFY(!list.isVisibleTo(&audit));
    }

    void theBudgetMovesTheLineAndSaysWhatCameOfIt()
    {
        Hunt hunt;
        auto& box = hunt.widget<QComboBox>("budgetBox");
        const auto before = hunt.session.judgements();
        box.setCurrentIndex(1);
        Q_EMIT box.activated(1);
        QTRY_VERIFY_WITH_TIMEOUT(hunt.session.judgements() != before && hunt.session.judgements()->doubtsComplete,
                                 patience);
        const auto after = hunt.session.judgements();
        QVERIFY(after->choice.budget == detect::AlarmBudget::oneIn(100));
        QVERIFY(after->line.promised <= 0.01);
        const QString seen = ui::toQString(after->realised.sentence()).mid(1); // its first letter is a capital here
        QVERIFY2(hunt.widget<QLabel>("budgetPromise").text().contains(seen),
                 qPrintable(hunt.widget<QLabel>("budgetPromise").text()));
        QVERIFY(hunt.widget<QLabel>("budgetStatus").text().contains(seen));
        QVERIFY(hunt.widget<QLabel>("budgetNote").text().contains(QStringLiteral("says nothing about misses")));
        QVERIFY(hunt.widget<QLabel>("budgetNote").text().contains(QStringLiteral("more misses")));

        // Chosen flows for normal: too few change nothing and say so.
        auto& normal = hunt.widget<QComboBox>("baselineBox");
        normal.setCurrentIndex(1);
        Q_EMIT normal.activated(1);
        QCOMPARE(normal.currentIndex(), 0);
        QVERIFY(hunt.widget<QLabel>("budgetNote").text().contains(QStringLiteral("nothing was changed")));
        QCOMPARE(hunt.session.judgements(), after);
        std::vector<flow::FlowId> chosen;
        for (std::uint32_t row = 100; row < 400; ++row)
            chosen.emplace_back(row);
        hunt.window.selection().select(chosen);
        normal.setCurrentIndex(1);
        Q_EMIT normal.activated(1);
        QTRY_VERIFY_WITH_TIMEOUT(hunt.session.judgements() != after, patience);
        QVERIFY(hunt.session.judgements()->baseline->size() <= 300);
    }

    void looksRightInLightAndDarkAtEverySize()
    {
        Hunt hunt;
        auto& panel = hunt.showEvidence(hunt.topHit());
        hunt.window.resizeDocks({&hunt.widget<QDockWidget>("detailsDock")}, {380}, Qt::Vertical);
        auto& audit = hunt.widget<ui::SupportAuditBox>("supportAudit");
        QTRY_VERIFY_WITH_TIMEOUT(audit.desk().audit() && audit.desk().audit()->packetsRead, patience);
        QTRY_VERIFY(test::showsSomething(panel));
        panel.pursue(panel.desk().explained()->evidence.raising.front());
        const QString faults = test::keepPictures(hunt.window, QStringLiteral("understand"));
        QVERIFY2(faults.isEmpty(), qPrintable(faults));
    }

    /// At twice the size of letters, and in a strip that is far too small: all of it can be scrolled to.
    void largeLettersAndLittleRoomClipNothing()
    {
        const QFont before = QApplication::font();
        QFont large = before;
        large.setPointSizeF(2 * before.pointSizeF());
        QApplication::setFont(large);
        {
            Hunt hunt({1280, 1000});
            auto& panel = hunt.showEvidence(hunt.topHit());
            auto& audit = hunt.widget<ui::SupportAuditBox>("supportAudit");
            QTRY_VERIFY_WITH_TIMEOUT(audit.desk().audit() && audit.desk().audit()->packetsRead, patience);
            QTest::qWait(100);
            test::keepPicture(*hunt.widget<QScrollArea>("evidenceScroll").widget(),
                              QStringLiteral("understand-panel-large"));
            test::keepPicture(hunt.widget<QWidget>("supportPanel"), QStringLiteral("support-sections-large"));
            for (const QWidget* within : {static_cast<const QWidget*>(&panel),
                                          static_cast<const QWidget*>(&hunt.widget<QWidget>("supportPanel"))}) {
                const QStringList faults = test::layoutFaults(*within);
                QVERIFY2(faults.isEmpty(), qPrintable(faults.join(QLatin1Char('\n'))));
            }
        }
        QApplication::setFont(before);
    }
};

QTEST_MAIN(UnderstandJourneyTest)
#include "understand_journey_test.moc"
