// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/engine/learn/toy_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <thread>

using namespace flowscent;
using base::Matrix;
using learn::BaseModel;
using learn::Method;
using learn::TaskExamples;

Q_DECLARE_METATYPE(learn::Method)

namespace {

constexpr float rounding = 2e-4F; ///< of logits: matrix products of other heights add in another order
constexpr std::uint32_t flowsPerClass = 24;

const learn::Dataset& unseen()
{
    static const learn::Dataset dataset = test::toyDataset({.classes = 20, .seed = 3});
    return dataset;
}

learn::TrainSettings settingsFor(Method method)
{
    learn::TrainSettings settings = test::toySettings();
    settings.method = method;
    settings.steps = 20;
    settings.tasksPerStep = 2;
    settings.validationEpisodes = 10;
    settings.innerLoop = {.steps = 2, .stepsToApply = 3, .rate = 0.1};
    return settings;
}

/// A model trained with the method for a moment; made once.
std::shared_ptr<const BaseModel> modelFor(Method method)
{
    static std::map<Method, std::shared_ptr<const BaseModel>> made;
    auto& model = made[method];
    if (!model)
        model = std::make_shared<const BaseModel>(test::toyModel(settingsFor(method)));
    return model;
}

std::unique_ptr<learn::Learner> learnerOf(std::shared_ptr<const BaseModel> model, Method method)
{
    auto learner = test::plugin().learner(std::move(model), method);
    if (!learner)
        qFatal("%s", learner.error().sentence().c_str());
    return std::move(*learner);
}

/// The first `shots` flows of the first `ways` unseen classes.
TaskExamples examples(std::uint16_t ways, std::uint32_t shots)
{
    TaskExamples task{.features = {}, .classOf = {}, .ways = ways};
    std::vector<std::uint32_t> rows;
    for (std::uint16_t way = 0; way < ways; ++way) {
        for (std::uint32_t shot = 0; shot < shots; ++shot) {
            rows.push_back(way * flowsPerClass + shot);
            task.classOf.push_back(way);
        }
    }
    task.features = unseen().features.rows(rows);
    return task;
}

/// The last ten flows of the first `ways` classes.
features::FeatureSet questions(std::uint16_t ways)
{
    std::vector<std::uint32_t> rows;
    for (std::uint32_t way = 0; way < ways; ++way)
        for (std::uint32_t i = 10; i > 0; --i)
            rows.push_back((way + 1) * flowsPerClass - i);
    return unseen().features.rows(rows);
}

std::unique_ptr<learn::Predictor> fitted(Method method, const TaskExamples& task)
{
    auto predictor = learnerOf(modelFor(method), method)->fit(task);
    if (!predictor)
        qFatal("%s", predictor.error().sentence().c_str());
    return std::move(*predictor);
}

Matrix logits(const learn::Predictor& predictor, const features::FeatureSet& flows)
{
    auto answer = predictor.logits(flows);
    if (!answer)
        qFatal("%s", answer.error().sentence().c_str());
    return std::move(*answer);
}

bool finite(const Matrix& matrix)
{
    return std::ranges::all_of(matrix.values, [](float value) { return std::isfinite(value); });
}

float apart(std::span<const float> a, std::span<const float> b)
{
    float most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

/// What a support may look like. `refused` says that there is no answer to it.
struct Oddity {
    const char* name;
    bool refused;
    TaskExamples task;
};

std::vector<Oddity> oddities()
{
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float infinite = std::numeric_limits<float>::infinity();
    std::vector<Oddity> all;
    const auto add = [&](const char* name, bool refused, TaskExamples task, auto change) {
        change(task);
        all.push_back({name, refused, std::move(task)});
    };
    const auto nothing = [](TaskExamples&) {};
    add("a number that is none in a packet", true, examples(3, 2),
        [](auto& t) { t.features.sequences.row(1)[3] = nan; });
    add("a number that is none in a statistic", true, examples(3, 2),
        [](auto& t) { t.features.statistics.row(5)[0] = nan; });
    add("an infinite packet", true, examples(3, 2), [](auto& t) { t.features.sequences.row(0)[0] = infinite; });
    add("an infinite statistic", true, examples(3, 2), [](auto& t) { t.features.statistics.row(0)[7] = -infinite; });
    add("nothing", true, TaskExamples{}, nothing);
    add("no flows of two ways", true, TaskExamples{.features = {}, .classOf = {}, .ways = 2}, nothing);
    add("a way without an example", true, examples(3, 2), [](auto& t) { t.ways = 4; });
    add("a way in the middle without an example", true, examples(3, 1), [](auto& t) { t.classOf[1] = 2; });
    add("a class beyond the ways", true, examples(3, 2), [](auto& t) { t.ways = 2; });
    add("ways that nobody counted", true, examples(3, 2), [](auto& t) { t.ways = 0; });
    add("too few classes for the flows", true, examples(3, 2), [](auto& t) { t.classOf.pop_back(); });
    add("too many classes for the flows", true, examples(3, 2), [](auto& t) { t.classOf.push_back(0); });
    add("fewer statistics than flows", true, examples(3, 2),
        [](auto& t) { t.features.statistics = Matrix(5, t.features.statistics.columns); });
    add("statistics of another table", true, examples(3, 2), [](auto& t) { t.features.statistics = Matrix(6, 7); });
    add("more statistics than the model has", true, examples(3, 2),
        [](auto& t) { t.features.statistics = Matrix(6, t.features.statistics.columns + 1); });
    add("packets cut short", true, examples(3, 2), [](auto& t) { t.features.sequences = Matrix(6, 8); });
    add("a matrix that holds less than it says", true, examples(3, 2),
        [](auto& t) { t.features.statistics.values.resize(10); });

    add("one class", false, examples(1, 5), nothing);
    add("one flow", false, examples(1, 1), nothing);
    add("one shot", false, examples(5, 1), nothing);
    add("twenty ways", false, examples(20, 2), nothing);
    add("twenty of one, one of the other", false, examples(2, 20),
        [](auto& t) { std::fill(t.classOf.begin(), t.classOf.end() - 1, std::uint16_t{0}); });
    add("the same flow again and again", false, examples(2, 4), [](auto& t) {
        for (std::size_t row = 1; row < t.features.size(); ++row) {
            std::ranges::copy(t.features.sequences.row(0), t.features.sequences.row(row).begin());
            std::ranges::copy(t.features.statistics.row(0), t.features.statistics.row(row).begin());
        }
    });
    add("flows without packets", false, examples(2, 3), [](auto& t) {
        std::ranges::fill(t.features.sequences.values, 0.0F);
        std::ranges::fill(t.features.statistics.values, 0.0F);
    });
    add("the largest numbers there are", false, examples(2, 3), [](auto& t) {
        std::ranges::fill(t.features.sequences.values, std::numeric_limits<float>::max());
        for (std::size_t at = 7; at < t.features.sequences.values.size(); at += 8)
            t.features.sequences.values[at] = 1; // a packet is there or is not
        std::ranges::fill(t.features.statistics.values, std::numeric_limits<float>::max());
    });
    add("the smallest numbers there are", false, examples(2, 3),
        [](auto& t) { std::ranges::fill(t.features.statistics.values, std::numeric_limits<float>::lowest()); });
    return all;
}

void addMethods()
{
    QTest::addColumn<Method>("method");
    for (const Method method : learn::allMethods())
        QTest::newRow(std::string(learn::text(method)).c_str()) << method;
}

/// The model written to bytes and read back.
std::shared_ptr<const BaseModel> reread(const BaseModel& model)
{
    const std::string bytes = base::serialise(model.toTensors());
    const auto file = base::parseTensors({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "m");
    if (!file)
        qFatal("%s", file.error().sentence().c_str());
    auto loaded = BaseModel::fromTensors(*file);
    if (!loaded)
        qFatal("%s", loaded.error().sentence().c_str());
    return std::make_shared<const BaseModel>(std::move(*loaded));
}

} // namespace

/// Every method as the product uses it: through the plugin, on supports as they come.
class LearnerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// An answer of the promised shape, or a sentence that says why there is none; never a number that is none.
    void oddSupportsAreAnsweredOrRefused_data() { addMethods(); }
    void oddSupportsAreAnsweredOrRefused()
    {
        QFETCH(const Method, method);
        const auto learner = learnerOf(modelFor(method), method);
        for (const Oddity& odd : oddities()) {
            const auto predictor = learner->fit(odd.task);
            if (odd.refused) {
                QVERIFY2(!predictor, odd.name);
                QVERIFY2(predictor.error().code == base::Error::Code::Support, odd.name);
                QVERIFY2(!predictor.error().what.empty(), odd.name);
                continue;
            }
            QVERIFY2(predictor, odd.name);
            const auto answer = (*predictor)->logits(questions(5));
            QVERIFY2(answer, odd.name);
            QVERIFY2(answer->rows == 50 && answer->columns == odd.task.ways, odd.name);
            QVERIFY2(finite(*answer), odd.name);
        }
    }

    void oddQueriesAreAnsweredOrRefused_data() { addMethods(); }
    void oddQueriesAreAnsweredOrRefused()
    {
        QFETCH(const Method, method);
        const auto predictor = fitted(method, examples(3, 2));
        const auto refuses = [&](auto change) {
            features::FeatureSet flows = questions(3);
            change(flows);
            const auto answer = predictor->logits(flows);
            return !answer && answer.error().code == base::Error::Code::Support && !answer.error().what.empty();
        };
        constexpr float nan = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(refuses([](auto& f) { f.statistics.row(4)[2] = nan; }));
        QVERIFY(refuses([](auto& f) { f.sequences.row(29)[0] = nan; }));
        QVERIFY(refuses([](auto& f) { f.sequences.row(0)[0] = std::numeric_limits<float>::infinity(); }));
        QVERIFY(refuses([](auto& f) { f.statistics = Matrix(30, 2); }));
        QVERIFY(refuses([](auto& f) { f.statistics = Matrix(29, f.statistics.columns); }));
        QVERIFY(refuses([](auto& f) { f.sequences = Matrix(30, 8); }));

        const Matrix none = logits(*predictor, questions(3).rows({}));
        QCOMPARE(none.rows, 0U);
        QCOMPARE(none.columns, 3U);
        const Matrix one = logits(*predictor, questions(1).rows(std::vector<std::uint32_t>{0}));
        QCOMPARE(one.rows, 1U);
        QVERIFY(finite(one));
        features::FeatureSet large = questions(3);
        std::ranges::fill(large.statistics.values, std::numeric_limits<float>::max());
        QVERIFY(finite(logits(*predictor, large)));
    }

    void aFlowAloneIsAnsweredAsInCompany_data() { addMethods(); }
    void aFlowAloneIsAnsweredAsInCompany()
    {
        QFETCH(const Method, method);
        const auto predictor = fitted(method, examples(5, 3));
        const features::FeatureSet flows = questions(5);
        const Matrix together = logits(*predictor, flows);
        float most = 0;
        for (std::uint32_t row = 0; row < flows.size(); ++row)
            most = std::max(most, apart(logits(*predictor, flows.rows(std::vector{row})).row(0), together.row(row)));
        if (learn::isTransductive(method)) // the company is what it looks at
            QVERIFY2(most > rounding, std::to_string(most).c_str());
        else
            QVERIFY2(most < rounding, std::to_string(most).c_str());
    }

    void theOrderOfExamplesDoesNotMatter_data() { addMethods(); }
    void theOrderOfExamplesDoesNotMatter()
    {
        QFETCH(const Method, method);
        const TaskExamples task = examples(5, 3);
        std::vector<std::uint32_t> order(task.classOf.size());
        std::iota(order.begin(), order.end(), 0U);
        std::ranges::reverse(order);
        TaskExamples backward{.features = task.features.rows(order), .classOf = task.classOf, .ways = task.ways};
        std::ranges::reverse(backward.classOf);
        const Matrix one = logits(*fitted(method, task), questions(5));
        const Matrix other = logits(*fitted(method, backward), questions(5));
        QVERIFY2(apart(one.values, other.values) < rounding, std::to_string(apart(one.values, other.values)).c_str());
    }

    /// One learner and one predictor, asked from several threads at once, as the lanes of the window do.
    void severalThreadsGetTheSameBits_data() { addMethods(); }
    void severalThreadsGetTheSameBits()
    {
        QFETCH(const Method, method);
        const auto learner = learnerOf(modelFor(method), method);
        const auto shared = learner->fit(examples(5, 3));
        QVERIFY(shared);
        const Matrix expected = logits(**shared, questions(5));
        std::array<Matrix, 6> found;
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < found.size(); ++i) {
                threads.emplace_back([&, i] {
                    if (i % 2 == 0)
                        found[i] = logits(**shared, questions(5));
                    else if (const auto own = learner->fit(examples(5, 3)))
                        found[i] = logits(**own, questions(5));
                });
            }
        }
        for (const Matrix& one : found)
            QVERIFY(one == expected);
    }

    void aSavedModelAnswersTheSame_data() { addMethods(); }
    void aSavedModelAnswersTheSame()
    {
        QFETCH(const Method, method);
        const auto model = modelFor(method);
        const auto loaded = reread(*model);
        QCOMPARE(loaded->identity(), model->identity());
        const auto again = learnerOf(loaded, method)->fit(examples(5, 2));
        QVERIFY(again);
        QVERIFY(logits(**again, questions(5)) == logits(*fitted(method, examples(5, 2)), questions(5)));
    }

    /// What a method learns besides the encoder is in the model, or its answers would not come back.
    void methodsThatLearnMoreKeepIt()
    {
        for (const Method method : {Method::Maml, Method::MetaSgd, Method::MamlPlusPlus, Method::Anil}) {
            const auto& tensors = modelFor(method)->weights.tensors;
            QVERIFY2(std::ranges::any_of(tensors, [](const auto& one) { return one.first.starts_with("method."); }),
                     std::string(learn::text(method)).c_str());
        }
    }

    void shuffledLabelsLeaveChance_data()
    {
        QTest::addColumn<Method>("method");
        for (const Method method : {Method::R2d2, Method::ProtoNet, Method::Maml})
            QTest::newRow(std::string(learn::text(method)).c_str()) << method;
    }
    /// Trained and asked on classes by lot. 400 tasks of 50 queries: a task's accuracy deviates by 6 points when
    /// queries are independent (the test prints what it finds), so its mean by 0.3: 20 +- 2 points is more than six
    /// deviations.
    void shuffledLabelsLeaveChance()
    {
        QFETCH(const Method, method);
        const auto trained = test::plugin().train(
            test::withShuffledLabels(test::toyDataset({.classes = 24, .seed = 1}), 3),
            test::withShuffledLabels(test::toyDataset({.seed = 2}), 4), settingsFor(method), {}, {});
        QVERIFY(trained);
        const auto learner = learnerOf(std::make_shared<const BaseModel>(*trained), method);
        base::Rng rng(5);
        double right = 0;
        double squares = 0;
        constexpr int tasks = 400;
        for (int task = 0; task < tasks; ++task) { // fresh lots each time
            std::vector<std::uint32_t> rows = rng.sample(static_cast<std::uint32_t>(unseen().classOf.size()), 75);
            std::vector<std::uint16_t> ways(75);
            for (std::size_t i = 0; i < ways.size(); ++i)
                ways[i] = static_cast<std::uint16_t>(i % 5);
            const std::span all(rows);
            const auto predictor = learner->fit({.features = unseen().features.rows(all.first(25)),
                                                 .classOf = {ways.begin(), ways.begin() + 25},
                                                 .ways = 5});
            QVERIFY(predictor);
            const Matrix answer = logits(**predictor, unseen().features.rows(all.subspan(25)));
            int hits = 0;
            for (std::size_t row = 0; row < answer.rows; ++row)
                hits += std::ranges::max_element(answer.row(row)) - answer.row(row).begin() == ways[25 + row];
            const double accuracy = hits / 50.0;
            right += accuracy;
            squares += accuracy * accuracy;
        }
        const double mean = right / tasks;
        qInfo("%s: %.2f %%, standard deviation of a task %.1f points", std::string(learn::text(method)).c_str(),
              100 * mean, 100 * std::sqrt(squares / tasks - mean * mean));
        QVERIFY2(std::abs(mean - 0.2) < 0.02, std::to_string(mean).c_str());
    }
};

QTEST_GUILESS_MAIN(LearnerTest)
#include "learner_test.moc"
