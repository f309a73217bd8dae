// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonArray>
#include <QJsonDocument>

#include "engine/base/matrix.h"

namespace flowscent::test {

/// A file of tests/data/learn.
[[nodiscard]] QJsonDocument golden(const char* file);
/// An array of arrays of numbers.
[[nodiscard]] base::Matrix matrixOf(const QJsonValue& rows);
[[nodiscard]] std::vector<std::uint16_t> classesOf(const QJsonValue& numbers);
/// The largest difference of two matrices relative to max(1, |expected|); infinite when their shapes differ.
[[nodiscard]] double apart(const base::Matrix& value, const base::Matrix& expected);

} // namespace flowscent::test
