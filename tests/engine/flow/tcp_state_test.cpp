// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/support/flow_builder.h"

using namespace flowscent;
using namespace flowscent::test;
using packet::TcpFlag;

namespace {

constexpr std::uint8_t syn = TcpFlag::Syn;
constexpr std::uint8_t synAck = TcpFlag::Syn | TcpFlag::Ack;
constexpr std::uint8_t ack = TcpFlag::Ack;
constexpr std::uint8_t finAck = TcpFlag::Fin | TcpFlag::Ack;
constexpr std::uint8_t rst = TcpFlag::Rst;

} // namespace

/// Zeek's conn_state (https://docs.zeek.org, base/protocols/conn/main.zeek): each row is a conversation written as
/// `>flags` and `<flags` and the letters that Zeek's table gives it.
class TcpStateTest : public QObject {
    Q_OBJECT

    static Conversation conversation(const QByteArray& script)
    {
        Conversation result;
        std::uint32_t next[2] = {1000, 5000};
        for (const QByteArray& word : script.split(' ')) {
            const bool out = word[0] == '>';
            const QByteArray name = word.mid(1);
            const std::uint8_t flags = name == "syn"      ? syn
                                       : name == "synack" ? synAck
                                       : name == "ack"    ? ack
                                       : name == "fin"    ? finAck
                                                          : rst;
            std::uint32_t& mine = next[out ? 0 : 1];
            const TcpSegment segment{.flags = flags, .sequence = mine, .acknowledged = next[out ? 1 : 0]};
            mine += (flags & (TcpFlag::Syn | TcpFlag::Fin)) != 0 ? 1 : 0;
            out ? result.out(segment) : result.in(segment);
        }
        return result;
    }

private Q_SLOTS:
    void lettersAreThoseOfZeek_data()
    {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<QString>("letters");
        const auto row = [](const char* letters, const char* script) {
            QTest::newRow(script) << QByteArray(script) << QString::fromUtf8(letters);
        };
        row("S0", ">syn");
        row("S0", ">syn >syn >syn");
        row("S1", ">syn <synack >ack");
        row("SF", ">syn <synack >ack >fin <fin >ack");
        row("SF", ">syn <synack >ack <fin >fin <ack");
        row("REJ", ">syn <rst");
        row("S2", ">syn <synack >ack >fin <ack");
        row("S3", ">syn <synack >ack <fin >ack");
        row("RSTO", ">syn <synack >ack >rst");
        row("RSTR", ">syn <synack >ack <rst");
        row("RSTOS0", ">syn >rst");
        row("RSTRH", "<synack <rst");
        row("SH", ">syn >fin");
        row("SHR", "<synack <fin");
        row("OTH", ">ack <ack");
    }
    void lettersAreThoseOfZeek()
    {
        QFETCH(QByteArray, script);
        QFETCH(QString, letters);
        const auto flows = assemble(conversation(script).frames);
        QCOMPARE(flows.size(), std::size_t(1));
        QCOMPARE(QString::fromUtf8(flow::text(flows[0].record.state).data()), letters);
    }

    void whatIsNotTcpHasNoState()
    {
        QCOMPARE(assemble(Conversation().udpOut(10).frames).at(0).record.state, flow::TcpState::None);
    }

    void theHandshakesRoundTripIsMeasured()
    {
        Conversation slow;
        slow.gap = milliseconds(37);
        slow.handshake();
        QCOMPARE(assemble(slow.frames).at(0).record.statistics.handshakeRtt, milliseconds(37));
        QCOMPARE(assemble(conversation(">ack <ack").frames).at(0).record.statistics.handshakeRtt, std::int64_t(-1));
    }
};

QTEST_GUILESS_MAIN(TcpStateTest)
#include "tcp_state_test.moc"
