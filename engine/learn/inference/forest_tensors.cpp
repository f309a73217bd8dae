// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/inference/forest.h"

#include <array>
#include <cmath>
#include <optional>

namespace flowscent::learn {

using base::Error;
using base::failure;
using base::Matrix;

namespace {

enum Field : std::size_t { Column, Threshold, Left, Share, Examples, fields };

/// A float that is a whole number below `bound`.
std::optional<std::uint32_t> whole(float value, std::size_t bound)
{
    if (!(value >= 0) || value >= static_cast<float>(bound) || value != std::floor(value))
        return std::nullopt;
    return static_cast<std::uint32_t>(value);
}

constexpr std::size_t countable = std::size_t{1} << 24U; ///< all whole numbers below are floats

std::optional<ForestNode> parsedNode(std::span<const float> row, std::uint32_t columns, std::size_t root)
{
    const auto column = whole(row[Column], columns);
    const auto left = whole(row[Left], maxForestNodes);
    const auto examples = whole(row[Examples], countable);
    if (!column || !left || !examples || *examples == 0)
        return std::nullopt;
    if (!std::isfinite(row[Threshold]) || !(row[Share] >= 0 && row[Share] <= 1))
        return std::nullopt;
    return ForestNode{.column = *column,
                      .left = *left == 0 ? 0 : static_cast<std::uint32_t>(root + *left),
                      .examples = *examples,
                      .threshold = row[Threshold],
                      .share = row[Share]};
}

/// Whether nodes [root, end) are one tree: every node but the root the child of exactly one before it, no way too long,
/// and examples that add up.
bool isTree(std::span<const ForestNode> nodes, std::size_t root, std::size_t end)
{
    constexpr std::uint8_t orphan = 0xff;
    std::vector<std::uint8_t> depths(end - root, orphan);
    depths[0] = 0;
    for (std::size_t i = root; i < end; ++i) {
        const ForestNode& node = nodes[i];
        const std::uint8_t depth = depths[i - root];
        if (depth == orphan)
            return false;
        if (node.left == 0)
            continue;
        const std::size_t left = node.left;
        if (left <= i || left + 1 >= end || depth == maxForestDepth)
            return false;
        if (std::uint64_t{nodes[left].examples} + nodes[left + 1].examples != node.examples)
            return false;
        for (const std::size_t child : {left, left + 1}) {
            if (depths[child - root] != orphan)
                return false;
            depths[child - root] = static_cast<std::uint8_t>(depth + 1);
        }
    }
    return true;
}

} // namespace

void putForest(base::TensorFile& file, const std::string& name, const Forest& forest)
{
    const std::array<float, 1> columns{static_cast<float>(forest.columns)};
    std::vector<float> sizes;
    Matrix nodes(forest.nodes.size(), fields);
    for (std::size_t tree = 0; tree < forest.roots.size(); ++tree) {
        const std::size_t root = forest.roots[tree];
        const std::size_t end = tree + 1 < forest.roots.size() ? forest.roots[tree + 1] : forest.nodes.size();
        sizes.push_back(static_cast<float>(end - root));
        for (std::size_t i = root; i < end; ++i) {
            const ForestNode& node = forest.nodes[i];
            const auto row = nodes.row(i);
            row[Column] = static_cast<float>(node.column);
            row[Threshold] = node.threshold;
            row[Left] = static_cast<float>(node.left == 0 ? 0 : node.left - root);
            row[Share] = node.share;
            row[Examples] = static_cast<float>(node.examples);
        }
    }
    file.put(name + ".columns", columns);
    file.put(name + ".trees", sizes);
    file.put(name + ".nodes", nodes);
}

base::Result<Forest> forestFromTensors(const base::TensorFile& file, const std::string& name)
{
    const auto columns = file.matrix(name + ".columns");
    const auto sizes = file.matrix(name + ".trees");
    const auto nodes = file.matrix(name + ".nodes");
    for (const auto* tensor : {&columns, &sizes, &nodes}) {
        if (!*tensor)
            return failure(tensor->error());
    }
    const auto damaged = [&] { return failure(Error::Code::Model, "its trees are damaged", name); };
    if (columns->values.size() != 1 || sizes->rows != 1 || nodes->columns != fields)
        return damaged();
    const auto width = whole(columns->values[0], maxForestColumns + 1);
    if (!width || *width == 0 || sizes->columns == 0 || sizes->columns > maxForestTrees || nodes->rows > maxForestNodes)
        return damaged();

    Forest forest{.columns = *width, .roots = {}, .nodes = {}};
    for (const float value : sizes->values) {
        const auto size = whole(value, maxForestNodes + 1);
        const std::size_t root = forest.nodes.size();
        if (!size || *size == 0 || *size > nodes->rows - root)
            return damaged();
        for (std::size_t i = root; i < root + *size; ++i) {
            const auto node = parsedNode(nodes->row(i), *width, root);
            if (!node)
                return damaged();
            forest.nodes.push_back(*node);
        }
        if (!isTree(forest.nodes, root, forest.nodes.size()))
            return damaged();
        forest.roots.push_back(static_cast<std::uint32_t>(root));
    }
    if (forest.nodes.size() != nodes->rows)
        return damaged();
    return forest;
}

} // namespace flowscent::learn
