// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/world/world.h"

using namespace flowscent;
using learn::WorldAddress;
using learn::worldFromEnvironment;

class WorldTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        for (const char* variable : {"MASTER_ADDR", "MASTER_PORT", "RANK", "WORLD_SIZE"})
            qunsetenv(variable);
    }

    void isOneProcessWhenNothingIsSet()
    {
        const auto world = worldFromEnvironment();
        QVERIFY(world);
        QVERIFY(!*world);
        for (const char* variable : {"MASTER_ADDR", "MASTER_PORT", "RANK", "WORLD_SIZE"})
            qputenv(variable, "");
        QVERIFY(worldFromEnvironment() && !*worldFromEnvironment());
    }

    void isReadFromTheVariablesOfTorchrun()
    {
        set("node1.cluster", "29500", "3", "4");
        const auto world = worldFromEnvironment();
        QVERIFY2(world, world ? "" : world.error().sentence().c_str());
        const WorldAddress expected{.masterAddress = "node1.cluster", .masterPort = 29500, .rank = 3, .worldSize = 4};
        QVERIFY(**world == expected);
    }

    void namesWhatIsMissing()
    {
        set("node1", "29500", "3", "4");
        qunsetenv("RANK");
        QVERIFY(!worldFromEnvironment());
        QCOMPARE(worldFromEnvironment().error().where, std::string("RANK"));
        qunsetenv("MASTER_ADDR");
        QCOMPARE(worldFromEnvironment().error().where, std::string("MASTER_ADDR, RANK"));
    }

    void refusesWhatHasNoMeaning_data()
    {
        QTest::addColumn<QByteArray>("port");
        QTest::addColumn<QByteArray>("rank");
        QTest::addColumn<QByteArray>("size");
        QTest::addColumn<std::string>("variable");
        QTest::newRow("port is a word") << QByteArray("http") << QByteArray("0") << QByteArray("2")
                                        << std::string("MASTER_PORT");
        QTest::newRow("port 0") << QByteArray("0") << QByteArray("0") << QByteArray("2") << std::string("MASTER_PORT");
        QTest::newRow("port too large") << QByteArray("65536") << QByteArray("0") << QByteArray("2")
                                        << std::string("MASTER_PORT");
        QTest::newRow("port and more") << QByteArray("29500 ") << QByteArray("0") << QByteArray("2")
                                       << std::string("MASTER_PORT");
        QTest::newRow("rank too large") << QByteArray("29500") << QByteArray("2") << QByteArray("2")
                                        << std::string("RANK");
        QTest::newRow("rank negative") << QByteArray("29500") << QByteArray("-1") << QByteArray("2")
                                       << std::string("RANK");
        QTest::newRow("world of nobody") << QByteArray("29500") << QByteArray("0") << QByteArray("0")
                                         << std::string("WORLD_SIZE");
        QTest::newRow("world too large") << QByteArray("29500") << QByteArray("0") << QByteArray("257")
                                         << std::string("WORLD_SIZE");
        QTest::newRow("size is a fraction")
            << QByteArray("29500") << QByteArray("0") << QByteArray("2.5") << std::string("WORLD_SIZE");
    }

    void refusesWhatHasNoMeaning()
    {
        QFETCH(const QByteArray, port);
        QFETCH(const QByteArray, rank);
        QFETCH(const QByteArray, size);
        QFETCH(const std::string, variable);
        set("node1", port, rank, size);
        const auto world = worldFromEnvironment();
        QVERIFY(!world);
        QCOMPARE(world.error().where, variable);
        QVERIFY(world.error().code == base::Error::Code::Argument);
    }

private:
    static void set(const QByteArray& address, const QByteArray& port, const QByteArray& rank, const QByteArray& size)
    {
        qputenv("MASTER_ADDR", address);
        qputenv("MASTER_PORT", port);
        qputenv("RANK", rank);
        qputenv("WORLD_SIZE", size);
    }
};

QTEST_GUILESS_MAIN(WorldTest)
#include "world_test.moc"
