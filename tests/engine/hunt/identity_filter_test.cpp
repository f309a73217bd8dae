// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/hunt/filter.h"
#include "tests/support/packet_builder.h"

using namespace flowscent;
using identify::Confidence;
using identify::Spoken;

namespace {

flow::FlowRecord flowOf(const identify::Identity& identity)
{
    flow::FlowRecord record;
    record.key = {test::endpoint("10.0.0.1", 40000), test::endpoint("10.0.0.2", 443), 6};
    record.identity = identity;
    return record;
}

/// 0: TLS to a service, 1: HTTP guessed by port, 2: SSH, 3: nothing known.
flow::FlowTable makeTable()
{
    auto names = std::make_shared<identify::Names>();
    flow::FlowTable table(names);
    table.append(flowOf({.application = names->add("TLS.YouTube"),
                         .category = names->add("Media"),
                         .host = names->add("www.youtube.com"),
                         .alpn = names->add("h2"),
                         .clientPrint = names->add("e7d705a3286e19ea42f587b344ee6865"),
                         .ja4 = names->add("t13d1516h2_8daaf6152771_e5627efa2ab1"),
                         .spoken = Spoken::Tls,
                         .confidence = Confidence::Payload,
                         .risks = std::uint64_t{1} << 6 | std::uint64_t{1} << 24}));
    table.append(flowOf({.application = names->add("HTTP"),
                         .agent = names->add("curl/8.4.0"),
                         .confidence = Confidence::Port,
                         .risks = std::uint64_t{1} << 6}));
    table.append(flowOf({.application = names->add("SSH"),
                         .software = names->add("SSH-2.0-OpenSSH_9.2p1"),
                         .clientPrint = names->add("06046964c022c6407d15a27b12a6a4fb"),
                         .spoken = Spoken::Ssh,
                         .confidence = Confidence::Payload}));
    table.append(flowOf({}));
    return table;
}

} // namespace

class IdentityFilterTest : public QObject {
    Q_OBJECT

    flow::FlowTable m_table = makeTable();

private Q_SLOTS:
    void anExpressionPassesTheseRows_data()
    {
        QTest::addColumn<QString>("rows");
        const auto rows = [](const char* expression, const char* expected) {
            QTest::newRow(expression) << QString::fromLatin1(expected);
        };
        rows("app", "0 1 2");
        rows("app == tls.youtube", "0");
        rows("app == youtube", "0");
        rows("app == TLS", "0");
        rows("app == you", "");
        rows("app contains you", "0");
        rows("app != tls", "1 2");
        rows("category == media", "0");
        rows("host == WWW.YouTube.com", "0");
        rows("host matches \"\\.com$\"", "0");
        rows("host != other.example", "0");
        rows("tls.handshake.extensions_server_name contains youtube", "0");
        rows("alpn == h2", "0");
        rows("agent contains curl", "1");
        rows("software contains openssh", "2");
        rows("ja3 == e7d705a3286e19ea42f587b344ee6865", "0");
        rows("ja3", "0");
        rows("hassh", "2");
        rows("hassh == 06046964c022c6407d15a27b12a6a4fb", "2");
        rows("ja3 == 06046964c022c6407d15a27b12a6a4fb", "");
        rows("ja4 contains t13d", "0");
        rows("confidence == port", "1");
        rows("not app", "3");
    }
    void anExpressionPassesTheseRows()
    {
        QFETCH(QString, rows);
        QCOMPARE(passing(QTest::currentDataTag()), rows);
    }

    void risksMatchByTheirNames()
    {
        if (identify::riskText(6).empty())
            QSKIP("this build has no nDPI, which names risks");
        QCOMPARE(passing("risk"), QStringLiteral("0 1"));
        QCOMPARE(passing("risk == \"Self-signed Certificate\""), QStringLiteral("0 1"));
        QCOMPARE(passing("risk contains sni"), QStringLiteral("0"));
        QCOMPARE(passing("risk != \"missing sni tls extension\""), QStringLiteral("1"));
    }

    void aTableWithoutIdentitiesPassesNothing()
    {
        flow::FlowTable table;
        table.append(flowOf({}));
        for (const char* expression : {"app", "host == x", "app != x", "risk", "ja4 contains t"})
            QVERIFY(hunt::Filter::parse(expression)->apply(table, {}).empty());
    }

    void comparesTextsOnly()
    {
        const auto filter = hunt::Filter::parse("host > 5");
        QVERIFY(!filter);
        QVERIFY(!hunt::Filter::parse("risk >= 2"));
    }

private:
    QString passing(const char* expression) const
    {
        const auto filter = hunt::Filter::parse(expression);
        if (!filter)
            return QString::fromStdString(filter.error().sentence());
        QStringList texts;
        for (const std::uint32_t row : filter->apply(m_table, {}))
            texts << QString::number(row);
        return texts.join(QLatin1Char(' '));
    }
};

QTEST_GUILESS_MAIN(IdentityFilterTest)
#include "identity_filter_test.moc"
