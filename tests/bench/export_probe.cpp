// SPDX-License-Identifier: GPL-3.0-or-later
// export_probe DETECTOR CAPTURE FOLDER - a detector's exports, and what the program itself makes of a capture's flows:
// for check_exports, which runs them elsewhere.
#include "engine/base/atomic_file.h"
#include "engine/features/extract.h"
#include "engine/flow/read_flows.h"
#include "engine/learn/export/onnx_export.h"
#include "engine/store/model_file.h"

#include <cstdio>
#include <filesystem>

using namespace flowscent;

namespace {

template <class Value>
Value need(base::Result<Value> result)
{
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().sentence().c_str());
        std::exit(1);
    }
    if constexpr (!std::is_void_v<Value>)
        return std::move(*result);
}

features::FeatureSet featuresOf(const char* capture)
{
    const auto read = need(flow::readFlows({capture}, {}, {}, {}, {}));
    return features::extract(*read.table, {}, {});
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 4) {
        std::fprintf(stderr, "export_probe DETECTOR CAPTURE FOLDER\n");
        return 2;
    }
    const std::filesystem::path folder = argv[3];
    const auto detector = need(store::loadDetector(argv[1]));
    const auto* engine = need(learn::backend());
    const auto encoder = need(engine->encoder(detector.base));
    const features::FeatureSet flows = featuresOf(argv[2]);

    base::TensorFile inputs;
    inputs.put("sequences", flows.sequences);
    inputs.put("statistics", flows.statistics);
    need(base::writeAtomically(folder / "inputs", base::serialise(inputs)));
    base::TensorFile expected;
    const detect::FlowNumbers numbers = need(detect::describe(*encoder, flows, {}, {}));
    expected.put("embedding", numbers.embeddings);
    expected.put("score", std::span<const float>(detect::score(detector, numbers)));
    need(base::writeAtomically(folder / "expected", base::serialise(expected)));

    const learn::Readout readout = detect::readout(detector);
    need(base::writeAtomically(folder / "model.pt", need(engine->exportTorchScript(*detector.base, readout))));
    need(base::writeAtomically(folder / "model.onnx", need(learn::exportOnnx(*detector.base, readout))));
    std::printf("%zu flows, encoder %s\n", flows.size(), detector.base->encoder.c_str());
    return 0;
}
