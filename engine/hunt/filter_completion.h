// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/hunt/value_counts.h"

namespace flowscent::hunt {

enum class CompletionKind {
    Field,
    Operator, ///< also: and, or, not, brackets
    Value,
    Word ///< a text that means something on its own
};

struct Completion {
    std::string text;   ///< what to put in, quoted where it has to be
    std::string detail; ///< what it is, or "1 284 flows"
    CompletionKind kind = CompletionKind::Field;
    std::uint64_t count = 0; ///< flows with that value; 0 when not counted

    friend bool operator==(const Completion&, const Completion&) = default;
};

struct Completions {
    std::size_t from = 0; ///< bytes [from, to) of the expression are what an item replaces
    std::size_t to = 0;
    std::vector<Completion> items; ///< the best first, at most 60

    friend bool operator==(const Completions&, const Completions&) = default;
};

/// What can stand at the cursor (in bytes; beyond the end means the end): fields and words where a term begins,
/// operators behind a field, values of this capture behind an operator, `and` and `or` behind a term. What was typed of
/// it narrows the choice: those that begin so come first, then those that contain it, in any case. Nothing inside of
/// what cannot be read. Pure; any thread; some 2 ms.
[[nodiscard]] Completions complete(std::string_view expression, std::size_t cursor, const ValueCounts& values);

} // namespace flowscent::hunt
