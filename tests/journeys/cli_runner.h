// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QMap>
#include <QString>
#include <QStringList>

/// Runs the built flowscent-cli as a person would, from outside.
namespace flowscent::test {

struct CliRun {
    int code = -1; ///< exit code; -1 when it crashed or did not end
    QByteArray out;
    QByteArray err;
};
/// Waits up to two minutes. `input` is given on standard input.
[[nodiscard]] CliRun cli(const QStringList& arguments, const QByteArray& input = {});
[[nodiscard]] QString cliProgram();

/// Whether this build has the part that needs LibTorch; without it nothing can be embedded.
[[nodiscard]] bool hasLearner();

/// Rows of a CSV without quoted fields, each by column name.
using CsvRow = QMap<QString, QString>;
[[nodiscard]] QList<CsvRow> csvRows(const QByteArray& text);

/// The bytes of a file; null when it does not exist.
[[nodiscard]] QByteArray fileBytes(const QString& file);
void writeFile(const QString& file, const QByteArray& bytes);

} // namespace flowscent::test
