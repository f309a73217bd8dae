// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/learn/golden.h"

#include <QFile>

#include <algorithm>
#include <cmath>
#include <limits>

namespace flowscent::test {

QJsonDocument golden(const char* file)
{
    QFile opened(QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/learn/") + QLatin1String(file));
    if (!opened.open(QIODevice::ReadOnly))
        qFatal("%s is missing", file);
    return QJsonDocument::fromJson(opened.readAll());
}

base::Matrix matrixOf(const QJsonValue& rows)
{
    const QJsonArray array = rows.toArray();
    base::Matrix matrix(static_cast<std::size_t>(array.size()), static_cast<std::size_t>(array[0].toArray().size()));
    for (std::size_t row = 0; row < matrix.rows; ++row) {
        for (std::size_t column = 0; column < matrix.columns; ++column)
            matrix.row(row)[column] =
                static_cast<float>(array[static_cast<qsizetype>(row)][static_cast<qsizetype>(column)].toDouble());
    }
    return matrix;
}

std::vector<std::uint16_t> classesOf(const QJsonValue& numbers)
{
    std::vector<std::uint16_t> classes;
    for (const auto& number : numbers.toArray())
        classes.push_back(static_cast<std::uint16_t>(number.toInt()));
    return classes;
}

double apart(const base::Matrix& value, const base::Matrix& expected)
{
    if (value.rows != expected.rows || value.columns != expected.columns)
        return std::numeric_limits<double>::infinity();
    double largest = 0;
    for (std::size_t i = 0; i < value.values.size(); ++i) {
        const double wanted = static_cast<double>(expected.values[i]);
        largest = std::max(largest,
                           std::abs(static_cast<double>(value.values[i]) - wanted) / std::max(1.0, std::abs(wanted)));
    }
    return largest;
}

} // namespace flowscent::test
