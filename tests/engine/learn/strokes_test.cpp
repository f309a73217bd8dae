// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/learn/torch_tasks.h"

#include "engine/learn/torch/optimizer.h"
#include "tests/engine/learn/stroke_characters.h"

#include <QTest>

#include <numeric>

using namespace flowscent;
using learn::Episode;
using learn::MetaModel;
using learn::Parameters;
using torch::Tensor;

namespace {

constexpr std::size_t side = 14;
constexpr std::int64_t firstChannels = 32;
constexpr std::int64_t secondChannels = 48;
constexpr std::int64_t embeddingSize = 64;
constexpr std::uint32_t ways = 5;
constexpr std::uint32_t each = 20; ///< instances of a character, as in Omniglot
constexpr std::size_t trainingCharacters = 100;
constexpr std::size_t newCharacters = 20;
constexpr std::uint32_t episodes = 600;
constexpr std::uint32_t queriesAWay = 10;
constexpr std::uint32_t together = 50; ///< episodes answered at a time

/// `each` rows of every class, one class after the other.
struct Images {
    base::Matrix pixels;
    std::uint32_t classes = 0;
    [[nodiscard]] Tensor tensor() const { return learn::view(pixels).clone() - 0.2; }
};

Images joined(const std::vector<base::Matrix>& parts)
{
    Images all{base::Matrix(0, side * side), 0};
    for (const base::Matrix& part : parts) {
        all.pixels.values.insert(all.pixels.values.end(), part.values.begin(), part.values.end());
        all.pixels.rows += part.rows;
    }
    all.classes = static_cast<std::uint32_t>(all.pixels.rows / each);
    return all;
}

/// Some of the characters to learn from, each also turned by quarters, which makes other characters; and new ones.
struct World {
    Images training;
    Images unseen;

