// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string_view>

#include "engine/base/error.h"

namespace flowscent::base {

/// Makes a file of that name where there is none: true when it was made, false when there was one, which stays as it
/// is. Of several processes that make the same name at the same time one succeeds. The file appears whole or not at
/// all, and a failed attempt leaves nothing behind. Errors: Io with the system's reason.
[[nodiscard]] Result<bool> createAtomically(const std::filesystem::path& file, std::string_view bytes);

} // namespace flowscent::base
