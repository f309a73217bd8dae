// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

/// Who does something, and when: for provenance.
namespace flowscent::base {

/// The login name, as the environment has it.
[[nodiscard]] std::optional<std::string> loginName();
/// The time in UTC: "2026-11-27T22:49:39Z" (RFC 3339).
[[nodiscard]] std::string timeNow();

} // namespace flowscent::base
