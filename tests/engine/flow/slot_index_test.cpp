// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/flow/slot_index.h"

#include <map>
#include <set>

using flowscent::base::Rng;
using flowscent::flow::SlotIndex;

class SlotIndexTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Against a plain map, with hashes of which many share a home, a half, or everything.
    void findsWhatIsInAndNothingElse_data()
    {
        QTest::addColumn<qulonglong>("mask");
        QTest::newRow("spread") << ~0ULL;
        QTest::newRow("few homes") << 0xffff'ffff'0000'0007ULL;
        QTest::newRow("at the end, so that runs go round") << 0x0000'0001'0000'003fULL;
        QTest::newRow("all alike") << 0ULL;
    }
    void findsWhatIsInAndNothingElse()
    {
        QFETCH(qulonglong, mask);
        const std::uint64_t last = mask == 0x0000'0001'0000'003fULL ? 0xffff'ffc0ULL : 0;
        Rng random(7);
        SlotIndex index;
        std::map<SlotIndex::Slot, std::uint64_t> hashes;
        for (int step = 0; step < 20'000; ++step) {
            const auto slot = static_cast<SlotIndex::Slot>(random.below(mask == 0 ? 60 : 400));
            if (const auto found = hashes.find(slot); found != hashes.end()) {
                index.remove(found->second, slot);
                hashes.erase(found);
            } else {
                hashes[slot] = (random.next() & mask) | last;
                index.insert(hashes[slot], slot);
            }
            QCOMPARE(index.size(), hashes.size());
            const auto asked = static_cast<SlotIndex::Slot>(random.below(400));
            const auto known = hashes.find(asked);
            const auto is = [asked](SlotIndex::Slot candidate) { return candidate == asked; };
            const std::uint64_t hash = known == hashes.end() ? (random.next() & mask) | last : known->second;
            QCOMPARE(index.find(hash, is), known == hashes.end() ? SlotIndex::none : asked);
        }
        const auto slots = index.slots();
        const std::set<SlotIndex::Slot> all(slots.begin(), slots.end());
        QCOMPARE(all.size(), hashes.size());
        for (const auto& [slot, hash] : hashes)
            QVERIFY(all.contains(slot));
    }

    void anEmptyIndexFindsNothing()
    {
        const SlotIndex index;
        index.prefetch(5);
        QCOMPARE(index.find(5, [](SlotIndex::Slot) { return true; }), SlotIndex::none);
        QVERIFY(index.slots().empty());
    }
};

QTEST_GUILESS_MAIN(SlotIndexTest)
#include "slot_index_test.moc"
