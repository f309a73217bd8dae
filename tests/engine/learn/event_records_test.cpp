// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/training/event_records.h"

#include <limits>

using namespace flowscent;

namespace {

QByteArray bytesOf(const std::string& text)
{
    return QByteArray::fromStdString(text);
}

} // namespace

/// What the format says byte by byte; whole files are read by tests/engine/store/read_events.
class EventRecordsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// The first twelve bytes of every event file that TensorFlow writes: length 24 and its masked CRC. Then by hand
    /// from event.proto: field 1 as fixed64 (09, 1.0 = 3ff0...), field 3 with 13 bytes (1a 0d).
    void aFileBeginsAsTensorflowsDo()
    {
        const QByteArray head = bytesOf(learn::eventFileHead(1.0, {"{}", "ab"}));
        QCOMPARE(head.left(12).toHex(), QByteArray("1800000000000000a37f4b22"));
        QCOMPARE(head.mid(12, 24), QByteArray::fromHex("09000000000000f03f1a0d") + "brain.Event:2");
    }

    /// By hand from summary.proto: Summary.Value { tag = 1 (0a), simple_value = 2 as fixed32 (15) } in Summary.value =
    /// 1 (0a) in Event.summary = 5 (2a), beside Event.step = 2 (10).
    void aScalarLiesWhereSummaryProtoSays()
    {
        learn::CurvePoint point;
        point.step = 300; // ac 02 as a varint
        point.trainLoss = 0.5;
        const QByteArray bytes = bytesOf(learn::eventRecord(1.0, point));
        QVERIFY(bytes.mid(12).startsWith(QByteArray::fromHex("09000000000000f03f10ac022a")));
        QVERIFY(bytes.contains(QByteArray::fromHex("0a110a0a") + "train/loss" + QByteArray::fromHex("150000003f")));
    }

    void whatIsNoNumberIsLeftOut()
    {
        learn::CurvePoint point;
        QVERIFY(bytesOf(learn::eventRecord(1.0, point)).contains("train/gradient_norm"));
        point.gradientNorm = std::numeric_limits<double>::infinity();
        const QByteArray bytes = bytesOf(learn::eventRecord(1.0, point));
        QVERIFY(!bytes.contains("train/gradient_norm"));
        QVERIFY(bytes.contains("train/learning_rate"));
    }

    void namesAreThoseThatTensorBoardLooksFor()
    {
        QCOMPARE(bytesOf(learn::eventFileName(1700000000, "gpu-7.lab")),
                 QByteArray("events.out.tfevents.1700000000.gpu-7.lab"));
        QCOMPARE(bytesOf(learn::eventFileName(5, "../a b\n")), QByteArray("events.out.tfevents.5..._a_b_"));
    }
};

QTEST_GUILESS_MAIN(EventRecordsTest)
#include "event_records_test.moc"
