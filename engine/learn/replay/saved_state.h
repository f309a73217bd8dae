// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "engine/base/random.h"

/// Reading the JSON of a checkpoint strictly: nlohmann turns -1 and 1.5 into unsigned numbers without a word. All of
/// these throw std::exception on anything unexpected, for a caller that catches at its door. For this folder only.
namespace flowscent::learn::saved {

/// Parses with a bound on nesting, so that hostile text cannot exhaust the stack.
[[nodiscard]] nlohmann::json parse(const std::string& text);
/// An unsigned whole number of at most `most`.
[[nodiscard]] std::uint64_t whole(const nlohmann::json& value, std::uint64_t most = UINT64_MAX);
/// A finite number of at least `least` and at most `most`.
[[nodiscard]] double number(const nlohmann::json& value, double least, double most);
[[nodiscard]] nlohmann::json generator(const base::Rng& rng);
[[nodiscard]] base::Rng generator(const nlohmann::json& value);
/// Throws the reason unless `holds`.
void require(bool holds, const char* reason);

} // namespace flowscent::learn::saved
