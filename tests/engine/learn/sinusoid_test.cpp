// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/learn/torch_tasks.h"

#include "engine/learn/torch/inner_loop.h"
#include "engine/learn/torch/optimizer.h"

#include <QTest>

#include <numbers>

using namespace flowscent;
using learn::Parameters;
using torch::Tensor;

namespace {

constexpr std::int64_t shots = 10;
constexpr std::int64_t hidden = 40;
constexpr double kinks = 1; ///< largest bias of the first layer to begin with

/// Sinusoids of Finn et al. (ICML 2017), section 5.1, seen at points drawn from -5 to 5: all tensors [tasks, points,
/// 1].
struct Sinusoids {
    Tensor supportAt, support, queryAt, query;
};

Tensor uniform(const std::vector<std::int64_t>& shape, double least, double most, base::Rng& rng)
{
    Tensor tensor = torch::empty(shape);
    std::generate_n(tensor.data_ptr<float>(), tensor.numel(),
                    [&] { return static_cast<float>(least + (most - least) * rng.uniform()); });
    return tensor;
}

Sinusoids draw(std::int64_t tasks, std::int64_t queries, base::Rng& rng)
{
    const Tensor amplitude = uniform({tasks, 1, 1}, 0.1, 5.0, rng);
    const Tensor phase = uniform({tasks, 1, 1}, 0, std::numbers::pi, rng);
    Sinusoids drawn;
    drawn.supportAt = uniform({tasks, shots, 1}, -5, 5, rng);
    drawn.queryAt = uniform({tasks, queries, 1}, -5, 5, rng);
    drawn.support = amplitude * (drawn.supportAt - phase).sin();
    drawn.query = amplitude * (drawn.queryAt - phase).sin();
    return drawn;
}

Tensor curve(const Parameters& network, const Tensor& x)
{
    const Tensor first = learn::linear(network, "encoder.a", x).relu();
    return learn::linear(network, "encoder.c", learn::linear(network, "encoder.b", first).relu());
}

Tensor squaredErrors(const Parameters& network, const Tensor& x, const Tensor& y)
{
    return (curve(network, x) - y).pow(2).flatten(1).mean(1);
}

/// Mean squared error after 0, 1, ... `steps` inner steps on fresh sinusoids.
std::vector<double> heldOut(const Parameters& network, double rate, std::uint32_t steps)
{
    base::Rng rng(1000);
    constexpr std::int64_t tasks = 1000;
    const Sinusoids fresh = draw(tasks, 100, rng);
    const torch::NoGradGuard still;
    const auto error = [&](const Parameters& adapted) {
        return squaredErrors(adapted, fresh.queryAt, fresh.query).mean().item<double>();
    };
    const Parameters begun = learn::perTask(network, tasks);
    std::vector<double> errors{error(begun)};
    (void)learn::adapt(
        begun, [&](const Parameters& now) { return squaredErrors(now, fresh.supportAt, fresh.support); },
        learn::constantRate(rate), {.steps = steps, .secondOrder = false, .keepGraph = false},
        [&](std::uint32_t, const Parameters& adapted) { errors.push_back(error(adapted)); });
    return errors;
}

struct Settings {
    double innerRate = 0.01; ///< of the paper
    std::uint32_t steps = 20'000;
    std::int64_t tasks = 16;
    std::int64_t queries = 20;
    double rate = 5e-3;
    double clip = 10;
};

Parameters learned(const Settings& settings)
{
    base::Rng rng(1);
    Parameters network = learn::initialised({{"encoder.a.weight", {hidden, 1}},
                                             {"encoder.a.bias", {hidden}},
                                             {"encoder.b.weight", {hidden, hidden}},
                                             {"encoder.b.bias", {hidden}},
                                             {"encoder.c.weight", {1, hidden}},
                                             {"encoder.c.bias", {1}}},
                                            rng);
    // Kinks all over the inputs; with biases of 0 every unit of the first layer would bend at 0.
    network["encoder.a.bias"] = uniform({hidden}, -kinks, kinks, rng);
    std::vector<Tensor> tensors;
    for (auto& [name, tensor] : network)
        tensors.push_back(tensor.requires_grad_());
    learn::TrainSettings outer;
    outer.learningRate = settings.rate;
    outer.weightDecay = 0;
    outer.gradientClip = settings.clip;
    outer.warmUp = 100;
    learn::MetaOptimizer adam(network, outer);
    for (std::uint32_t step = 0; step < settings.steps; ++step) {
        const Sinusoids drawn = draw(settings.tasks, settings.queries, rng);
        const Parameters adapted =
            learn::adapt(learn::perTask(network, settings.tasks),
                         [&](const Parameters& now) { return squaredErrors(now, drawn.supportAt, drawn.support); },
                         learn::constantRate(settings.innerRate), {.steps = 1});
        const Tensor loss = squaredErrors(adapted, drawn.queryAt, drawn.query).mean();
        (void)adam.step(torch::autograd::grad({loss}, tensors), learn::rateAt(step, settings.steps, outer));
    }
    return network;
}

} // namespace

/// The experiment that MAML was introduced with: a network that fits a sinusoid from ten points in a few gradient
/// steps.
class SinusoidTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tenPointsAndOneStepAreEnough()
    {
        at::set_num_threads(1);
        const Settings settings;
        const std::vector<double> errors = heldOut(learned(settings), settings.innerRate, 10);
        for (std::size_t step = 0; step < errors.size(); ++step)
            qInfo("mean squared error after %2zu steps: %.3f", step, errors[step]);
        QVERIFY2(errors[1] <= 0.5, std::to_string(errors[1]).c_str());
        QVERIFY2(errors[10] <= 0.12, std::to_string(errors[10]).c_str());
    }
};

QTEST_GUILESS_MAIN(SinusoidTest)
#include "sinusoid_test.moc"
