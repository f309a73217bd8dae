// SPDX-License-Identifier: GPL-3.0-or-later
// judge_bench [FLOWS]: how long it takes to say of every flow whether it is normal, unsure or a threat. The sample's
// flows, over and over, each time a little different.

#include "engine/base/random.h"
#include "tests/ui/support/workbench.h"
#include "ui/session/judgements.h"
#include "ui/session/scorer.h"

#include "engine/flow/read_flows.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace flowscent;
using Clock = std::chrono::steady_clock;

namespace {

double millisecondsSince(Clock::time_point begun)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

template <class T>
T taken(base::Result<T> result)
{
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().sentence().c_str());
        std::exit(1);
    }
    return std::move(*result);
}

/// Scores of `flows` flows: those of the sample, whose numbers are moved by a hundredth from copy to copy.
std::shared_ptr<const ui::Scores> manyScores(const ui::Scores& few, std::uint32_t flows)
{
    auto adaptation = std::make_shared<ui::Adaptation>(*few.adaptation);
    auto table = std::make_shared<flow::FlowTable>();
    auto numbers = std::make_shared<detect::FlowNumbers>(detect::FlowNumbers{
        base::Matrix(flows, few.numbers->embeddings.columns), base::Matrix(flows, few.numbers->statistics.columns)});
    base::Rng rng(1);
    const auto size = static_cast<std::uint32_t>(few.values.size());
    for (std::uint32_t row = 0; row < flows; ++row) {
        flow::FlowRecord record = few.adaptation->table->record(flow::FlowId(row % size));
        record.observations.clear();
        record.places.clear();
        table->append(record);
        const auto moved = [&](const base::Matrix& from, base::Matrix& to) {
            for (std::size_t i = 0; i < from.columns; ++i)
                to.row(row)[i] =
                    from.row(row % size)[i] * (row < size ? 1.0F : static_cast<float>(1 + 0.01 * rng.normal()));
        };
        moved(few.numbers->embeddings, numbers->embeddings);
        moved(few.numbers->statistics, numbers->statistics);
    }
    adaptation->table = table;
    const auto begun = Clock::now();
    auto values = detect::score(adaptation->detector, *numbers);
    std::printf("scoring %u flows: %.0f ms\n", flows, millisecondsSince(begun));
    auto scores = std::make_shared<ui::Scores>(ui::makeScores(std::move(values), true, std::move(adaptation)));
    scores->numbers = std::move(numbers);
    return scores;
}

} // namespace

int main(int argc, char** argv)
{
    const auto flows = static_cast<std::uint32_t>(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1'000'000);
    const auto read = taken(flow::readFlows({test::sampleCapture().toStdString()}, {}, {}, {}, {}));
    const auto beacon = test::sampleBeacon(*read.table);
    ui::ScoreRequest request{.table = read.table};
    for (std::size_t i = 0; i < 4; ++i)
        request.support.set(beacon[i], hunt::Label::Threat);
    request.background = hunt::drawBackground(*read.table, request.support, 256, 1);
    ui::Scorer scorer;
    std::shared_ptr<const ui::Scores> few;
    const auto done = scorer.run(
        request, [&](ui::Scores answer) { few = std::make_shared<const ui::Scores>(std::move(answer)); }, {}, {});
    if (!done) {
        std::fprintf(stderr, "%s\n", done.error().sentence().c_str());
        return 1;
    }
    const auto scores = manyScores(*few, flows);
    auto begun = Clock::now();
    const auto line = taken(ui::judge(scores, {}, {}));
    std::printf("baseline and line: %.0f ms, %zu alarms\n", millisecondsSince(begun), line.alarms);
    begun = Clock::now();
    std::size_t told = 0;
    const auto end = ui::judgeWithDoubts(scores, {}, {},
                                         [&](const ui::Judgements& judged) {
                                             std::printf("answer %zu after %.0f ms: %zu threats, %zu unsure\n", ++told,
                                                         millisecondsSince(begun), judged.alarms, judged.unsure);
                                         },
                                         {});
    return end ? 0 : 1;
}
