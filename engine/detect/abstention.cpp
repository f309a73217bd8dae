// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/abstention.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace flowscent::detect {

namespace {

bool saysSo(const PartOpinion& part, bool forThreat, double clearly)
{
    const double above = part.evidence - part.line;
    return forThreat ? above >= clearly : above <= -clearly;
}

/// Of the weight, what parts that are clearly for the one verdict carry.
double shareOf(std::span<const PartOpinion> parts, bool forThreat, double clearly)
{
    double sum = 0;
    double whole = 0;
    for (const PartOpinion& part : parts) {
        whole += part.weight;
        sum += saysSo(part, forThreat, clearly) ? part.weight : 0.0;
    }
    return whole > 0 ? sum / whole : 0.0;
}

std::string packetsSentence(std::uint32_t packets, std::uint32_t needed)
{
    return "the flow has " + std::to_string(packets) + (packets == 1 ? " packet" : " packets") + "; at least " +
           std::to_string(needed) + " are needed to judge one";
}

std::string unfamiliarSentence(double familiarity)
{
    char percent[32];
    std::snprintf(percent, sizeof percent, "%.1f", 100 * familiarity);
    return std::string("the flow is unlike anything seen: no more than ") + percent +
           " % of known flows are as far from the others";
}

/// "forest says threat, ridge and nearest say normal"
std::string disagreementSentence(std::span<const PartOpinion> parts, double clearly)
{
    const auto namesOf = [&](bool forThreat) {
        std::vector<std::string_view> names;
        for (const PartOpinion& part : parts) {
            if (part.weight > 0 && saysSo(part, forThreat, clearly))
                names.push_back(part.name);
        }
        std::string joined;
        for (std::size_t i = 0; i < names.size(); ++i)
            joined += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + std::string(names[i]);
        return joined + (names.size() == 1 ? " says " : " say ");
    };
    return "parts of the detector disagree: " + namesOf(true) + "threat, " + namesOf(false) + "normal";
}

bool disagree(const FlowEvidence& flow, bool alarm, const AbstentionSettings& settings)
{
    const double against = shareOf(flow.parts, !alarm, settings.clearly);
    const double with = shareOf(flow.parts, alarm, settings.clearly);
    return with > 0 && against > 0 && against >= settings.mostOpposition - 1e-12;
}

JudgedFlow unsure(Doubt doubt, std::string reason)
{
    return {Judgement::Unsure, doubt, std::move(reason)};
}

} // namespace

std::string_view text(Judgement judgement)
{
    switch (judgement) {
    case Judgement::Normal:
        return "normal";
    case Judgement::Unsure:
        return "unsure";
    case Judgement::Threat:
        return "threat";
    }
    return "unsure";
}

std::string_view text(Doubt doubt)
{
    switch (doubt) {
    case Doubt::None:
        return "none";
    case Doubt::NotScored:
        return "not_scored";
    case Doubt::TooFewPackets:
        return "too_few_packets";
    case Doubt::Unfamiliar:
        return "unfamiliar";
    case Doubt::PartsDisagree:
        return "parts_disagree";
    }
    return "none";
}

base::Result<void> check(const AbstentionSettings& settings)
{
    const auto refuse = [](const char* name, const char* range) {
        return base::failure(base::Error::Code::Argument, std::string("abstention's ") + name + " must be " + range);
    };
    if (!(settings.leastFamiliarity >= 0 && settings.leastFamiliarity < 1)) // false for what is no number
        return refuse("leastFamiliarity", "a share from 0 up to but not 1");
    if (!(settings.clearly >= 0 && std::isfinite(settings.clearly)))
        return refuse("clearly", "0 or more");
    if (!(settings.mostOpposition > 0 && settings.mostOpposition <= 1))
        return refuse("mostOpposition", "a share above 0 and up to 1");
    return {};
}

JudgedFlow judge(const FlowEvidence& flow, const AbstentionSettings& settings)
{
    if (!std::isfinite(flow.score))
        return unsure(Doubt::NotScored, "nothing is known of the flow's packets, so that it has no score");
    if (flow.packets < settings.fewestPackets)
        return unsure(Doubt::TooFewPackets, packetsSentence(flow.packets, settings.fewestPackets));
    if (!(flow.familiarity > settings.leastFamiliarity))
        return unsure(Doubt::Unfamiliar, unfamiliarSentence(flow.familiarity));
    const bool alarm = flow.score >= flow.line;
    if (disagree(flow, alarm, settings))
        return unsure(Doubt::PartsDisagree, disagreementSentence(flow.parts, settings.clearly));
    return {alarm ? Judgement::Threat : Judgement::Normal, Doubt::None, {}};
}

} // namespace flowscent::detect
