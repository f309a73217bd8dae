// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/error.h"

/// Words that people or files give to a library: shown in terminals and turned into the names of folders, so a made-up
/// one must not move a cursor nor leave the library.
namespace flowscent::store {

enum class Lines : bool { One, Many };

/// Valid UTF-8 of at most `most` bytes without control characters and without those that turn the direction of what is
/// beside them; Many allows line breaks and tabs.
[[nodiscard]] bool isPlainText(std::string_view text, std::size_t most, Lines lines);

inline constexpr std::size_t longestName = 80; ///< bytes: a folder's name of three times as many fits everywhere

/// Whether a detector may be called so: plain text of 1 to longestName bytes in any script, without slashes and without
/// blanks at its ends, not "." or "..". Argument error that says what is wrong with it.
[[nodiscard]] base::Result<void> checkName(std::string_view name);

/// What the folder of a detector is called: ASCII letters, digits, "-", "_", a "." that is not the first character, and
/// every character beyond ASCII as they are, every other byte as "%2F". One name has one folder. `name` as checkName
/// allows it.
[[nodiscard]] std::string folderName(std::string_view name);
/// The way back; nothing for a folder that folderName would never give.
[[nodiscard]] std::optional<std::string> nameOfFolder(std::string_view folder);

} // namespace flowscent::store
