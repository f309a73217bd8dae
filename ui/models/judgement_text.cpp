// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/judgement_text.h"

#include "ui/models/flow_text.h"

#include <QCoreApplication>
#include <QStringList>

#include <array>
#include <cmath>

namespace flowscent::ui {

namespace {

using detect::Doubt;

QString translated(const char* text)
{
    return QCoreApplication::translate("JudgementText", text);
}

QString alarmsText(double alarms)
{
    return countText(static_cast<std::uint64_t>(std::ceil(alarms - 1e-9)));
}

QString sentenceCase(const std::string& text)
{
    QString sentence = toQString(text);
    if (!sentence.isEmpty())
        sentence[0] = sentence[0].toUpper();
    return sentence;
}

} // namespace

QString verdictText(detect::Judgement judgement)
{
    switch (judgement) {
    case detect::Judgement::Normal:
        return translated("normal");
    case detect::Judgement::Unsure:
        return translated("unsure");
    case detect::Judgement::Threat:
        return translated("threat");
    }
    return {};
}

QString doubtText(Doubt doubt)
{
    switch (doubt) {
    case Doubt::None:
        return {};
    case Doubt::NotScored:
        return translated("not scored");
    case Doubt::TooFewPackets:
        return translated("too few packets");
    case Doubt::Unfamiliar:
        return translated("unlike anything seen");
    case Doubt::PartsDisagree:
        return translated("parts of the detector disagree");
    }
    return {};
}

QString judgedText(const Judgements& judgements, flow::FlowId flow)
{
    if (flow.value >= judgements.verdicts.size() || judgements.verdicts[flow.value] == Judgements::none)
        return {};
    const auto verdict = static_cast<detect::Judgement>(judgements.verdicts[flow.value]);
    const QString doubt = doubtText(static_cast<Doubt>(judgements.doubts[flow.value]));
    return doubt.isEmpty() ? verdictText(verdict) : QStringLiteral("%1: %2").arg(verdictText(verdict), doubt);
}

QString rankText(const Judgements& judgements, flow::FlowId flow)
{
    const Scores& scores = *judgements.scores;
    if (flow.value >= scores.ranks.size() || scores.ranks[flow.value] == 0)
        return {};
    const QString rank = translated("rank %1 of %2").arg(countText(scores.ranks[flow.value]), countText(scores.scored));
    if (!judgements.baseline)
        return rank;
    return translated("%1; expect at most %2 false above this line")
        .arg(rank, alarmsText(judgements.line.expectedAlarms(scores.scored)));
}

QString oneInText(const Judgements& judgements, flow::FlowId flow)
{
    const double share = judgements.pValue(flow);
    if (std::isnan(share))
        return {};
    const auto of = static_cast<std::uint64_t>(std::floor(1 / share));
    return share <= judgements.baseline->finest()
               ? translated("fewer than 1 in %1 normal flows score so high").arg(countText(judgements.baseline->size()))
               : translated("1 in %1 normal flows scores so high").arg(countText(of));
}

Promise promiseOf(const Judgements& judgements)
{
    if (!judgements.baseline || judgements.realised.flows == 0)
        return Promise::Unknown;
    return judgements.realised.kept() ? Promise::Kept : Promise::Broken;
}

QString promiseText(const Judgements& judgements)
{
    switch (promiseOf(judgements)) {
    case Promise::Unknown:
        return translated("too few flows to hold the line to its promise");
    case Promise::Kept:
        return translated("%1: kept").arg(toQString(judgements.realised.sentence()));
    case Promise::Broken:
        return translated("%1: more than chance explains").arg(toQString(judgements.realised.sentence()));
    }
    return {};
}

QString budgetText(const BudgetChoice& choice)
{
    return choice.budget ? toQString(detect::text(*choice.budget)) : translated("the detector's line");
}

QString baselineText(const Judgements& judgements)
{
    QStringList said;
    if (!judgements.trouble.empty())
        said << translated("The detector's own line stands: %1.").arg(toQString(judgements.trouble));
    else if (!judgements.line.sentence.empty())
        said << sentenceCase(judgements.line.sentence) + QLatin1Char('.');
    if (judgements.baseline) {
        const QString flows = countText(judgements.baseline->size());
        said << (judgements.choice.baseline
                     ? translated("Normal is what you chose (%1 scored and unmarked flows).").arg(flows)
                     : translated("Normal is a random half of the unlabelled flows (%1).").arg(flows));
        said << translated("Threats among them raise the line: fewer false alarms, more misses.");
    }
    said << translated("The budget says nothing about misses.");
    return said.join(QLatin1Char(' '));
}

QString unsureText(const Judgements& judgements)
{
    if (judgements.unsure == 0)
        return {};
    std::array<std::size_t, 5> counts{};
    for (const std::uint8_t doubt : judgements.doubts)
        ++counts[std::min<std::size_t>(doubt, counts.size() - 1)];
    QStringList reasons;
    for (const Doubt doubt : {Doubt::TooFewPackets, Doubt::Unfamiliar, Doubt::PartsDisagree}) {
        if (const std::size_t count = counts[static_cast<std::size_t>(doubt)]; count > 0)
            reasons << QStringLiteral("%1 %2").arg(countText(count), doubtText(doubt));
    }
    return translated("Unsure, so no alarms: %1 (%2).")
        .arg(flowsText(judgements.unsure), reasons.join(QStringLiteral(", ")));
}

} // namespace flowscent::ui
