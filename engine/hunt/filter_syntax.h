// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/hunt/filter_fields.h"
#include "engine/hunt/filter_tokens.h"
#include "engine/hunt/filter_tree.h"

/// Inside the filter language only: what an expression says, before it is asked of any flow.
namespace flowscent::hunt {

/// A node of the expression as it was written. Words have become comparisons, `in {...}` has become Any.
struct FilterSyntax {
    enum class Kind { Presence, Comparison, All, Any, Not };

    Kind kind = Kind::Presence;
    const FieldEntry* field = nullptr; ///< of a leaf
    std::string index;                 ///< score["this"]; empty for none
    Token name;                        ///< of a leaf: the field or word that was written, for errors
    Token op;
    Token value;
    std::vector<FilterSyntax> children;
    /// What the leaf asks. Made where the leaf is read, so that the first mistake of a text is the one that is told.
    RunTest test;
};

/// See Filter::parse for errors; nesting beyond 64 brackets and expressions beyond 64 KiB are refused.
[[nodiscard]] base::Result<FilterSyntax> parseFilter(std::string_view expression);
[[nodiscard]] FilterNode compileFilter(FilterSyntax syntax);

/// A leaf with its test, or why the comparison has no meaning.
[[nodiscard]] base::Result<FilterSyntax> comparisonLeaf(const FieldEntry& field, std::string index, const Token& name,
                                                        const Token& op, const Token& value);
[[nodiscard]] FilterSyntax presenceLeaf(const FieldEntry& field, std::string index, const Token& name);
[[nodiscard]] FilterSyntax joined(FilterSyntax::Kind kind, std::vector<FilterSyntax> children);

/// What a word on its own asks: an address or its beginning, a network, :port or port, a Community ID, a protocol,
/// service, TCP state, label or verdict, else a host (or part of it), application or tag.
[[nodiscard]] base::Result<FilterSyntax> wordSyntax(const Token& word);

} // namespace flowscent::hunt
