// SPDX-License-Identifier: GPL-3.0-or-later
// meta_bench [ROUNDS] - what one meta-batch of 32 tasks costs one core (5-way, 5 shots, 15 queries a way, 5 inner
// steps, MLP 80-128-64), all tasks in one graph beside a loop over the same tasks, second and first order: milliseconds
// of CPU time, best and median of many rounds taken by turns, so that what else the machine does meets all of them.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <numeric>

#include <unistd.h>

#include "engine/learn/torch/methods/method.h"

using namespace flowscent;
using learn::MetaModel;
using learn::Method;
using learn::Parameters;
using learn::TaskBatch;
using torch::Tensor;

namespace {

constexpr std::int64_t tasks = 32;
constexpr std::int64_t ways = 5;
constexpr std::int64_t shots = 5;
constexpr std::int64_t queries = 15;
constexpr std::int64_t features = 80;
constexpr std::int64_t hidden = 128;
constexpr std::int64_t embeddingSize = 64;

/// As learn::backend() does: OpenBLAS reads both when it loads, so the program starts again with them.
void prepareBlas(char** arguments)
{
    if (std::getenv("OPENBLAS_CORETYPE") != nullptr)
        return;
    const bool wide =
        __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
    setenv("OPENBLAS_CORETYPE", wide ? "SkylakeX" : "Haswell", 0);
    setenv("OPENBLAS_NUM_THREADS", "1", 0);
    execv("/proc/self/exe", arguments);
}

double cpuMilliseconds()
{
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

Tensor normals(const std::vector<std::int64_t>& shape, base::Rng& rng)
{
    Tensor tensor = torch::empty(shape);
    std::generate_n(tensor.data_ptr<float>(), tensor.numel(), [&rng] { return static_cast<float>(rng.normal()); });
    return tensor;
}

TaskBatch madeTasks()
{
    base::Rng rng(1);
    const Tensor centres = normals({tasks, ways, 1, features}, rng);
    const auto drawn = [&](std::int64_t each) {
        return (centres + normals({tasks, ways, each, features}, rng)).flatten(1, 2).contiguous();
    };
    const auto labels = [](std::int64_t each) {
        return torch::arange(ways).repeat_interleave(each).expand({tasks, ways * each}).contiguous();
    };
    return {.ways = ways,
            .support = drawn(shots),
            .supportWay = labels(shots),
            .query = drawn(queries),
            .queryWay = labels(queries),
            .supportClass = {},
            .queryClass = {}};
}

TaskBatch one(const TaskBatch& all, std::int64_t task)
{
    TaskBatch alone = all;
    for (Tensor* tensor : {&alone.support, &alone.supportWay, &alone.query, &alone.queryWay})
        *tensor = tensor->narrow(0, task, 1);
    return alone;
}

MetaModel madeModel(const learn::FewShotMethod& method)
{
    base::Rng rng(2);
    MetaModel model{{[](const Parameters& parameters, const Tensor& x) {
                         return learn::linear(parameters, "encoder.b",
                                              learn::linear(parameters, "encoder.a", x).relu());
                     },
                     embeddingSize},
                    learn::initialised({{"encoder.a.weight", {hidden, features}},
                                        {"encoder.a.bias", {hidden}},
                                        {"encoder.b.weight", {embeddingSize, hidden}},
                                        {"encoder.b.bias", {embeddingSize}}},
                                       rng)};
    Parameters own = method.initial({model.parameters, embeddingSize, 8}, rng);
    model.parameters.merge(own);
    for (auto& [name, tensor] : model.parameters)
        tensor.requires_grad_();
    return model;
}

struct Spent {
    double forward = 0;
    double backward = 0;
    [[nodiscard]] double whole() const { return forward + backward; }
};

/// Meta-loss and its gradient by every meta-parameter, which is added to `sum`.
Spent metaStep(const learn::FewShotMethod& method, const MetaModel& model, const TaskBatch& batch,
               std::vector<Tensor>& sum)
{
    const double begun = cpuMilliseconds();
    const Tensor loss = method.metaLoss(model, batch, {}).loss;
    const double looked = cpuMilliseconds();
    std::vector<Tensor> parameters;
    for (const auto& [name, tensor] : model.parameters)
        parameters.push_back(tensor);
    const auto gradients = torch::autograd::grad({loss}, parameters);
    if (sum.empty())
        sum = gradients;
    else
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += gradients[i];
    return {looked - begun, cpuMilliseconds() - looked};
}

class Times {
public:
    void add(const Spent& spent) { m_all.push_back(spent); }
    [[nodiscard]] Spent best() const { return *std::ranges::min_element(m_all, {}, &Spent::whole); }
    [[nodiscard]] Spent median()
    {
        const auto middle = m_all.begin() + static_cast<std::ptrdiff_t>(m_all.size() / 2);
        std::ranges::nth_element(m_all, middle, {}, &Spent::whole);
        return *middle;
    }

private:
    std::vector<Spent> m_all;
};

void print(const char* what, Times& times)
{
    const Spent best = times.best();
    const Spent median = times.median();
    std::printf("  %-14s best %7.2f ms (forward %6.2f, backward %6.2f)   median %7.2f ms\n", what, best.whole(),
                best.forward, best.backward, median.whole());
}

void compare(const char* what, Method kind, int rounds)
{
    const auto method = learn::makeMethod(kind, {.steps = 5, .rate = 0.1, .clip = 10.0});
    const MetaModel model = madeModel(*method);
    const TaskBatch all = madeTasks();
    std::vector<TaskBatch> single;
    for (std::int64_t task = 0; task < tasks; ++task)
        single.push_back(one(all, task));
    Times together;
    Times loop;
    double apart = 0;
    for (int round = -2; round < rounds; ++round) { // two to warm up
        std::vector<Tensor> sum;
        const Spent batched = metaStep(*method, model, all, sum);
        std::vector<Tensor> loopSum;
        Spent looped;
        for (const TaskBatch& task : single) {
            const Spent spent = metaStep(*method, model, task, loopSum);
            looped.forward += spent.forward;
            looped.backward += spent.backward;
        }
        for (std::size_t i = 0; i < sum.size(); ++i)
            apart =
                std::max(apart, ((loopSum[i] / tasks - sum[i]).norm() / sum[i].norm().clamp_min(1e-6)).item<double>());
        if (round < 0)
            continue;
        together.add(batched);
        loop.add(looped);
    }
    std::printf("%s\n", what);
    print("one graph", together);
    print("task by task", loop);
    std::printf("  ratio          best %7.2f, median %7.2f; the two gradients differ by %.1e\n",
                together.best().whole() / loop.best().whole(), together.median().whole() / loop.median().whole(),
                apart);
}

} // namespace

int main(int count, char** arguments)
{
    prepareBlas(arguments);
    at::set_num_threads(1);
    const int rounds = count > 1 ? std::max(1, std::atoi(arguments[1])) : 40;
    std::printf("OpenBLAS core %s, one thread, %d rounds\n", std::getenv("OPENBLAS_CORETYPE"), rounds);
    compare("second order (maml)", Method::Maml, rounds);
    compare("first order (fomaml)", Method::Fomaml, rounds);
    return 0;
}
