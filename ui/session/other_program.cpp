// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/other_program.h"

#include <QSettings>
#include <QStandardPaths>

namespace flowscent::ui {

QString otherProgram(const QString& setting, const QString& usual)
{
    const QString chosen = QSettings().value(setting).toString().trimmed();
    return QStandardPaths::findExecutable(chosen.isEmpty() ? usual : chosen);
}

QProcessEnvironment otherEnvironment()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString& name : environment.keys()) {
        if (name.startsWith(QLatin1String("LD_")) || name.startsWith(QLatin1String("QT_PLUGIN")) ||
            name.startsWith(QLatin1String("WIRESHARK_")) || name.startsWith(QLatin1String("LUA_")))
            environment.remove(name);
    }
    return environment;
}

} // namespace flowscent::ui
