// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/tasks/dataset.h"

#include "engine/base/digest.h"
#include "engine/features/feature_schema.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace flowscent::learn {

namespace {

std::span<const std::uint8_t> bytesOf(std::span<const float> values)
{
    return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}

template <class T>
std::vector<T> chosen(const std::vector<T>& column, std::span<const std::uint32_t> rows)
{
    std::vector<T> some;
    some.reserve(rows.size());
    for (const std::uint32_t row : rows)
        some.push_back(column[row]);
    return some;
}

} // namespace

std::string quantisedSequence(std::span<const float> packets)
{
    std::string key;
    for (std::size_t packet = 0; packet < features::sequenceLength; ++packet) {
        const auto fields = packets.subspan(packet * features::sequenceFields, features::sequenceFields);
        if (fields[features::sequenceFields - 1] < 0.5F)
            break;
        const auto size = static_cast<std::int64_t>(std::clamp(fields[0], -1e12F, 1e12F)); // files may hold anything
        key += std::to_string(size) + (fields[1] > 0 ? '>' : '<') + (fields[3] > 0.5F ? '!' : '.');
    }
    return key;
}

Provenance Provenance::rows(std::span<const std::uint32_t> indices) const
{
    if (!known())
        return *this;
    return {.networkOf = chosen(networkOf, indices),
            .captureOf = chosen(captureOf, indices),
            .identity = chosen(identity, indices),
            .networkNames = networkNames,
            .captureNames = captureNames};
}

Dataset Dataset::rows(std::span<const std::uint32_t> indices) const
{
    return {.features = features.rows(indices),
            .classOf = chosen(classOf, indices),
            .sessionOf = chosen(sessionOf, indices),
            .classNames = classNames,
            .threatClass = threatClass,
            .sessionNames = sessionNames,
            .sources = sources,
            .provenance = provenance.rows(indices)};
}

std::string Dataset::hash() const
{
    base::Sha256 digest;
    digest.add(features::schemaHash());
    digest.add(bytesOf(features.sequences.values));
    digest.add(bytesOf(features.statistics.values));
    for (std::size_t row = 0; row < size(); ++row)
        digest.add(classNames[classOf[row]] + "\n" + sessionNames[sessionOf[row]] + "\n");
    return digest.hex();
}

Dataset Dataset::withoutDuplicates() const
{
    struct Seen {
        std::set<std::uint16_t> classes;
        bool threat = false;
        bool benign = false;
    };
    std::unordered_map<std::string, Seen> seen;
    std::vector<std::string> keys(size());
    for (std::size_t row = 0; row < size(); ++row) {
        keys[row] = quantisedSequence(features.sequences.row(row));
        (threatClass[classOf[row]] ? seen[keys[row]].threat : seen[keys[row]].benign) = true;
    }
    std::vector<std::uint32_t> kept;
    for (std::uint32_t row = 0; row < size(); ++row) {
        Seen& sequence = seen[keys[row]];
        const bool contradictory = sequence.threat && sequence.benign;
        if (!contradictory && sequence.classes.insert(classOf[row]).second)
            kept.push_back(row);
    }
    return rows(kept);
}

} // namespace flowscent::learn
