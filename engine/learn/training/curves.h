// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/learn/base_model.h"

/// Curves of a meta-training as text for other programs. Pure functions: whoever calls them writes the bytes.
namespace flowscent::learn {

/// What every artefact of a training says about where it comes from.
struct CurveOrigin {
    std::string configuration; ///< JSON of TrainSettings
    std::string dataHash;      ///< SHA-256 over the features and labels that training saw

    friend bool operator==(const CurveOrigin&, const CurveOrigin&) = default;
};

/// One measured number of a point; the step and the count of episodes stand beside them.
struct CurveColumn {
    std::string_view name; ///< in CSV and JSON: "train_loss"
    std::string_view tag;  ///< in event files, grouped by the part before the slash: "train/loss"
    double CurvePoint::*value;
};
/// In the order in which all formats give them.
[[nodiscard]] std::span<const CurveColumn> curveColumns();

/// RFC 4180 CSV behind two comment lines, "# configuration: " and "# data_sha256: " with a JSON value each, and a line
/// of names. A number that is not finite leaves its field empty; every other one reads back as the same double,
/// whatever the locale.
[[nodiscard]] std::string curvesCsv(std::span<const CurvePoint> curve, const CurveOrigin& origin);

/// One JSON object: "format", "configuration", "data_sha256", and "curve", an object per point. A number that is not
/// finite is null.
[[nodiscard]] std::string curvesJson(std::span<const CurvePoint> curve, const CurveOrigin& origin);

} // namespace flowscent::learn
