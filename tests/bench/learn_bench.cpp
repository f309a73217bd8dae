// SPDX-License-Identifier: GPL-3.0-or-later
// learn_bench [CORPUS] - what embedding, fitting a ridge and scoring again cost one core: best and median of many
// rounds in CPU time, which other programs on the machine disturb less than time on the clock. Beside every product of
// matrices stands its share of the machine's own speed, measured before and after each round: sgemm of 512 x 512 by the
// BLAS that LibTorch uses. With CORPUS (a folder with manifest.csv), its flows of the split "val" are embedded besides
// made ones.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>
#include <thread>

#include <dlfcn.h>

#include "engine/base/random.h"
#include "engine/features/feature_schema.h"
#include "engine/learn/backend.h"
#include "engine/learn/inference/head.h"
#include "engine/learn/inference/patch_conv_inference.h"
#include "engine/store/corpus.h"
#include "engine/store/model_file.h"

using namespace flowscent;

namespace {

constexpr std::size_t flows = 4'000; ///< fewer than Encoder::embed would share between two threads
constexpr std::size_t cached = 1'000'000;
constexpr int rounds = 60;

double cpuSeconds()
{
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double wallSeconds()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

using Sgemm = void (*)(const char*, const char*, const int*, const int*, const int*, const float*, const float*,
                       const int*, const float*, const int*, const float*, float*, const int*);

/// GFLOP/s of the BLAS that the plugin has loaded; 0 where it cannot be found.
class Blas {
public:
    Blas()
    {
        if (void* library = dlopen("libblas.so.3", RTLD_NOW | RTLD_LOCAL))
            m_sgemm = reinterpret_cast<Sgemm>(dlsym(library, "sgemm_")); // NOLINT: what dlsym is for
    }
    [[nodiscard]] double gflops()
    {
        if (m_sgemm == nullptr)
            return 0;
        constexpr int n = 512;
        constexpr float one = 1;
        constexpr float zero = 0;
        const double begun = cpuSeconds();
        m_sgemm("N", "N", &n, &n, &n, &one, m_a.data(), &n, m_a.data(), &n, &zero, m_c.data(), &n);
        return 2.0 * n * n * n / (cpuSeconds() - begun) / 1e9;
    }

private:
    std::vector<float> m_a = std::vector<float>(512 * 512, 0.5F);
    std::vector<float> m_c = std::vector<float>(512 * 512);
    Sgemm m_sgemm = nullptr;
};

struct Times {
    std::vector<double> seconds; ///< sorted
    double gemm = 0;             ///< best GFLOP/s met between the rounds

    [[nodiscard]] double best() const { return seconds.front(); }
    [[nodiscard]] double median() const { return seconds[seconds.size() / 2]; }
};

Times timed(Blas& blas, double (*clock)(), const std::function<void()>& work, int howOften = rounds)
{
    Times times;
    work(); // caches, page faults
    for (int round = 0; round < howOften; ++round) {
        times.gemm = std::max(times.gemm, blas.gflops());
        const double begun = clock();
        work();
        times.seconds.push_back(clock() - begun);
    }
    std::ranges::sort(times.seconds);
    return times;
}

/// `flop` per flow as if every packet were there; 0 leaves the share out.
void printRate(const char* what, const Times& times, std::size_t count, double flop)
{
    const auto rate = [&](double seconds) { return static_cast<double>(count) / seconds; };
    std::printf("%-58s %9.0f %9.0f flows/s", what, rate(times.best()), rate(times.median()));
    if (flop > 0)
        std::printf("  %5.1f GFLOP/s, %3.0f %% of sgemm's %.0f", rate(times.best()) * flop / 1e9,
                    100 * rate(times.best()) * flop / 1e9 / times.gemm, times.gemm);
    std::printf("\n");
}

void printTime(const char* what, const Times& times, double unit, const char* name)
{
    std::printf("%-58s %9.3f %9.3f %s\n", what, times.best() / unit, times.median() / unit, name);
}

/// Flows of `packets(row)` packets each, with numbers as wide as traffic's.
features::FeatureSet madeFlows(std::size_t count, const std::function<std::size_t(std::size_t)>& packets)
{
    base::Rng rng(1);
    features::FeatureSet set{base::Matrix(count, features::sequenceLength * features::sequenceFields),
                             base::Matrix(count, features::statisticDefinitions().size())};
    for (std::size_t row = 0; row < count; ++row) {
        for (std::size_t packet = 0; packet < packets(row); ++packet) {
            const auto fields = set.sequences.row(row).subspan(packet * features::sequenceFields);
            const float direction = rng.below(2) == 0 ? 1.0F : -1.0F;
            fields[0] = direction * static_cast<float>(rng.below(1461));
            fields[1] = direction;
            fields[2] = static_cast<float>(rng.below(1'000'000));
            fields[4] = static_cast<float>(rng.below(2));
            fields[6] = static_cast<float>(rng.below(8));
            fields[7] = 1;
        }
        for (float& value : set.statistics.row(row))
            value = static_cast<float>(std::exp(5 + 2 * rng.normal()));
    }
    return set;
}

/// Floating-point operations of the encoder for a flow with 32 packets, additions and multiplications.
double denseFlop(double width, double statistics, double embedding)
{
    return 2 * (8 * 32 * width + 4 * 2 * width * width + statistics * width + width * width + 3 * width * embedding);
}

void embedding(Blas& blas, const learn::Encoder& encoder, const features::FeatureSet& raw, const char* what,
               bool isDense)
{
    const learn::BaseModel& model = encoder.model();
    const double flop =
        isDense ? denseFlop(static_cast<double>(model.weights.tensors.at("encoder.patch.bias").values.size()),
                            static_cast<double>(raw.statistics.columns), static_cast<double>(model.embeddingSize))
                : 0;
    const std::string name = what;
    printRate((name + ", Encoder::embed from raw features").c_str(),
              timed(blas, cpuSeconds, [&] { (void)encoder.embed(raw, {}, {}); }), raw.size(), flop);
    const auto net = learn::PatchConvInference::fromTensors(model.weights);
    if (!net || !learn::PatchConvInference::covers(model.encoder))
        return;
    learn::PatchConvInference::Workspace space;
    base::Matrix into(raw.size(), model.embeddingSize);
    const features::FeatureSet scaled = model.scaler.apply(raw);
    printRate((name + ", from raw features").c_str(),
              timed(blas, cpuSeconds, [&] { net->embed(model.scaler, raw, 0, raw.size(), into, space); }), raw.size(),
              flop);
    printRate((name + ", from scaled features").c_str(),
              timed(blas, cpuSeconds, [&] { net->embedScaled(scaled, 0, raw.size(), into, space); }), raw.size(), flop);
    features::FeatureSet again = scaled;
    printRate((name + ", scaling alone").c_str(),
              timed(blas, cpuSeconds, [&] { model.scaler.apply(raw, 0, raw.size(), again); }), raw.size(), 0);
}

/// How many of the flows' patches hold a packet: the rest costs nothing.
void printFilling(const features::FeatureSet& raw)
{
    constexpr std::size_t patchSize = learn::PatchConvInference::patchPackets * features::sequenceFields;
    std::size_t filled = 0;
    const std::size_t all = raw.sequences.values.size() / patchSize;
    for (std::size_t patch = 0; patch < all; ++patch)
        filled += raw.sequences.values[patch * patchSize + features::sequenceFields - 1] > 0 ? 1U : 0U;
    std::printf("%zu flows of the corpus; %.0f %% of their patches hold a packet\n", raw.size(),
                100 * static_cast<double>(filled) / static_cast<double>(all));
}

learn::HeadExamples drawn(std::size_t rows, std::size_t columns, std::uint16_t ways)
{
    base::Rng rng(2);
    learn::HeadExamples examples{base::Matrix(rows, columns), {}, {}, ways};
    std::ranges::generate(examples.embeddings.values, [&] { return static_cast<float>(rng.normal()); });
    for (std::size_t row = 0; row < rows; ++row)
        examples.classOf.push_back(static_cast<std::uint16_t>(row % ways));
    return examples;
}

void fitting(Blas& blas)
{
    for (const auto ways : std::array<std::uint16_t, 3>{2, 5, 10}) {
        for (const std::size_t supports : {10U, 25U, 50U, 64U, 65U, 100U}) {
            const learn::HeadExamples examples = drawn(supports, 64, ways);
            constexpr int each = 20;
            Times times = timed(blas, cpuSeconds, [&] {
                for (int i = 0; i < each; ++i)
                    (void)learn::fitHead(learn::HeadKind::Ridge, examples, {});
            });
            for (double& seconds : times.seconds)
                seconds /= each;
            const std::string what =
                "ridge, " + std::to_string(supports) + " supports x 64, " + std::to_string(ways) + " ways";
            printTime(what.c_str(), times, 1e-6, "us");
        }
    }
}

/// Whether all that was read were numbers: what keeps reading from being optimised away.
bool scoring(Blas& blas)
{
    const base::Matrix embeddings = drawn(cached, 64, 1).embeddings;
    struct Case {
        learn::HeadKind kind;
        std::uint16_t ways;
        std::size_t examples;
    };
    constexpr int fewer = 20;
    float sink = 0;
    const auto readOnce = [&] { // sixteen sums side by side, or adding would be what takes the time
        std::array<float, 16> sums{};
        for (std::size_t i = 0; i < embeddings.values.size(); i += sums.size()) {
            for (std::size_t lane = 0; lane < sums.size(); ++lane)
                sums[lane] += embeddings.values[i + lane];
        }
        for (const float sum : sums)
            sink += sum;
    };
    printTime("reading 1 000 000 embeddings once", timed(blas, wallSeconds, readOnce, fewer), 1e-3, "ms");
    for (const Case& one :
         {Case{learn::HeadKind::Ridge, 2, 25}, Case{learn::HeadKind::Ridge, 5, 25},
          Case{learn::HeadKind::Prototype, 2, 25}, Case{learn::HeadKind::Prototype, 5, 25},
          Case{learn::HeadKind::NearestNeighbour, 2, 10}, Case{learn::HeadKind::NearestNeighbour, 2, 74},
          Case{learn::HeadKind::NearestNeighbour, 5, 74}}) {
        const auto head = learn::fitHead(one.kind, drawn(one.examples, 64, one.ways), {});
        const std::string what = "scores of 1 000 000, " + std::string(learn::text(one.kind)) + ", " +
                                 std::to_string(one.ways) + " ways, " + std::to_string(head->weights.rows) + " rows";
        printTime(what.c_str(),
                  timed(
                      blas, wallSeconds, [&] { (void)learn::scores(*head, embeddings); }, fewer),
                  1e-3, "ms");
        printTime((what + ", CPU").c_str(),
                  timed(
                      blas, cpuSeconds, [&] { (void)learn::scores(*head, embeddings); }, fewer),
                  1e-3, "ms");
        const auto byTwo = [&] {
            base::Matrix logits(cached, head->ways);
            std::jthread other([&] { learn::scoreRows(*head, embeddings, 0, cached / 2, logits); });
            learn::scoreRows(*head, embeddings, cached / 2, cached, logits);
        };
        printTime((what + ", two threads").c_str(), timed(blas, wallSeconds, byTwo, fewer), 1e-3, "ms");
    }
    return std::isfinite(sink);
}

} // namespace

int main(int argc, char** argv)
{
    std::setvbuf(stdout, nullptr, _IOLBF, 0); // a line is worth seeing when it is there
    const auto backend = learn::backend();
    auto loaded = store::loadModel(store::shippedModel());
    if (!backend || !loaded) {
        std::fprintf(stderr, "%s\n", (backend ? loaded.error() : backend.error()).sentence().c_str());
        return 1;
    }
    const auto model = std::make_shared<const learn::BaseModel>(std::move(*loaded));
    const auto encoder = (*backend)->encoder(model);
    if (!encoder) {
        std::fprintf(stderr, "%s\n", encoder.error().sentence().c_str());
        return 1;
    }
    Blas blas;
    std::printf("%s; encoder %s\n%-58s %9s %9s\n", (*backend)->describe().c_str(), model->encoder.c_str(), "", "best",
                "median");
    embedding(blas, **encoder, madeFlows(flows, [](std::size_t) { return features::sequenceLength; }), "32 packets",
              true);
    embedding(blas, **encoder, madeFlows(flows, [](std::size_t) { return std::size_t{10}; }), "10 packets", false);
    embedding(blas, **encoder, madeFlows(flows, [](std::size_t row) { return 1 + row % 4; }), "1 to 4 packets", false);
    if (argc > 1) {
        auto corpus = store::readCorpus(argv[1], "val", {}, {});
        if (!corpus) {
            std::fprintf(stderr, "%s\n", corpus.error().sentence().c_str());
            return 1;
        }
        std::vector<std::uint32_t> some; // evenly spread over the corpus
        for (std::size_t i = 0; i < flows; ++i)
            some.push_back(static_cast<std::uint32_t>(i * corpus->dataset.features.size() / flows));
        const features::FeatureSet chosen = corpus->dataset.features.rows(some);
        printFilling(chosen);
        embedding(blas, **encoder, chosen, "corpus", false);
    }
    fitting(blas);
    return scoring(blas) ? 0 : 1;
}
