// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/training/curves.h"

#include <array>
#include <charconv>
#include <cmath>

#include <nlohmann/json.hpp>

namespace flowscent::learn {

using nlohmann::json;

namespace {

constexpr std::array<CurveColumn, 10> columns{
    {{"train_loss", "train/loss", &CurvePoint::trainLoss},
     {"train_accuracy_before", "train/accuracy_before", &CurvePoint::trainAccuracyBefore},
     {"train_accuracy", "train/accuracy", &CurvePoint::trainAccuracy},
     {"validation_accuracy", "validation/accuracy", &CurvePoint::validationAccuracy},
     {"validation_error", "validation/error", &CurvePoint::validationError},
     {"learning_rate", "train/learning_rate", &CurvePoint::learningRate},
     {"gradient_norm", "train/gradient_norm", &CurvePoint::gradientNorm},
     {"episodes_per_second", "train/episodes_per_second", &CurvePoint::episodesPerSecond},
     {"replay_share", "replay/share", &CurvePoint::replayShare},
     {"seconds", "train/seconds", &CurvePoint::seconds}}};

/// The configuration as it should be; what is no JSON is kept as text.
json configurationOf(const CurveOrigin& origin)
{
    json value = json::parse(origin.configuration, nullptr, false);
    return value.is_discarded() ? json(origin.configuration) : value;
}

std::string print(const json& value, int indent = -1)
{
    return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

/// Shortest text that reads back as the same double.
void appendNumber(std::string& text, double value)
{
    if (!std::isfinite(value))
        return;
    std::array<char, 32> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    text.append(digits.data(), written.ptr);
}

void appendRow(std::string& text, const CurvePoint& point)
{
    text.append(std::to_string(point.step)).append(",").append(std::to_string(point.episodes));
    for (const CurveColumn& column : columns) {
        text += ',';
        appendNumber(text, point.*column.value);
    }
    text += '\n';
}

} // namespace

std::span<const CurveColumn> curveColumns()
{
    return columns;
}

std::string curvesCsv(std::span<const CurvePoint> curve, const CurveOrigin& origin)
{
    // JSON has no raw line breaks, so neither comment can run into the next line.
    std::string text = "# configuration: " + print(configurationOf(origin)) + "\n";
    text += "# data_sha256: " + print(origin.dataHash) + "\n";
    text += "step,episodes";
    for (const CurveColumn& column : columns)
        text.append(",").append(column.name);
    text += '\n';
    for (const CurvePoint& point : curve)
        appendRow(text, point);
    return text;
}

std::string curvesJson(std::span<const CurvePoint> curve, const CurveOrigin& origin)
{
    json points = json::array();
    for (const CurvePoint& point : curve) {
        json row{{"step", point.step}, {"episodes", point.episodes}};
        for (const CurveColumn& column : columns) {
            const double value = point.*column.value;
            row[std::string(column.name)] = std::isfinite(value) ? json(value) : json();
        }
        points.push_back(std::move(row));
    }
    return print({{"format", "flowscent-curves/1"},
                  {"configuration", configurationOf(origin)},
                  {"data_sha256", origin.dataHash},
                  {"curve", std::move(points)}},
                 1) +
           "\n";
}

} // namespace flowscent::learn
