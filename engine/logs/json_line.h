// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "engine/logs/field_value.h"
#include "engine/logs/line_reader.h"

namespace flowscent::logs {

/// Parses lines that are one JSON object each, with simdjson: whole syntax and UTF-8 checked, depth and memory bounded.
/// Not thread-safe.
class JsonLine {
public:
    /// Called with each member that is a single value (null is no value), `inside` naming the object that holds it
    /// ("" for the line's own, "flow" for {"flow":{...}}; deeper ones are left out). Of a list only the first member
    /// is told. What is said twice comes twice. Texts live until the next parse.
    using Visit = std::function<void(std::string_view inside, std::string_view name, const FieldValue& value)>;

    JsonLine();
    ~JsonLine();
    JsonLine(JsonLine&&) noexcept;
    JsonLine& operator=(JsonLine&&) noexcept;

    /// False when the line is no JSON object. linePadding bytes behind the text must be readable.
    [[nodiscard]] bool parse(std::string_view padded, const Visit& visit);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace flowscent::logs
