// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/replay/saved_state.h"

#include <cmath>
#include <stdexcept>

namespace flowscent::learn::saved {

using nlohmann::json;

json parse(const std::string& text)
{
    const auto shallow = [](int depth, json::parse_event_t, json&) { return depth <= 8; };
    return json::parse(text, shallow);
}

std::uint64_t whole(const json& value, std::uint64_t most)
{
    require(value.is_number_unsigned() && value.get<std::uint64_t>() <= most, "a count is out of its range");
    return value.get<std::uint64_t>();
}

double number(const json& value, double least, double most)
{
    require(value.is_number(), "a number is missing");
    const double read = value.get<double>();
    require(std::isfinite(read) && read >= least && read <= most, "a number is out of its range");
    return read;
}

json generator(const base::Rng& rng)
{
    return rng.state();
}

base::Rng generator(const json& value)
{
    base::Rng::State state{};
    require(value.is_array() && value.size() == state.size(), "the generator's state is incomplete");
    for (std::size_t i = 0; i < state.size(); ++i)
        state[i] = whole(value[i]);
    const auto rng = base::Rng::fromState(state);
    require(rng.has_value(), "the generator's state is empty");
    return *rng;
}

void require(bool holds, const char* reason)
{
    if (!holds)
        throw std::runtime_error(reason);
}

} // namespace flowscent::learn::saved
