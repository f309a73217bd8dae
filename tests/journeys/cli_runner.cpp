// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/journeys/cli_runner.h"

#include <QFile>
#include <QFileInfo>
#include <QProcess>

namespace flowscent::test {

QString cliProgram()
{
    return QStringLiteral(FLOWSCENT_BINARY_DIR "/bin/flowscent-cli");
}

bool hasLearner()
{
    return QFileInfo::exists(QStringLiteral(FLOWSCENT_BINARY_DIR "/lib/libflowscent_learn_torch.so"));
}

CliRun cli(const QStringList& arguments, const QByteArray& input)
{
    QProcess process;
    process.start(cliProgram(), arguments);
    process.write(input);
    process.closeWriteChannel();
    const bool ended = process.waitForFinished(120'000) && process.exitStatus() == QProcess::NormalExit;
    return {ended ? process.exitCode() : -1, process.readAllStandardOutput(), process.readAllStandardError()};
}

QList<CsvRow> csvRows(const QByteArray& text)
{
    QList<CsvRow> rows;
    QStringList names;
    for (const QByteArray& line : text.split('\n')) {
        const QStringList fields = QString::fromUtf8(line).split(QLatin1Char(','));
        if (line.isEmpty() || line.startsWith('#'))
            continue;
        if (names.isEmpty()) {
            names = fields;
            continue;
        }
        CsvRow row;
        for (qsizetype i = 0; i < names.size() && i < fields.size(); ++i)
            row[names[i]] = fields[i];
        rows << row;
    }
    return rows;
}

QByteArray fileBytes(const QString& file)
{
    QFile handle(file);
    return handle.open(QIODevice::ReadOnly) ? handle.readAll() + QByteArray("") : QByteArray();
}

void writeFile(const QString& file, const QByteArray& bytes)
{
    QFile handle(file);
    if (!handle.open(QIODevice::WriteOnly) || handle.write(bytes) != bytes.size())
        qFatal("cannot write %s", qPrintable(file));
}

} // namespace flowscent::test
