// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// QCustomPlot 2.1 still wants Qt's short words, which QT_NO_KEYWORDS takes away (see ARCHITECTURE.md): they are lent
/// for one line. Include this header and never <qcustomplot.h>.

#include <QtCore/qglobal.h>

#define signals Q_SIGNALS
#define slots Q_SLOTS
#define emit Q_EMIT
#define foreach Q_FOREACH
#include <qcustomplot.h>
#undef signals
#undef slots
#undef emit
#undef foreach
