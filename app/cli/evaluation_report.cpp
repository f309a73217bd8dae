// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/evaluation_report.h"

#include "app/cli/evaluation.h"

#include "engine/base/atomic_file.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <iostream>

namespace flowscent::cli {

namespace {

std::size_t benignFlows(const learn::Dataset& data)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(data.classOf, [&](std::uint16_t index) { return !data.threatClass[index]; }));
}

Json document(const EvaluationReport& report, const Evaluation& evaluation)
{
    const EvaluateOptions& options = evaluation.options;
    Json whole{{"protocol", options.protocol},
               {"corpus", options.corpus},
               {"corpus_sha256", evaluation.judged.corpus.dataset.hash()},
               {"split", options.split},
               {"model", evaluation.judged.file},
               {"model_sha256", evaluation.judged.sha256},
               {"seed", options.seed},
               {"draws", report.draws},
               {"min_packets", options.minimumPackets},
               {"benign_flows", benignFlows(evaluation.data)}};
    whole.update(report.more);
    whole["results"] = report.results;
    return whole;
}

} // namespace

Json interval(const learn::ClassInterval& interval)
{
    return {{"mean", interval.mean}, {"ci", {interval.low, interval.high}}};
}

std::string formatted(const char* format, ...)
{
    std::array<char, 400> text{};
    std::va_list values;
    va_start(values, format);
    std::vsnprintf(text.data(), text.size(), format, values);
    va_end(values);
    return text.data();
}

base::Result<void> publish(const EvaluationReport& report, const Evaluation& evaluation)
{
    std::cout << report.table;
    if (evaluation.options.json.empty())
        return {};
    return base::writeAtomically(evaluation.options.json, document(report, evaluation).dump(2) + "\n");
}

} // namespace flowscent::cli
