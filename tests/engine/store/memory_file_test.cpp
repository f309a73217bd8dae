// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QTemporaryDir>

#include "engine/base/atomic_file.h"
#include "engine/store/memory_file.h"
#include "engine/store/model_file.h"
#include "tests/engine/learn/toy_dataset.h"

using namespace flowscent;

namespace {

learn::ContinualMemory aMemory()
{
    const auto flows = test::toyDataset({.classes = 2, .flowsPerClass = 4});
    learn::ContinualMemory memory{.model = "abc",
                                  .exemplars = {5, base::Rng(1)},
                                  .headWeights = base::Matrix(2, 3),
                                  .headBias = {0.5F, -1},
                                  .tasks = {}};
    for (std::size_t row = 0; row < flows.size(); ++row) {
        learn::Exemplar exemplar = learn::exemplarOf(flows, row, memory.exemplars);
        exemplar.logits = {static_cast<float>(row), 1};
        exemplar.logitClasses = {0, flows.classOf[row]};
        memory.exemplars.offer(std::move(exemplar));
    }
    memory.tasks.push_back({.name = "today", .held = learn::heldFrom(flows), .fewShot = {1}, .classifier = {0.5}});
    return memory;
}

} // namespace

class MemoryFileTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path path(const char* name) const { return m_folder.path().toStdString() + "/" + name; }

private Q_SLOTS:
    void comesBackAsItWas()
    {
        const auto file = path("memory.safetensors");
        QVERIFY(store::saveMemory(aMemory(), file));
        const auto loaded = store::loadMemory(file);
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().sentence().c_str());
        QVERIFY(*loaded == aMemory());
    }

    /// Some bytes of a header may be turned into one that says the same; the checksum sees every one of them.
    void everyDamageIsFound()
    {
        const auto file = path("damaged.safetensors");
        QVERIFY(store::saveMemory(aMemory(), file));
        const auto bytes = base::readWhole(file, 1 << 24);
        QVERIFY(bytes);
        const std::string good(bytes->begin(), bytes->end());
        for (std::size_t at = 0; at < good.size(); at += 97) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ 0x10);
            QVERIFY(base::writeAtomically(file, bad));
            const auto refused = store::loadMemory(file);
            QVERIFY2(!refused, std::to_string(at).c_str());
            QVERIFY(refused.error().where == file.string());
        }
        QVERIFY(base::writeAtomically(file, good.substr(0, good.size() / 2)));
        QVERIFY(!store::loadMemory(file));
    }

    void aModelIsNoMemory()
    {
        const auto refused = store::loadMemory(store::shippedModel());
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, base::Error::Code::Model);
        const auto file = path("memory.safetensors");
        QVERIFY(store::saveMemory(aMemory(), file));
        QCOMPARE(store::loadModel(file).error().code, base::Error::Code::Model);
    }
};

QTEST_GUILESS_MAIN(MemoryFileTest)
#include "memory_file_test.moc"
