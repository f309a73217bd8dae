// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "ui/session/explained_flow.h"
#include "ui/session/judgements.h"

/// Evidence in words.
namespace flowscent::ui {

[[nodiscard]] QString featureName(const detect::FeatureEvidence& feature);   ///< "Mean gap"
[[nodiscard]] QString featureValue(const detect::FeatureEvidence& feature);  ///< "60.0 s"
[[nodiscard]] QString featureNormal(const detect::FeatureEvidence& feature); ///< "normal 0.02-1.4 s"
/// "Mean gap 60.0 s, normal 0.02-1.4 s, raises the score"
[[nodiscard]] QString featureSentence(const detect::FeatureEvidence& feature);
/// "Would fall below the line with normal: mean gap, spread of gaps"; empty for a flow below the line.
[[nodiscard]] QString flipText(const detect::Evidence& evidence);
/// How near the nearest example is, held against the background; empty without one.
[[nodiscard]] QString exampleText(const ExplainedFlow& explained);
[[nodiscard]] QString backgroundText(const ExplainedFlow& explained);

/// What goes into a ticket: who, when, Community ID, score, rank, headline, features for and against; lines of plain
/// text. `judgements` may be null, or of other scores: then rank and verdict are left out.
[[nodiscard]] QString evidenceSummary(const ExplainedFlow& explained, const Judgements* judgements);

} // namespace flowscent::ui
