// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QTest>

#include "tests/support/packet_builder.h"
#include "ui/models/dissection_model.h"

using namespace flowscent;
using ui::DissectionModel;

namespace {

const QByteArray pdml = R"(<?xml version="1.0"?>
<pdml version="0" creator="wireshark/4.0.17">
<packet>
  <proto name="geninfo" pos="0" showname="General information" size="54"><field name="num" pos="0" show="1"/></proto>
  <proto name="frame" showname="Frame 1" size="54" pos="0"><field name="frame.len" showname="Length: 54" size="0" pos="0" show="54"/></proto>
  <proto name="ip" showname="IPv4" size="20" pos="14">
    <field name="ip.version" showname="0100 .... = Version: 4" size="1" pos="14" show="4" value="4" unmaskedvalue="45"/>
    <field name="ip.ttl" showname="Time to Live: 64" size="1" pos="22" show="64" value="40"/>
    <field name="ip.far" showname="Beyond" size="100" pos="50" show="1"/>
    <field name="ip.hidden" hide="yes" showname="Hidden" size="1" pos="22"><field name="x" showname="X" size="1" pos="22"/></field>
    <field name="ip.none" show="bare &lt;b&gt;&#10;line"/>
  </proto>
  <proto name="other" showname="Reassembled" size="4" pos="0"><field name="o" showname="O" size="2" pos="0" value="ffff"/></proto>
</packet>
<packet><proto name="frame" showname="Frame 2" size="54" pos="0"/></packet>
</pdml>)";

std::shared_ptr<const ui::FetchedPackets> packets()
{
    auto made = std::make_shared<ui::FetchedPackets>();
    for (int i = 0; i < 2; ++i) {
        ui::FetchedPacket packet;
        packet.stored.bytes = test::ethernet(test::ipv4({}, test::tcp({})));
        packet.decoded = packet::decode(packet.stored.bytes, 1);
        made->packets.push_back(std::move(packet));
    }
    made->total = 2;
    return made;
}

} // namespace

class DissectionModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void showsPacketsProtocolsAndFields()
    {
        const auto dissection = ui::readPdml(pdml, packets(), 2, {});
        QVERIFY(!dissection->trouble);
        DissectionModel model;
        const QAbstractItemModelTester contract(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setDissection(dissection);
        QCOMPARE(model.rowCount(), 2);
        const QModelIndex first = model.index(0, 0);
        QCOMPARE(first.data().toString(), QStringLiteral("Packet 1"));
        QCOMPARE(model.rowCount(first), 3); // no general information: the packet list has it
        const QModelIndex ip = model.index(1, 0, first);
        QCOMPARE(ip.data().toString(), QStringLiteral("IPv4"));
        QCOMPARE(ip.parent(), first);
        QCOMPARE(model.rowCount(ip), 4);
        QCOMPARE(model.index(1, 0, ip).data().toString(), QStringLiteral("Time to Live: 64"));
        QCOMPARE(model.index(3, 0, ip).data().toString(), QStringLiteral("bare <b> line"));
        model.setDissection(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void linksFieldsToTheirBytesAndOnlyToTheirOwn()
    {
        const auto dissection = ui::readPdml(pdml, packets(), 2, {});
        const auto place = [&](const char* text) {
            for (const ui::DissectedNode& node : dissection->nodes) {
                if (node.text.startsWith(QLatin1String(text)))
                    return std::pair(node.begin, node.length);
            }
            return std::pair(77U, 77U);
        };
        QCOMPARE(place("IPv4"), std::pair(14U, 20U));
        QCOMPARE(place("0100 .... = Version"), std::pair(14U, 1U)); // by its byte, not by its bits
        QCOMPARE(place("Time to Live"), std::pair(22U, 1U));
        QCOMPARE(place("Beyond").second, 0U);
        QCOMPARE(place("O").second, 0U);
        QCOMPARE(place("Reassembled").second, 0U); // its fields are not here, so neither is it
    }

    void findsTheFieldOfAByte()
    {
        const auto dissection = ui::readPdml(pdml, packets(), 2, {});
        const auto field = [&](std::uint32_t byte) {
            const auto node = dissection->at(0, byte);
            return node ? dissection->nodes[*node].text : QString();
        };
        QCOMPARE(field(22), QStringLiteral("Time to Live: 64"));
        QCOMPARE(field(30), QStringLiteral("IPv4"));
        QCOMPARE(field(40), QStringLiteral("Frame 1"));
        QCOMPARE(field(400), QString());
        QVERIFY(!dissection->at(9, 0));
    }

    /// Cut off anywhere: what came before is there, in order, and the reason is told.
    void anAnswerThatEndsEarlyIsKeptUpToThere()
    {
        for (qsizetype length = 0; length < pdml.size() - 8; length += 7) {
            const auto dissection = ui::readPdml(pdml.left(length), packets(), 2, {});
            QVERIFY(dissection->trouble);
            DissectionModel model;
            const QAbstractItemModelTester contract(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
            model.setDissection(dissection);
        }
    }

    void whatIsTooDeepOrNoPdmlIsRefused()
    {
        QByteArray deep = "<pdml><packet>";
        for (int i = 0; i < 10'000; ++i)
            deep += "<proto name=\"p\">";
        const auto dissection = ui::readPdml(deep, packets(), 2, {});
        QVERIFY(dissection->trouble);
        QVERIFY(dissection->nodes.size() < 100);
        QVERIFY(ui::readPdml("<html><packet/><field/>", packets(), 2, {})->trouble);
        QVERIFY(ui::readPdml("\0\1\2", packets(), 2, {})->trouble);
    }

    void aStoppedReaderGivesNothing()
    {
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!ui::readPdml(pdml, packets(), 2, stop.get_token()));
    }
};

QTEST_GUILESS_MAIN(DissectionModelTest)
#include "dissection_model_test.moc"