    World()
    {
        base::Rng rng(1);
        const auto drawn = [&rng](std::size_t count) {
            std::vector<test::Character> characters;
            std::generate_n(std::back_inserter(characters), count, [&] { return test::drawCharacter(rng); });
            return test::writtenOften(characters, each, side, {}, rng);
        };
        const base::Matrix upright = drawn(trainingCharacters);
        std::vector<base::Matrix> all;
        for (int quarters = 0; quarters < 4; ++quarters)
            all.push_back(test::turned(upright, side, quarters));
        training = joined(all);
        unseen = joined({drawn(newCharacters)});
    }
};

const World& world()
{
    static const World made;
    return made;
}

Episode drawn(const Images& images, std::uint32_t wayCount, std::uint32_t shots, std::uint32_t queries, base::Rng& rng)
{
    Episode episode{.ways = wayCount, .classes = {}, .support = {}, .supportWay = {}, .query = {}, .queryWay = {}};
    std::uint16_t way = 0;
    for (const std::uint32_t chosen : rng.sample(images.classes, wayCount)) {
        const auto rows = rng.sample(each, shots + queries);
        for (std::uint32_t i = 0; i < rows.size(); ++i) {
            (i < shots ? episode.support : episode.query).push_back(chosen * each + rows[i]);
            (i < shots ? episode.supportWay : episode.queryWay).push_back(way);
        }
        ++way;
    }
    return episode;
}

std::vector<Episode> severalDrawn(std::size_t count, const Images& images, std::uint32_t wayCount, std::uint32_t shots,
                                  std::uint32_t queries, base::Rng& rng)
{
    std::vector<Episode> all;
    std::generate_n(std::back_inserter(all), count, [&] { return drawn(images, wayCount, shots, queries, rng); });
    return all;
}

/// Squares of `size` x `size` pixels with `channels` each, every `step`: [..., height * width * channels] to
/// [..., places, size * size * channels].
Tensor patches(const Tensor& x, std::int64_t across, std::int64_t channels, std::int64_t size, std::int64_t step)
{
    auto shape = x.sizes().vec();
    shape.pop_back();
    const auto leading = static_cast<std::int64_t>(shape.size());
    shape.insert(shape.end(), {across, across, channels});
    const Tensor windows = x.reshape(shape).unfold(leading, size, step).unfold(leading + 1, size, step);
    return windows.flatten(leading, leading + 1).flatten(leading + 1);
}

/// Two convolutions and a linear layer, as linear layers over patches, which may be task-batched like any other.
learn::Body body()
{
    return {[](const Parameters& parameters, const Tensor& x) {
                const Tensor first = learn::linear(parameters, "encoder.a", patches(x, side, 1, 5, 2)).relu();
                const Tensor second =
                    learn::linear(parameters, "encoder.b", patches(first.flatten(-2), 5, firstChannels, 3, 1)).relu();
                return learn::linear(parameters, "encoder.c", second.flatten(-2));
            },
            embeddingSize};
}

MetaModel begun(const learn::FewShotMethod& method)
{
    base::Rng rng(2);
    MetaModel model{body(), learn::initialised({{"encoder.a.weight", {firstChannels, 5 * 5}},
                                                {"encoder.a.bias", {firstChannels}},
                                                {"encoder.b.weight", {secondChannels, 3 * 3 * firstChannels}},
                                                {"encoder.b.bias", {secondChannels}},
                                                {"encoder.c.weight", {embeddingSize, 3 * 3 * secondChannels}},
                                                {"encoder.c.bias", {embeddingSize}}},
                                               rng)};
    Parameters own = method.initial({model.parameters, embeddingSize, 1}, rng);
    model.parameters.merge(own);
    for (auto& [name, tensor] : model.parameters)
        tensor.requires_grad_();
    return model;
}

struct Diet {
    std::uint32_t steps;
    std::uint32_t tasks;
    std::uint32_t ways;
    std::uint32_t shots;
    std::uint32_t queries;
    double rate;
};

double accuracy(const learn::FewShotMethod& method, const MetaModel& model, const Images& images)
{
    base::Rng rng(1000);
    const torch::NoGradGuard still;
    const Tensor pixels = images.tensor();
    double sum = 0;
    for (std::uint32_t done = 0; done < episodes; done += together) {
        const auto tasks = learn::gatherTasks(pixels, {}, severalDrawn(together, images, ways, 1, queriesAWay, rng));
        const Tensor logits = method.fit(model, tasks, false)->logits(tasks.query);
        sum += learn::taskAccuracies(logits, tasks.queryWay).sum().item<double>();
    }
    return sum / episodes;
}

MetaModel learned(const learn::FewShotMethod& method, const Diet& diet)
{
    MetaModel model = begun(method);
    std::vector<Tensor> tensors;
    for (const auto& [name, tensor] : model.parameters)
        tensors.push_back(tensor);
    learn::TrainSettings outer;
    outer.learningRate = diet.rate;
    outer.gradientClip = 10;
    learn::MetaOptimizer adam(model.parameters, outer);
    base::Rng rng(3);
    const Tensor pixels = world().training.tensor();
    for (std::uint32_t step = 0; step < diet.steps; ++step) {
        const auto tasks = learn::gatherTasks(
            pixels, {}, severalDrawn(diet.tasks, world().training, diet.ways, diet.shots, diet.queries, rng));
        const auto loss = method.metaLoss(model, tasks, {.progress = static_cast<double>(step) / diet.steps}).loss;
        (void)adam.step(torch::autograd::grad({loss}, tensors), learn::rateAt(step, diet.steps, outer));
    }
    return model;
}

/// The nearest support by the distance of pixels: what a method must beat to have learned anything.
double nearestPixels(const Images& images)
{
    base::Rng rng(1000);
    const Tensor pixels = images.tensor();
    double sum = 0;
    for (std::uint32_t done = 0; done < episodes; done += together) {
        const auto tasks = learn::gatherTasks(pixels, {}, severalDrawn(together, images, ways, 1, queriesAWay, rng));
        const Tensor logits = learn::negativeSquaredDistances(tasks.query, tasks.support); // one support a way
        sum += learn::taskAccuracies(logits, tasks.queryWay).sum().item<double>();
    }
    return sum / episodes;
}

} // namespace

/// Characters that nobody has seen, told apart after one look at each: five ways, one shot.
class StrokesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }

    void prototypesTellNewCharactersApart()
    {
        const auto method = learn::makeMethod(learn::Method::ProtoNet);
        const Diet diet{.steps = 500, .tasks = 2, .ways = 20, .shots = 1, .queries = 5, .rate = 2e-3};
        const double pixels = nearestPixels(world().unseen);
        const double found = accuracy(*method, learned(*method, diet), world().unseen);
        qInfo("%u episodes: ProtoNet %.2f %%, nearest neighbour in pixels %.2f %%", episodes, 100 * found,
              100 * pixels);
        QVERIFY2(found > 0.95, std::to_string(found).c_str());
        QVERIFY2(pixels < 0.9, std::to_string(pixels).c_str()); // else there would be nothing to learn
    }

    /// Second-order MAML with as little training as a test has time for: behind prototypes, far above pixels.
    void gradientsLearnThemToo()
    {
        const learn::InnerLoopSettings inner{.steps = 3, .stepsToApply = 5, .rate = 0.1};
        const Diet diet{.steps = 400, .tasks = 4, .ways = 5, .shots = 1, .queries = 5, .rate = 2e-3};
        const auto method = learn::makeMethod(learn::Method::Maml, inner);
        const double found = accuracy(*method, learned(*method, diet), world().unseen);
        qInfo("%u episodes: MAML %.2f %%", episodes, 100 * found);
        QVERIFY2(found > 0.8, std::to_string(found).c_str());
    }
};

QTEST_GUILESS_MAIN(StrokesTest)
#include "strokes_test.moc"
