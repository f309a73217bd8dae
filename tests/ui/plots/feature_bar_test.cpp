// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>

#include "ui/plots/colours.h"
#include "ui/plots/feature_bar.h"

#include <cmath>

using namespace flowscent;
using ui::FeatureBar;

class FeatureBarTest : public QObject {
    Q_OBJECT

    static FeatureBar::Content meanGap(double number)
    {
        return {.name = QStringLiteral("Mean gap"),
                .value = QStringLiteral("60.0 s"),
                .normal = QStringLiteral("normal 0.02-1.4 s"),
                .sentence = QStringLiteral("Mean gap 60.0 s, normal 0.02-1.4 s, raises the score"),
                .number = number,
                .lower = 20,
                .median = 400,
                .upper = 1400,
                .raises = true};
    }
    /// Columns that have the colour somewhere.
    static std::vector<int> columnsOf(const QImage& picture, const QColor& colour)
    {
        std::vector<int> columns;
        for (int x = 0; x < picture.width(); ++x) {
            for (int y = picture.height() / 2; y < picture.height(); ++y) {
                if (picture.pixelColor(x, y) == colour) {
                    columns.push_back(x);
                    break;
                }
            }
        }
        return columns;
    }

private Q_SLOTS:
    void theAxisIsEvenWithinTheBandAndLogarithmicBeyond()
    {
        QCOMPARE(FeatureBar::place(400, meanGap(60'000)), 0.0);
        // By hand: the half-band is (1400 - 20) / 2 = 690; asinh(3000 / 690) = ln(4.3478 + sqrt(19.9036)) = 2.1758
        QVERIFY(std::abs(FeatureBar::place(3400, meanGap(0)) - 2.1758) < 1e-3);
        QVERIFY(std::abs(FeatureBar::place(-2600, meanGap(0)) + 2.1758) < 1e-3);
        QVERIFY(FeatureBar::place(20, meanGap(0)) < 0);
        QVERIFY(FeatureBar::place(1400, meanGap(0)) > 0);
        const FeatureBar::Content flat{.lower = 0, .median = 0, .upper = 0}; // no band at all
        QVERIFY(std::isfinite(FeatureBar::place(5, flat)));
        QCOMPARE(FeatureBar::place(0, flat), 0.0);
    }

    void theBarReachesFromTheMedianToTheValueOnItsSide()
    {
        FeatureBar bar;
        bar.setPalette(ui::lightPalette());
        bar.resize(500, bar.sizeHint().height());
        const QColor threat = ui::Colours::of(bar.palette()).threat;
        bar.setContent(meanGap(60'000), 6);
        const auto above = columnsOf(bar.grab().toImage(), threat);
        bar.setContent(meanGap(-60'000), 6);
        const auto below = columnsOf(bar.grab().toImage(), threat);
        QVERIFY(!above.empty() && !below.empty());
        QVERIFY(below.back() <= above.front() + 2); // they meet at the median
        QVERIFY(below.front() < above.front());
        auto lowers = meanGap(60'000);
        lowers.raises = false;
        bar.setContent(lowers, 6);
        QVERIFY(columnsOf(bar.grab().toImage(), threat).empty());
    }

    void itIsReadAndPressedWithoutAMouse()
    {
        FeatureBar bar;
        bar.setContent(meanGap(60'000), 6);
        QCOMPARE(bar.accessibleName(), meanGap(0).sentence);
        bar.show();
        bar.setFocus();
        QSignalSpy pressed(&bar, &QAbstractButton::clicked);
        QTest::keyClick(&bar, Qt::Key_Space);
        QCOMPARE(pressed.count(), 1);
    }

    void endlessNamesAreShortenedAndToldInFull()
    {
        FeatureBar bar;
        auto content = meanGap(60'000);
        content.name = QString(400, QLatin1Char('w'));
        content.sentence = content.name + QStringLiteral(" 60.0 s");
        bar.setContent(content, 6);
        QVERIFY(bar.minimumSizeHint().width() < 400);
        QVERIFY(bar.toolTip().contains(content.name));
        bar.resize(bar.minimumSizeHint());
        QVERIFY(!bar.grab().isNull());
    }
};

QTEST_MAIN(FeatureBarTest)
#include "feature_bar_test.moc"
