// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/logs/json_line.h"

#include <simdjson.h>

namespace flowscent::logs {

static_assert(linePadding >= simdjson::SIMDJSON_PADDING);

namespace dom = simdjson::dom;

struct JsonLine::State {
    dom::parser parser{longestLine};
};

namespace {

void tell(std::string_view inside, std::string_view name, const dom::element& element, const JsonLine::Visit& visit)
{
    switch (element.type()) {
    case dom::element_type::STRING:
        return visit(inside, name, element.get_string().value_unsafe());
    case dom::element_type::UINT64:
        return visit(inside, name, element.get_uint64().value_unsafe());
    case dom::element_type::INT64: {
        const std::int64_t number = element.get_int64().value_unsafe();
        return number >= 0 ? visit(inside, name, static_cast<std::uint64_t>(number))
                           : visit(inside, name, static_cast<double>(number));
    }
    case dom::element_type::DOUBLE:
        return visit(inside, name, element.get_double().value_unsafe());
    case dom::element_type::BOOL:
        return visit(inside, name, element.get_bool().value_unsafe() ? std::string_view("true") : "false");
    case dom::element_type::ARRAY: {
        const dom::array list = element.get_array().value_unsafe();
        if (list.begin() != list.end() && !(*list.begin()).is_array())
            tell(inside, name, *list.begin(), visit);
        return;
    }
    case dom::element_type::OBJECT:
        return visit(inside, name, Nested{});
    case dom::element_type::NULL_VALUE:
        return;
    }
}

} // namespace

JsonLine::JsonLine()
    : m_state(std::make_unique<State>())
{
}
JsonLine::~JsonLine() = default;
JsonLine::JsonLine(JsonLine&&) noexcept = default;
JsonLine& JsonLine::operator=(JsonLine&&) noexcept = default;

bool JsonLine::parse(std::string_view padded, const Visit& visit)
{
    dom::element root;
    dom::object object;
    if (m_state->parser.parse(padded.data(), padded.size(), false).get(root) != simdjson::SUCCESS ||
        root.get_object().get(object) != simdjson::SUCCESS)
        return false;
    for (const auto& [name, value] : object) {
        dom::object inner;
        if (value.get_object().get(inner) != simdjson::SUCCESS) {
            tell({}, name, value, visit);
            continue;
        }
        for (const auto& [innerName, innerValue] : inner)
            tell(name, innerName, innerValue, visit);
    }
    return true;
}

} // namespace flowscent::logs
