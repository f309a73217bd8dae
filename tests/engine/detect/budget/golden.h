// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QString>

#include <cmath>
#include <vector>

#include "engine/detect/budget/calibration.h"

namespace flowscent::test {

/// What scikit-learn, scipy and numpy say, see tests/data/detect/make_budget_golden.
inline QJsonObject budgetGolden(const char* part)
{
    QFile file(QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/detect/budget.json"));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("budget.json cannot be read");
    return QJsonDocument::fromJson(file.readAll())[QLatin1String(part)].toObject();
}

inline std::vector<double> numbers(const QJsonValue& array)
{
    std::vector<double> values;
    for (const QJsonValue& value : array.toArray())
        values.push_back(value.toDouble());
    return values;
}

inline detect::JudgedLogits judgedLogits(const QJsonObject& golden)
{
    detect::JudgedLogits judged;
    const auto logits = numbers(golden[QStringLiteral("logits")]);
    const auto truth = numbers(golden[QStringLiteral("truth")]);
    for (std::size_t i = 0; i < logits.size(); ++i)
        judged.add(logits[i], truth[i] == 1);
    return judged;
}

inline bool near(double value, double expected, double within = 1e-9)
{
    return std::abs(value - expected) <= within;
}

} // namespace flowscent::test
