// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/learn/toy_dataset.h"

#include "engine/base/random.h"
#include "engine/features/feature_schema.h"

#include <cmath>

namespace flowscent::test {

namespace {

constexpr std::size_t fields = features::sequenceFields;
constexpr std::size_t packets = 12;
constexpr std::size_t telling = 8; ///< statistics that know the class

/// Sizes by chance, so that no two flows are duplicates.
void writePackets(std::span<float> row, base::Rng& rng)
{
    for (std::size_t packet = 0; packet < packets; ++packet) {
        const float direction = rng.below(2) == 0 ? 1.0F : -1.0F;
        float* values = &row[packet * fields];
        values[0] = direction * static_cast<float>(rng.below(1400));
        values[1] = direction;
        values[2] = static_cast<float>(rng.below(100'000));
        values[4] = static_cast<float>(rng.below(2));
        values[fields - 1] = 1;
    }
}

} // namespace

learn::Dataset toyDataset(const ToyShape& shape)
{
    base::Rng rng(shape.seed);
    const std::size_t statistics = features::statisticDefinitions().size();
    const std::size_t flows = std::size_t{shape.classes} * shape.flowsPerClass;
    learn::Dataset dataset;
    dataset.features = {base::Matrix(flows, features::sequenceLength * fields), base::Matrix(flows, statistics)};
    std::size_t row = 0;
    for (std::uint16_t index = 0; index < shape.classes; ++index) {
        dataset.classNames.push_back("class " + std::to_string(shape.seed) + "." + std::to_string(index));
        dataset.threatClass.push_back(index % 2 == 0);
        std::array<double, telling> signature{};
        for (double& value : signature)
            value = rng.normal();
        for (std::uint32_t flow = 0; flow < shape.flowsPerClass; ++flow, ++row) {
            writePackets(dataset.features.sequences.row(row), rng);
            const auto values = dataset.features.statistics.row(row);
            for (std::size_t i = 0; i < statistics; ++i)
                values[i] =
                    static_cast<float>(std::exp(4 + (i < telling ? signature[i] + 0.2 * rng.normal() : rng.normal())));
            dataset.classOf.push_back(index);
            dataset.sessionOf.push_back(flow % shape.sessions);
        }
    }
    for (std::uint32_t session = 0; session < shape.sessions; ++session)
        dataset.sessionNames.push_back("capture " + std::to_string(session));
    dataset.sources = {"made up"};
    return dataset;
}

learn::Dataset withShuffledLabels(learn::Dataset dataset, std::uint64_t seed)
{
    base::Rng rng(seed);
    rng.shuffle(std::span(dataset.classOf));
    return dataset;
}

} // namespace flowscent::test
