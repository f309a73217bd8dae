// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/store/library/toy_bundle.h"

#include "engine/base/atomic_file.h"
#include "engine/base/digest.h"
#include "engine/features/feature_schema.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace flowscent::test {

namespace {

class ToyEncoder : public learn::Encoder {
public:
    ToyEncoder(learn::BaseModel model, float gain)
        : m_model(std::move(model))
        , m_gain(gain)
    {
    }
    [[nodiscard]] base::Result<base::Matrix> embed(const features::FeatureSet& raw, const base::ProgressSink&,
                                                   const std::stop_token& stop) const override
    {
        if (stop.stop_requested())
            return base::failure(base::Error::Code::Cancelled, "stopped");
        base::Matrix rows(raw.size(), toyWidth);
        for (std::size_t i = 0; i < raw.size(); ++i) {
            for (std::size_t j = 0; j < toyWidth; ++j)
                rows.row(i)[j] = m_gain * raw.statistics.row(i)[j];
        }
        return rows;
    }
    [[nodiscard]] const learn::BaseModel& model() const override { return m_model; }

private:
    learn::BaseModel m_model;
    float m_gain;
};

template <class Value>
Value sure(base::Result<Value> result)
{
    if (result)
        return std::move(*result);
    std::fprintf(stderr, "%s\n", result.error().sentence().c_str());
    std::abort();
}

store::FlowOrigin originOf(std::size_t index, const char* label)
{
    return {.capture = static_cast<std::uint32_t>(index % 2),
            .communityId = "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
            .key = {{*packet::parseAddress("10.0.0.7"), static_cast<std::uint16_t>(50'000 + index)},
                    {*packet::parseAddress("2001:db8::7"), 443},
                    6},
            .start = 1'700'000'000'123'456'789 + static_cast<std::int64_t>(index),
            .label = label};
}

} // namespace

learn::BaseModel toyBase(float weight)
{
    learn::BaseModel model;
    model.weights.put("encoder.layer", base::Matrix(1, 1));
    model.weights.tensors["encoder.layer"].values[0] = weight;
    model.scaler.sequenceMedian.assign(features::sequenceFields, 0);
    model.scaler.sequenceRange.assign(features::sequenceFields, 1);
    model.scaler.statisticMedian.assign(features::statisticDefinitions().size(), 0);
    model.scaler.statisticRange.assign(features::statisticDefinitions().size(), 1);
    model.encoder = "toy";
    model.embeddingSize = toyWidth;
    model.training.configuration = "{}";
    return model;
}

std::shared_ptr<const learn::Encoder> toyEncoder(float weight, float gain)
{
    return std::make_shared<ToyEncoder>(toyBase(weight), gain);
}

store::BaseInUse toyBaseInUse(float weight, float gain)
{
    return sure(store::BaseInUse::of(toyEncoder(weight, gain)));
}

features::FeatureSet toyFlows(std::size_t flows, double shift, base::Rng& rng)
{
    features::FeatureSet set{base::Matrix(flows, features::sequenceLength * features::sequenceFields),
                             base::Matrix(flows, features::statisticDefinitions().size())};
    for (float& value : set.sequences.values)
        value = static_cast<float>(rng.below(1500));
    for (float& value : set.statistics.values)
        value = static_cast<float>(rng.normal() + shift);
    return set;
}

store::Bundle toyBundle(const std::string& name, std::size_t threats, std::uint64_t seed)
{
    base::Rng rng(seed);
    const store::BaseInUse base = toyBaseInUse();
    store::Bundle bundle;
    bundle.name = name;
    bundle.examples = {toyFlows(threats, 4, rng), toyFlows(2, -1, rng), toyFlows(40, 0, rng)};
    const auto numbers = [&](const features::FeatureSet& raw) { return sure(base.describe(raw, {})); };
    bundle.detector = sure(base.fit(
        {numbers(bundle.examples.threat), numbers(bundle.examples.notThreat), numbers(bundle.examples.background)},
        {.threatName = name}));
    bundle.provenance = {.author = "Grace",
                         .created = "2026-11-27T22:49:39Z",
                         .why = "calls home every minute\nticket 7",
                         .from = {},
                         .captures = {{"monday.pcap", std::string(64, 'a')}, {"von Süden.pcapng.gz", ""}},
                         .flows = {}};
    for (std::size_t i = 0; i < threats + 2; ++i)
        bundle.provenance.flows.push_back(originOf(i, i < threats ? "beacon" : "not beacon"));
    return bundle;
}

std::vector<float> toyScores(const detect::Detector& detector)
{
    base::Rng rng(77);
    return detect::score(detector, sure(toyBaseInUse().describe(toyFlows(300, 1, rng), {})));
}

std::string resealed(const store::Bundle& bundle, const std::function<void(base::TensorFile&)>& change)
{
    base::TensorFile file = sure(store::toTensors(bundle));
    change(file);
    base::Sha256 digest;
    digest.add(base::serialise(file));
    file.metadata["flowscent.sha256"] = digest.hex();
    return base::serialise(file);
}

std::string bytesOf(const std::filesystem::path& file)
{
    const auto bytes = base::readWhole(file, 1 << 26);
    return bytes ? std::string(bytes->begin(), bytes->end()) : std::string();
}

} // namespace flowscent::test
