// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <thread>

#include "engine/identify/identity.h"
#include "engine/identify/names.h"

using namespace flowscent::identify;

class NamesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsEveryTextOnce()
    {
        Names names;
        const NameId one = names.add("example.org");
        const NameId two = names.add("example.net");
        QVERIFY(one != two);
        QCOMPARE(names.add(std::string("example.") + "org"), one);
        QCOMPARE(names.text(one), "example.org");
        QCOMPARE(names.add(""), NameId{});
        QCOMPARE(names.text({}), "");
        QCOMPARE(names.size(), 3U);
    }

    void textsStayWhereTheyAre()
    {
        Names names;
        const std::string_view early = names.text(names.add("early"));
        std::vector<NameId> ids;
        for (int i = 0; i < 50'000; ++i)
            ids.push_back(names.add("host-" + std::to_string(i)));
        QVERIFY(early.data() == names.text(names.add("early")).data());
        for (int i = 0; i < 50'000; ++i)
            QCOMPARE(names.text(ids[static_cast<std::size_t>(i)]), "host-" + std::to_string(i));
    }

    /// For the thread sanitizer, too: one thread adds, others look up what they were told of.
    void canBeReadWhileItGrows()
    {
        Names names;
        std::atomic<std::uint32_t> told = 0;
        std::atomic<bool> wrong = false;
        std::thread reader([&] {
            for (std::uint32_t at = 0; at < 20'000;) {
                const std::uint32_t known = told.load(std::memory_order_acquire);
                for (; at < known; ++at) {
                    if (at > 0 && names.text(NameId(at)) != "n" + std::to_string(at))
                        wrong = true;
                }
            }
        });
        for (std::uint32_t at = 1; at < 20'000; ++at)
            told.store(names.add("n" + std::to_string(at)).value + 1, std::memory_order_release);
        reader.join();
        QVERIFY(!wrong);
    }

    void textsTooLongAreNotKept()
    {
        Names names;
        QCOMPARE(names.add(std::string(70'000, 'x')), NameId{});
    }

    void wireBytesBecomePlainText()
    {
        QCOMPARE(printable(std::string_view("a\x00\n\xff~", 5)), "a\\x00\\x0a\\xff~");
        QCOMPARE(hostText("WWW.Example.ORG."), "www.example.org");
        QCOMPARE(hostText("."), ".");
        QCOMPARE(printable(std::string(1000, 'a')).size(), std::size_t{255});
        QCOMPARE(tlsVersionText(0x0304), "TLS 1.3");
        QCOMPARE(tlsVersionText(0x7f17), "0x7f17");
    }
};

QTEST_GUILESS_MAIN(NamesTest)
#include "names_test.moc"
