// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/replay/continual_memory.h"
#include "tests/engine/learn/toy_dataset.h"

#include <cmath>
#include <functional>

#include <nlohmann/json.hpp>

using namespace flowscent;
using learn::ContinualMemory;
using learn::PastTask;
using nlohmann::json;

namespace {

/// Two tasks of three classes each, some of their flows in the buffer with logits.
ContinualMemory aMemory()
{
    ContinualMemory memory{.model = "abc",
                           .exemplars = {20, base::Rng(1)},
                           .headWeights = base::Matrix(6, 4),
                           .headBias = std::vector<float>(6, 0.5F),
                           .tasks = {}};
    for (std::size_t i = 0; i < memory.headWeights.values.size(); ++i)
        memory.headWeights.values[i] = 0.25F * static_cast<float>(i);
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
        const auto flows = test::toyDataset({.classes = 3, .flowsPerClass = 6, .seed = seed});
        for (std::size_t row = 0; row < flows.size(); ++row) {
            learn::Exemplar exemplar = learn::exemplarOf(flows, row, memory.exemplars);
            for (std::uint32_t index = 0; index < memory.exemplars.classNames().size(); ++index) {
                exemplar.logits.push_back(static_cast<float>(row) - static_cast<float>(index));
                exemplar.logitClasses.push_back(index);
            }
            memory.exemplars.offer(std::move(exemplar));
        }
        memory.tasks.push_back({.name = "task \"" + std::to_string(seed) + "\"\n",
                                .held = learn::heldFrom(flows),
                                .before = seed == 1 ? PastTask::unmeasured : 0.25,
                                .fewShot = std::vector<double>(seed, 0.75),
                                .classifier = std::vector<double>(seed, PastTask::unmeasured)});
    }
    return memory;
}

bool refuses(const std::function<void(base::TensorFile&)>& damage)
{
    base::TensorFile file = aMemory().toTensors();
    damage(file);
    const auto taken = ContinualMemory::fromTensors(file);
    return !taken && taken.error().code == base::Error::Code::Model;
}

} // namespace

class ContinualMemoryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void comesBackAsItWas()
    {
        const ContinualMemory memory = aMemory();
        const auto taken = ContinualMemory::fromTensors(memory.toTensors());
        QVERIFY2(taken.has_value(), taken ? "" : taken.error().sentence().c_str());
        QVERIFY(*taken == memory);
        QCOMPARE(base::serialise(taken->toTensors()), base::serialise(memory.toTensors()));
    }

    void heldFlowsComeBackClassByClass()
    {
        const auto flows = test::toyDataset({.classes = 3, .flowsPerClass = 6});
        const auto back = learn::datasetOf(learn::heldFrom(flows));
        QVERIFY(back.features == flows.features); // toy flows come class by class, too
        QVERIFY(back.classOf == flows.classOf && back.sessionOf == flows.sessionOf);
        QVERIFY(back.classNames == flows.classNames && back.sessionNames == flows.sessionNames);
    }

    void accuraciesBecomeAMatrix()
    {
        auto tasks = aMemory().tasks;
        tasks[1].fewShot = {0.5, PastTask::unmeasured};
        const auto matrix = learn::accuraciesOf(tasks, &PastTask::fewShot);
        QCOMPARE(matrix.at(0, 0).value(), 0.75);
        QCOMPARE(matrix.at(1, 0).value(), 0.5);
        QVERIFY(!matrix.at(1, 1) && !matrix.at(0, 1));
    }

    void damagedOnesAreRefused()
    {
        QVERIFY(!refuses([](auto&) {}));
        const auto good = aMemory().toTensors();
        for (const auto& [name, tensor] : good.tensors) {
            QVERIFY2(refuses([&](auto& file) { file.tensors.erase(name); }), name.c_str());
            QVERIFY2(refuses([&](auto& file) { file.tensors[name].shape = {}; }), name.c_str());
            QVERIFY2(refuses([&](auto& file) { file.tensors[name].shape[0] = 1ULL << 61; }), name.c_str());
            if (tensor.values.empty())
                continue;
            QVERIFY2(refuses([&](auto& file) { file.tensors[name].values.pop_back(); }), name.c_str());
            QVERIFY2(refuses([&](auto& file) { file.tensors[name].values[0] = NAN; }), name.c_str());
        }
        for (const auto& [key, text] : good.metadata) {
            QVERIFY2(refuses([&](auto& file) { file.metadata.erase(key); }) || key == "flowscent.features",
                     key.c_str());
            if (key != "memory.model" && key != "flowscent.features") {
                QVERIFY2(refuses([&](auto& file) { file.metadata[key] = std::string(100'000, '['); }), key.c_str());
                QVERIFY2(refuses([&](auto& file) { file.metadata[key] = "null"; }), key.c_str());
            }
        }
    }

    void tasksThatContradictThemselvesAreRefused_data()
    {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::newRow("accuracy above one") << "/0/few_shot/0"
                                            << "1.5";
        QTest::newRow("accuracy below zero") << "/1/few_shot/1"
                                             << "-0.1";
        QTest::newRow("accuracy is a word") << "/1/classifier/1"
                                            << "\"good\"";
        QTest::newRow("too many accuracies") << "/0/few_shot"
                                             << "[0.5, 0.5]";
        QTest::newRow("too few accuracies") << "/1/few_shot"
                                            << "[0.5]";
        QTest::newRow("no accuracies") << "/1/classifier"
                                       << "null";
        QTest::newRow("name is a number") << "/0/name"
                                          << "7";
        QTest::newRow("before is an object") << "/0/before"
                                             << "{}";
        QTest::newRow("no tasks") << ""
                                  << "{}";
        QTest::newRow("a task without flows") << "/-"
                                              << R"({"name":"","before":null,"few_shot":[1,1,1],"classifier":[1,1,1]})";
    }
    void tasksThatContradictThemselvesAreRefused()
    {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        QVERIFY(refuses([&](auto& file) {
            json tasks = json::parse(file.metadata["memory.tasks"]);
            tasks[json::json_pointer(pointer.toStdString())] = json::parse(value.toStdString());
            file.metadata["memory.tasks"] = tasks.dump();
        }));
    }

    void aHeldClassMustBeKnownAndHaveTwoFlows()
    {
        const auto withHeld = [](const learn::Dataset& flows) {
            return [&flows](base::TensorFile& file) { learn::heldFrom(flows).put(file, "memory.held0"); };
        };
        const auto strange = test::toyDataset({.classes = 3, .flowsPerClass = 6, .seed = 9});
        QVERIFY(refuses(withHeld(strange)));
        const auto few = test::toyDataset({.classes = 3, .flowsPerClass = 1, .seed = 1});
        QVERIFY(refuses(withHeld(few)));
        const auto one = test::toyDataset({.classes = 1, .flowsPerClass = 6, .seed = 1});
        QVERIFY(refuses(withHeld(one)));
        const auto fine = test::toyDataset({.classes = 3, .flowsPerClass = 2, .seed = 1});
        QVERIFY(!refuses(withHeld(fine)));
    }
};

QTEST_GUILESS_MAIN(ContinualMemoryTest)
#include "continual_memory_test.moc"
