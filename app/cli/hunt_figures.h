// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "app/cli/evaluation_report.h"
#include "engine/detect/evaluation/hunt_draws.h"
#include "engine/detect/evaluation/hunt_means.h"

/// How protocols that hunt show shapes and figures.
namespace flowscent::cli {

/// "same capture, own networks, 5 shots"
[[nodiscard]] std::string wording(const detect::HuntShape& shape);
/// {"variant", "negatives", "shots"}
[[nodiscard]] Json shapeOf(const detect::HuntShape& shape);
/// {"auprc": ..., "recall_fpr_1e2": ..., "recall_fpr_1e3": ..., "precision_at_20": ...}
[[nodiscard]] Json intervals(const detect::HuntIntervals& all);
[[nodiscard]] Json figures(const detect::HuntFigures& all);
/// " 0.512 [0.431, 0.600]"; with a sign for differences
[[nodiscard]] std::string plain(const learn::ClassInterval& interval);
[[nodiscard]] std::string signedly(const learn::ClassInterval& interval);

} // namespace flowscent::cli
