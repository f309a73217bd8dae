// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "ui/plots/point_raster.h"

#include <limits>

using namespace flowscent;

class PointRasterTest : public QObject {
    Q_OBJECT

    static int painted(const QImage& image)
    {
        int pixels = 0;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x)
                pixels += qAlpha(image.pixel(x, y)) > 0 ? 1 : 0;
        }
        return pixels;
    }

private Q_SLOTS:
    void aPointIsASpot()
    {
        ui::PointRaster raster(20, 10, 1);
        raster.add(5.9, 4.2, 0);
        const QImage image = raster.image({Qt::red});
        QCOMPARE(painted(image), 9);
        for (const QPoint corner : {QPoint(4, 3), QPoint(6, 5)})
            QVERIFY(qAlpha(image.pixel(corner)) > 0 && qBlue(image.pixel(corner)) == 0);
    }

    void aSpotIsCutAtTheEdge()
    {
        ui::PointRaster raster(20, 10, 1);
        raster.add(0, 0, 0);
        raster.add(19.5, 5, 0);
        QCOMPARE(painted(raster.image({Qt::red})), 4 + 6);
    }

    void whatLiesOutsideIsNotDrawn()
    {
        ui::PointRaster raster(20, 10, 1);
        raster.add(-0.1, 5, 0);
        raster.add(20, 5, 0);
        raster.add(5, 1e30, 0);
        raster.add(std::numeric_limits<double>::quiet_NaN(), 5, 0);
        QCOMPARE(painted(raster.image({Qt::red})), 0);
    }

    void theHigherKindIsSeenWhateverTheOrder()
    {
        ui::PointRaster raster(9, 9, 1);
        raster.add(4, 4, 1);
        for (int i = 0; i < 500; ++i)
            raster.add(4, 4, 0);
        const QRgb pixel = raster.image({Qt::red, Qt::blue}).pixel(4, 4);
        QVERIFY(qBlue(pixel) > 0 && qRed(pixel) == 0);
    }

    void moreIsMoreSolid()
    {
        ui::PointRaster raster(30, 9, 0);
        raster.add(5, 4, 0);
        for (int i = 0; i < 4; ++i)
            raster.add(15, 4, 0);
        for (int i = 0; i < 100'000; ++i)
            raster.add(25, 4, 0);
        const QImage image = raster.image({Qt::red});
        QVERIFY(qAlpha(image.pixel(5, 4)) > 60);
        QVERIFY(qAlpha(image.pixel(15, 4)) > qAlpha(image.pixel(5, 4)));
        QCOMPARE(qAlpha(image.pixel(25, 4)), 255);
    }
};

QTEST_APPLESS_MAIN(PointRasterTest)
#include "point_raster_test.moc"
