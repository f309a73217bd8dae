// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/store/journal/database.h"

namespace flowscent::store {

inline constexpr std::int64_t journalApplication = 0x466c6f77; ///< "Flow"
inline constexpr std::int64_t journalVersion = 1;

/// Makes the tables in an empty file. Errors: Format when the file is damaged; Unavailable when it is another program's
/// or a newer one's; Io.
[[nodiscard]] base::Result<void> prepareSchema(Database& database);

} // namespace flowscent::store
