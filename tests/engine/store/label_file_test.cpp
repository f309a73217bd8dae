// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QTemporaryDir>

#include "engine/base/atomic_file.h"
#include "engine/store/label_file.h"

using namespace flowscent;

namespace {

const std::string header = "src_ip,src_port,dst_ip,dst_port,proto,start_epoch,label\n";

} // namespace

class LabelFileTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    base::Result<std::vector<store::LabelRow>> read(const std::string& text)
    {
        const std::filesystem::path file = m_folder.filePath(QStringLiteral("labels.csv")).toStdString();
        if (auto written = base::writeAtomically(file, text); !written)
            return base::failure(written.error());
        return store::readLabels(file);
    }

private Q_SLOTS:
    void aRowNamesAFlowAndItsLabel()
    {
        const auto rows = read(header + "10.0.0.1,40000,10.0.0.2,443,TCP,1398656056.898430,beacon\n");
        QVERIFY(rows);
        QCOMPARE(rows->size(), std::size_t(1));
        const store::LabelRow& row = rows->front();
        QCOMPARE(packet::text(row.source.address), std::string("10.0.0.1"));
        QCOMPARE(row.source.port, std::uint16_t(40'000));
        QCOMPARE(packet::text(row.destination.address), std::string("10.0.0.2"));
        QCOMPARE(row.destination.port, std::uint16_t(443));
        QCOMPARE(row.protocol, std::uint8_t(6));
        QCOMPARE(row.start, base::Nanoseconds(1'398'656'056'898'430'000));
        QCOMPARE(row.label, std::string("beacon"));
        QCOMPARE(row.line, std::size_t(2));
        QVERIFY(!row.benign());
    }

    void columnsMayStandInAnyOrder()
    {
        const auto rows = read("label,proto,start_epoch,dst_port,dst_ip,src_port,src_ip\n"
                               "background,udp,1.5,53,::1,9,fe80::2\n");
        QVERIFY(rows);
        QCOMPARE(packet::text(rows->front().source.address), std::string("fe80::2"));
        QCOMPARE(rows->front().destination.port, std::uint16_t(53));
        QVERIFY(rows->front().benign());
    }

    void aSpreadsheetsByteOrderMarkAndLineEndsAreAccepted()
    {
        QVERIFY(read("\xEF\xBB\xBF" + header.substr(0, header.size() - 1) + "\r\n10.0.0.1,1,10.0.0.2,2,17,0,x\r\n"));
    }

    void rowsOfProtocolsWithoutFlowsAreRead()
    {
        const auto rows = read(header + "10.0.0.1,0,224.0.0.22,0,IGMP,0,background\n10.0.0.1,0,10.0.0.2,0,88,0,x\n"
                                        "10.0.0.1,0,10.0.0.2,0,0,0,x\n");
        QVERIFY(rows);
        QCOMPARE((*rows)[0].protocol, std::uint8_t(2));
        QCOMPARE((*rows)[1].protocol, std::uint8_t(88));
        QCOMPARE((*rows)[2].protocol, std::uint8_t(0));
    }

    void noRowsAreNoError() { QVERIFY(read(header)->empty()); }

    void whatIsWrongIsNamedWithItsLine_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const std::string& text, const char* says) {
            QTest::newRow(name) << QString::fromStdString(text) << QString::fromLatin1(says);
        };
        const std::string good = "10.0.0.1,1,10.0.0.2,2,tcp,0,x\n";
        row("empty file", "", "is empty");
        row("missing column", "src_ip,src_port,dst_ip,dst_port,proto,label\n", "has no column 'start_epoch'");
        row("unknown column", "note," + header, "has the unknown column 'note'");
        row("double column", "src_ip," + header + "1.1.1.1," + good, "line 2: has 8 fields instead of 7");
        row("short row", header + good + "10.0.0.1,1\n", "line 3: has 2 fields instead of 7");
        row("bad address", header + "10.0.0.999,1,10.0.0.2,2,tcp,0,x\n", "line 2: src_ip or src_port");
        row("bad port", header + "10.0.0.1,1,10.0.0.2,70000,tcp,0,x\n", "line 2: dst_ip or dst_port");
        row("negative port", header + "10.0.0.1,-1,10.0.0.2,7,tcp,0,x\n", "line 2: src_ip or src_port");
        row("bad protocol", header + "10.0.0.1,1,10.0.0.2,2,quark,0,x\n", "line 2: proto 'quark' is unknown");
        row("bad time", header + "10.0.0.1,1,10.0.0.2,2,tcp,noon,x\n", "line 2: start_epoch 'noon'");
        row("no label", header + "10.0.0.1,1,10.0.0.2,2,tcp,0,\n", "line 2: the label is empty");
        row("open quote", header + "\"10.0.0.1,1\n", "line 2");
        row("a capture", std::string("\xd4\xc3\xb2\xa1\x02\x00\x04\x00", 8), "has no column 'src_ip'");
    }
    void whatIsWrongIsNamedWithItsLine()
    {
        QFETCH(const QString, text);
        QFETCH(const QString, says);
        const auto rows = read(text.toStdString());
        QVERIFY(!rows);
        QCOMPARE(rows.error().code, base::Error::Code::Format);
        QVERIFY2(QString::fromStdString(rows.error().sentence()).contains(says), rows.error().sentence().c_str());
        QVERIFY(rows.error().where.ends_with("labels.csv"));
    }

    void aMissingFileAndAFolderAreRefused()
    {
        const auto missing = store::readLabels(m_folder.filePath(QStringLiteral("nothing.csv")).toStdString());
        QVERIFY(!missing && missing.error().code == base::Error::Code::Io);
        QVERIFY(missing.error().what.find("No such file") != std::string::npos);
        const auto folder = store::readLabels(m_folder.path().toStdString());
        QVERIFY(!folder && folder.error().code == base::Error::Code::Io);
        QVERIFY(folder.error().what.find("directory") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(LabelFileTest)
#include "label_file_test.moc"
