// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/crc32c.h"

using flowscent::base::crc32c;

/// RFC 3720 appendix B.4, whose CRCs are printed byte by byte as sent (least significant first).
class Crc32cTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theVectorsOfRfc3720Hold_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<quint32>("crc");
        QByteArray rising;
        QByteArray falling;
        for (int i = 0; i < 32; ++i) {
            rising.append(static_cast<char>(i));
            falling.prepend(static_cast<char>(i));
        }
        QTest::newRow("32 zeros") << QByteArray(32, '\0') << 0x8A9136AAU;
        QTest::newRow("32 ones") << QByteArray(32, '\xff') << 0x62A8AB43U;
        QTest::newRow("rising") << rising << 0x46DD794EU;
        QTest::newRow("falling") << falling << 0x113FDB5CU;
        QTest::newRow("an iSCSI read") << QByteArray::fromHex("01c00000000000000000000000000000140000000000040000000014"
                                                              "0000001828000000000000000200000000000000")
                                       << 0xD9963A56U;
    }
    void theVectorsOfRfc3720Hold()
    {
        QFETCH(const QByteArray, bytes);
        QFETCH(const quint32, crc);
        QCOMPARE(crc32c({bytes.constData(), static_cast<std::size_t>(bytes.size())}), crc);
    }

    void nothingHasTheCrcZero() { QCOMPARE(crc32c({}), 0U); }
};

QTEST_GUILESS_MAIN(Crc32cTest)
#include "crc32c_test.moc"
