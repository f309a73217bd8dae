// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/method.h"

#include <algorithm>
#include <array>

namespace flowscent::learn {

namespace {

using enum Method;

constexpr std::array methods{R2d2, ProtoNet, MatchingNet, SimpleShot, SimpleCnaps,  Anil,
                             Maml, Fomaml,   Reptile,     MetaSgd,    MamlPlusPlus, SoftKMeans};
constexpr std::array<std::string_view, methods.size()> names{"r2d2",         "protonet", "matchingnet", "simpleshot",
                                                             "simple_cnaps", "anil",     "maml",        "fomaml",
                                                             "reptile",      "meta_sgd", "maml++",      "soft_kmeans"};

} // namespace

std::span<const Method> allMethods()
{
    return methods;
}

std::string_view text(Method method)
{
    return names.at(static_cast<std::size_t>(method));
}

base::Result<Method> parseMethod(std::string_view name)
{
    const auto* found = std::ranges::find(names, name);
    if (found == names.end())
        return base::failure(base::Error::Code::Argument,
                             "there is no method '" + std::string(name) + "'; there are " + methodNames());
    return static_cast<Method>(found - names.begin());
}

std::string methodNames()
{
    std::string all;
    for (const std::string_view name : names) {
        all += all.empty() ? "" : (name == names.back() ? " and " : ", ");
        all += name;
    }
    return all;
}

bool isTransductive(Method method)
{
    return method == SoftKMeans;
}

bool hasInnerLoop(Method method)
{
    return method >= Anil && method <= MamlPlusPlus;
}

} // namespace flowscent::learn
