// SPDX-License-Identifier: GPL-3.0-or-later
// Must not compile with an engine module's include paths.
#include <QString>
