// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/evidence_text.h"

#include "engine/flow/community_id.h"
#include "ui/models/flow_text.h"
#include "ui/models/identity_text.h"
#include "ui/models/judgement_text.h"

#include <QCoreApplication>
#include <QStringList>

#include <cmath>

namespace flowscent::ui {

namespace {

constexpr std::size_t mostInSummary = 6; ///< features each way

QString translated(const char* text)
{
    return QCoreApplication::translate("EvidenceText", text);
}

const detect::NamedFeature& named(const detect::FeatureEvidence& feature)
{
    return detect::namedFeatures()[feature.feature];
}

/// Control characters of names end here: a summary is pasted into other people's tools.
QString plain(QString text)
{
    for (QChar& letter : text) {
        if (letter.category() == QChar::Other_Control)
            letter = QChar::ReplacementCharacter;
    }
    return text;
}

QString percentText(double share)
{
    return QStringLiteral("%1 %").arg(100 * share, 0, 'f', share > 0 && share < 0.1 ? 1 : 0);
}

QStringList sentences(const detect::Evidence& evidence, const std::vector<detect::FeatureIndex>& order)
{
    QStringList lines;
    for (std::size_t i = 0; i < std::min(mostInSummary, order.size()); ++i)
        lines << QStringLiteral("  - ") + featureSentence(evidence.features[order[i]]);
    return lines;
}

} // namespace

QString featureName(const detect::FeatureEvidence& feature)
{
    return toQString(named(feature).label);
}

QString featureValue(const detect::FeatureEvidence& feature)
{
    return toQString(detect::nativeText(double{feature.value}, named(feature).unit));
}

QString featureNormal(const detect::FeatureEvidence& feature)
{
    return translated("normal %1")
        .arg(toQString(
            detect::nativeText(double{feature.normal.lower}, double{feature.normal.upper}, named(feature).unit)));
}

QString featureSentence(const detect::FeatureEvidence& feature)
{
    const QString effect = feature.attribution > 0   ? translated("raises the score")
                           : feature.attribution < 0 ? translated("lowers the score")
                                                     : translated("leaves the score as it is");
    return QStringLiteral("%1 %2, %3, %4")
        .arg(featureName(feature), featureValue(feature), featureNormal(feature), effect);
}

QString flipText(const detect::Evidence& evidence)
{
    if (!evidence.flip)
        return {};
    if (!evidence.flip->found())
        return translated("Not even %1 features at normal values would bring it below the line.")
            .arg(detect::mostFlipFeatures);
    QStringList names;
    for (const detect::FeatureIndex index : evidence.flip->features)
        names << featureName(evidence.features[index]);
    return translated("It would fall below the line if these were normal: %1.").arg(names.join(QStringLiteral("; ")));
}

QString exampleText(const ExplainedFlow& explained)
{
    if (explained.examples.empty())
        return translated("There is no other example to be like.");
    const double nearer = explained.evidence.examples.front().place.nearerShare;
    return translated("%1 of the background lies nearer to that example than this flow.").arg(percentText(nearer));
}

QString backgroundText(const ExplainedFlow& explained)
{
    if (explained.background.empty())
        return translated("There is no other background flow to hold against it.");
    const auto& normal = explained.evidence.background.front().place;
    QString text = translated("%1 of the background have a nearer neighbour than this flow has among them.")
                       .arg(percentText(normal.nearerShare));
    if (!explained.examples.empty() && normal.distance < explained.evidence.examples.front().place.distance)
        text += translated(" It is more like that one than like any example: it may be nothing but that, or the "
                           "background holds the threat.");
    return text;
}

QString evidenceSummary(const ExplainedFlow& explained, const Judgements* judgements)
{
    const flow::FlowTable& table = *explained.adaptation->table;
    const flow::FlowId flow = explained.flow;
    const detect::Evidence& evidence = explained.evidence;
    QStringList lines;
    const auto line = [&lines](const QString& name, const QString& text) {
        if (!text.isEmpty())
            lines << QStringLiteral("%1: %2").arg(name, plain(text));
    };
    lines << translated("Flow %1").arg(toQString(numberText(flow)));
    line(translated("Community ID"), toQString(flow::communityId(table.key(flow))));
    line(translated("Source"), endpointText(table.client[flow.value]));
    line(translated("Destination"), endpointText(table.server[flow.value]));
    line(translated("Protocol"), toQString(flow::protocolText(table.protocol[flow.value])));
    line(translated("Application"), identityText(table, flow, FlowColumn::Application));
    line(translated("Host"), identityText(table, flow, FlowColumn::Host));
    line(translated("Start"), dateTimeText(table.start[flow.value]) + translated(" UTC, lasted ") +
                                  durationText(table.durationSeconds(flow)));
    line(translated("Score"), translated("%1 by adaptation a%2 (ranks; no probability of guilt)")
                                  .arg(scoreText(evidence.score))
                                  .arg(explained.adaptation->detector.revision));
    if (judgements != nullptr && judgements->scores->adaptation == explained.adaptation) {
        line(translated("Verdict"), judgedText(*judgements, flow));
        line(translated("Rank"), rankText(*judgements, flow));
    }
    line(translated("Why"), toQString(explained.headline));
    if (!evidence.raising.empty())
        lines << translated("Unlike normal, raising the score:") << sentences(evidence, evidence.raising);
    if (!evidence.lowering.empty())
        lines << translated("Against:") << sentences(evidence, evidence.lowering);
    const QString flip = flipText(evidence);
    if (!flip.isEmpty())
        lines << flip;
    lines << translated("This explains the model, not the traffic.");
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

} // namespace flowscent::ui
