// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/hunt_answers.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace flowscent::detect {

using base::Error;
using base::failure;

namespace {

/// Members are asked before those who build on them, whatever the order of contestants.
std::vector<std::size_t> order(std::span<const HuntContestant> contestants)
{
    std::vector<std::size_t> places;
    for (const bool builder : {false, true}) {
        for (std::size_t i = 0; i < contestants.size(); ++i) {
            if (contestants[i].members.empty() != builder)
                places.push_back(i);
        }
    }
    return places;
}

base::Result<std::vector<HuntScores>> membersOf(const HuntContestant& contestant,
                                                std::span<const HuntContestant> contestants,
                                                const std::vector<HuntScores>& scores)
{
    std::vector<HuntScores> members;
    for (const std::string& name : contestant.members) {
        const auto place = placeOf(contestants, name);
        if (!place || scores[*place].empty())
            return failure(Error::Code::Argument, contestant.name + " builds on " + name + ", which takes no part");
        members.push_back(scores[*place]);
    }
    return members;
}

} // namespace

std::optional<std::size_t> placeOf(std::span<const HuntContestant> contestants, std::string_view name)
{
    const auto found = std::ranges::find(contestants, name, &HuntContestant::name);
    if (found == contestants.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - contestants.begin());
}

base::Result<HuntAnswers> ask(std::span<const HuntContestant> contestants, const HuntTask& task, std::uint64_t seed)
{
    HuntAnswers answers{std::vector<HuntScores>(contestants.size()), std::vector<double>(contestants.size())};
    for (const std::size_t who : order(contestants)) {
        const HuntContestant& contestant = contestants[who];
        const auto members = membersOf(contestant, contestants, answers.scores);
        if (!members)
            return failure(members.error());
        const auto begun = std::chrono::steady_clock::now();
        auto answer = contestant.score(task, *members, seed);
        answers.seconds[who] = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        if (!answer)
            return failure(answer.error().code, contestant.name + ": " + answer.error().what, answer.error().where);
        if (answer->size() != task.query.size() ||
            !std::ranges::all_of(*answer, [](double score) { return std::isfinite(score); }))
            return failure(Error::Code::Model, contestant.name + " did not give every query a finite score");
        answers.scores[who] = std::move(*answer);
    }
    return answers;
}

} // namespace flowscent::detect
