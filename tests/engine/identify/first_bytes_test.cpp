// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/identify/first_bytes.h"
#include "tests/engine/identify/hello_builder.h"

using namespace flowscent::identify;
namespace test = flowscent::test;

namespace {

std::string text(Bytes bytes)
{
    return std::string(characters(bytes));
}

} // namespace

class FirstBytesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void putsPiecesInOrder()
    {
        FirstBytes stream;
        stream.add(6, test::fromText("world"));
        QVERIFY(stream.bytes().empty());
        stream.add(0, test::fromText("hel"));
        QCOMPARE(text(stream.bytes()), "hel");
        stream.add(2, test::fromText("llo "));
        QCOMPARE(text(stream.bytes()), "hello world");
    }

    /// Against a plain array with a mark per byte.
    void agreesWithAMapOfBytes()
    {
        flowscent::base::Rng draw(7);
        for (int round = 0; round < 300; ++round) {
            FirstBytes stream;
            std::vector<int> map(200, -1);
            const test::Bytes truth = test::counting(200);
            for (int piece = 0; piece < 25; ++piece) {
                const std::size_t begin = draw.below(200);
                const std::size_t length = draw.below(30);
                const std::size_t end = std::min<std::size_t>(begin + length, 200);
                stream.add(begin, Bytes(truth).subspan(begin, end - begin));
                for (std::size_t at = begin; at < end; ++at)
                    map[at] = truth[at];
                const auto gap = std::ranges::find(map, -1) - map.begin();
                QCOMPARE(stream.bytes().size(), static_cast<std::size_t>(gap));
                QVERIFY(std::ranges::equal(stream.bytes(), Bytes(truth).first(stream.bytes().size())));
            }
        }
    }

    void keepsNoMoreThanItsRoom()
    {
        FirstBytes stream;
        stream.add(FirstBytes::most, test::fromText("beyond"));
        stream.add(std::size_t(-1), test::fromText("far beyond"));
        QVERIFY(stream.memory() == 0);
        stream.add(0, test::Bytes(3 * FirstBytes::most));
        QVERIFY(stream.full());
        QCOMPARE(stream.memory(), FirstBytes::most);
    }

    void passesOverTooManyPieces()
    {
        FirstBytes stream;
        for (std::size_t piece = 1; piece < 1000; ++piece)
            stream.add(2 * piece, test::fromText("x"));
        stream.add(0, test::Bytes(2000));
        QCOMPARE(stream.bytes().size(), std::size_t{2000});
    }

    void followsSequenceNumbersPastTheirEnd()
    {
        TcpBeginning stream;
        stream.add(0xfffffffeU, test::fromText("abc"));
        stream.add(1, test::fromText("def"));
        stream.add(0xffffffffU, test::fromText("bc")); // again
        QCOMPARE(text(stream.bytes()), "abcdef");
    }

    void cutsOffWhatLiesBeforeTheBeginning()
    {
        TcpBeginning stream;
        stream.add(100, test::fromText("abc"));
        stream.add(98, test::fromText("yzabcd"));
        QCOMPARE(text(stream.bytes()), "abcd");
    }

    /// The second segment came first and was no beginning.
    void takesUpWhatWasPutAside()
    {
        TcpBeginning stream;
        stream.add(105, test::fromText("second"));
        stream.putAside();
        QVERIFY(stream.bytes().empty());
        stream.restart(100, test::fromText("first"));
        QCOMPARE(text(stream.bytes()), "firstsecond");
    }
};

QTEST_GUILESS_MAIN(FirstBytesTest)
#include "first_bytes_test.moc"
