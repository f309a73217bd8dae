// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QTest>

#include "engine/packet/header_map.h"
#include "engine/packet/headers.h"
#include "tests/support/packet_builder.h"
#include "tests/support/read_back.h"

#include <algorithm>

using namespace flowscent;
using packet::HeaderField;
using packet::mapHeaders;

namespace {

const HeaderField& named(const std::vector<HeaderField>& fields, const std::string& name)
{
    const auto found = std::ranges::find(fields, name, &HeaderField::name);
    if (found == fields.end())
        qFatal("no field %s", name.c_str());
    return *found;
}

void promise(const std::vector<HeaderField>& fields, std::size_t frame)
{
    for (const HeaderField& field : fields) {
        QVERIFY(field.length > 0);
        QVERIFY(std::size_t{field.begin} + field.length <= frame);
    }
}

} // namespace

class HeaderMapTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Offsets as the headers' own drawings have them (RFC 791, RFC 9293), behind 14 bytes of Ethernet.
    void fieldsLieWhereTheStandardsPutThem()
    {
        const auto frame = test::ethernet(test::ipv4(
            {}, test::tcp({.flags = packet::Syn | packet::Ack, .sequence = 7, .window = 1024, .payload = 10})));
        const auto fields = mapHeaders(frame, 1);
        promise(fields, frame.size());
        const auto at = [&](const char* name) {
            const HeaderField& field = named(fields, name);
            return std::pair(field.begin, field.length);
        };
        QCOMPARE(at("Ethernet"), std::pair(0U, 14U));
        QCOMPARE(at("IPv4"), std::pair(14U, 20U));
        QCOMPARE(at("Time to live"), std::pair(22U, 1U));
        QCOMPARE(at("Source address"), std::pair(26U, 4U));
        QCOMPARE(at("TCP"), std::pair(34U, 20U));
        QCOMPARE(at("Destination port"), std::pair(36U, 2U));
        QCOMPARE(at("Flags"), std::pair(47U, 1U));
        QCOMPARE(at("Payload"), std::pair(54U, 10U));
        QCOMPARE(named(fields, "Source address").value, std::string("10.0.0.1"));
        QCOMPARE(named(fields, "Sequence number").value, std::string("7"));
        QCOMPARE(named(fields, "Flags").value, std::string("0x12 SYN ACK"));
    }

    void payloadsAreWhereTheDecoderFindsThem()
    {
        const QDir folder(QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/captures"));
        int seen = 0;
        for (const QString& name : folder.entryList(QDir::Files)) {
            for (const auto& read :
                 test::readBack(std::filesystem::path(folder.filePath(name).toStdString())).packets) {
                const auto fields = mapHeaders(read.bytes, read.linkType);
                promise(fields, read.bytes.size());
                const auto headers = packet::decode(read.bytes, read.linkType).headers;
                if (!headers || headers->payloadLength == 0 || headers->payloadOffset >= read.bytes.size())
                    continue;
                const auto payload = std::ranges::find_if(fields, [&](const HeaderField& field) {
                    return field.begin == headers->payloadOffset && field.depth == 0;
                });
                QVERIFY2(payload != fields.end(), qPrintable(name));
                QCOMPARE(payload->length,
                         std::min<std::uint32_t>(headers->payloadLength, static_cast<std::uint32_t>(read.bytes.size()) -
                                                                             headers->payloadOffset));
                ++seen;
            }
        }
        QVERIFY2(seen > 300, qPrintable(QString::number(seen)));
    }

    void framesCutAnywhereGiveFieldsWithinThem()
    {
        const auto inner = test::ipv4({.protocol = 17}, test::udp(53, 54, 5));
        for (const auto& frame : {test::ethernet(test::ipv6({}, test::tcp({.payload = 5, .options = 12})), {7, 8}),
                                  test::ethernet(test::ipv4({.protocol = 4, .options = 8}, inner)),
                                  test::ethernet(test::ipv4({.protocol = 1}, test::icmp(8, 0, 4)), {}, true)}) {
            for (std::size_t length = 0; length <= frame.size(); ++length)
                promise(mapHeaders(std::span(frame).first(length), 1), length);
        }
    }
};

QTEST_GUILESS_MAIN(HeaderMapTest)
#include "header_map_test.moc"
