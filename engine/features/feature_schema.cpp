// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/features/feature_schema.h"

#include "engine/base/digest.h"
#include "engine/features/feature_table.h"

#include <vector>

namespace flowscent::features {

namespace {

template <class Rows>
std::vector<FeatureDefinition> definitionsOf(const Rows& rows)
{
    std::vector<FeatureDefinition> definitions;
    for (const auto& row : rows)
        definitions.push_back(row.definition);
    return definitions;
}

std::string_view text(Squash squash)
{
    switch (squash) {
    case Squash::None:
        return "x";
    case Squash::Log:
        return "log(1 + x)";
    case Squash::SignedLog:
        return "sign(x) log(1 + |x|)";
    }
    return "";
}

std::string markdownTable(std::span<const FeatureDefinition> definitions)
{
    std::string markdown = "| name | meaning | unit | formula | before scaling |\n| --- | --- | --- | --- | --- |\n";
    for (const FeatureDefinition& feature : definitions) {
        std::string formula(feature.formula);
        for (std::size_t at = formula.find('|'); at != std::string::npos; at = formula.find('|', at + 2))
            formula.insert(at, "\\");
        std::string squash(text(feature.squash));
        for (std::size_t at = squash.find('|'); at != std::string::npos; at = squash.find('|', at + 2))
            squash.insert(at, "\\");
        markdown.append("| `").append(feature.name).append("` | ").append(feature.label).append(" | ");
        markdown.append(feature.unit).append(" | ").append(formula).append(" | ").append(squash).append(" |\n");
    }
    return markdown;
}

} // namespace

std::span<const FeatureDefinition> sequenceDefinitions()
{
    static const auto definitions = definitionsOf(packetRows());
    return definitions;
}

std::span<const FeatureDefinition> statisticDefinitions()
{
    static const auto definitions = definitionsOf(statisticRows());
    return definitions;
}

std::string schemaHash()
{
    base::Sha256 digest;
    digest.add("version " + std::to_string(schemaVersion) + ", length " + std::to_string(sequenceLength));
    for (const auto& definitions : {sequenceDefinitions(), statisticDefinitions()}) {
        for (const FeatureDefinition& feature : definitions) {
            for (const std::string_view part : {feature.name, feature.unit, feature.formula, text(feature.squash)}) {
                digest.add(part);
                digest.add("\n");
            }
        }
    }
    return digest.hex();
}

std::string schemaMarkdown()
{
    return "# What the model sees of a flow\n\n"
           "Made from the table in `engine/features/feature_table.cpp`; a test holds the two together. No address, "
           "port, MAC,\n"
           "TTL, IP id, absolute time or sequence number is among them. After the squash in the last column every "
           "number is\n"
           "scaled by the training split's median and interquartile range and clipped to +-5.\n\n"
           "## The first " +
           std::to_string(sequenceLength) + " packets, noise left out\n\n" + markdownTable(sequenceDefinitions()) +
           "\n## Statistics of the whole flow\n\n" + markdownTable(statisticDefinitions());
}

} // namespace flowscent::features
