// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/evidence.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>

namespace flowscent::detect {

namespace {

constexpr std::size_t mostNamed = 2;

/// A unit as people read it: how many of the native one make one of it.
struct Reading {
    double factor = 1;
    const char* unit = "";
};

struct Scale {
    std::string_view native;
    Reading reading;
    double from = 0; ///< native values at least so large are read so
};

constexpr std::array<Scale, 5> scales{{{"us", {1e6, " s"}, 1e6},
                                       {"us", {1e3, " ms"}, 1e3},
                                       {"us", {1, " us"}, 0},
                                       {"ms", {1e3, " s"}, 1e3},
                                       {"ms", {1, " ms"}, 0}}};

Reading readingOf(double value, std::string_view unit)
{
    for (const Scale& scale : scales) {
        if (unit == scale.native && std::abs(value) >= scale.from)
            return scale.reading;
    }
    if (unit == "bytes")
        return {1, " bytes"};
    if (unit == "packets")
        return {1, " packets"};
    return {};
}

/// Three figures that tell, whole numbers whole.
std::string number(double value)
{
    char text[40];
    const double size = std::abs(value);
    if (value == 0)
        return "0"; // of either sign
    if (value == std::round(value) && size < 1e6)
        std::snprintf(text, sizeof text, "%.0f", value);
    else if (size >= 100)
        std::snprintf(text, sizeof text, "%.0f", value);
    else if (size >= 10)
        std::snprintf(text, sizeof text, "%.1f", value);
    else
        std::snprintf(text, sizeof text, "%.2f", value);
    return text;
}

/// "Mean gap" as "mean gap", "FIN segments" as it is.
std::string inSentence(std::string label)
{
    const auto letter = [&](std::size_t at) { return static_cast<unsigned char>(label[at]); };
    if (label.size() > 1 && std::islower(letter(1)) != 0)
        label[0] = static_cast<char>(std::tolower(letter(0)));
    return label;
}

std::string withNormal(const FeatureEvidence& evidence)
{
    const NamedFeature& feature = namedFeatures()[evidence.feature];
    return inSentence(feature.label) + " (" + nativeText(double{evidence.value}, feature.unit) + "; normal " +
           nativeText(double{evidence.normal.lower}, double{evidence.normal.upper}, feature.unit) + ")";
}

/// The strongest of `order` that lie outside the quartiles.
std::string unlike(const Evidence& evidence, const std::vector<FeatureIndex>& order)
{
    std::string text;
    std::size_t named = 0;
    for (const FeatureIndex index : order) {
        const FeatureEvidence& one = evidence.features[index];
        if (named == mostNamed)
            break;
        if (!one.unlikeNormal())
            continue;
        text += (named++ == 0 ? "" : ", ") + withNormal(one);
    }
    return text;
}

std::string nearestName(const Evidence& evidence, std::string_view nearestExample, std::string_view nearestNormal)
{
    const bool example = !evidence.examples.empty();
    const bool normal = !evidence.background.empty();
    if (example && (!normal || evidence.examples[0].place.distance <= evidence.background[0].place.distance))
        return "most like " + std::string(nearestExample);
    if (normal)
        return "most like " + std::string(nearestNormal);
    return "like no flow at hand";
}

} // namespace

std::string nativeText(double value, std::string_view unit)
{
    const Reading reading = readingOf(value, unit);
    return number(value / reading.factor) + reading.unit;
}

std::string nativeText(double lower, double upper, std::string_view unit)
{
    const Reading reading = readingOf(std::max(std::abs(lower), std::abs(upper)), unit);
    if (lower == upper)
        return nativeText(lower, unit);
    return number(lower / reading.factor) + (lower < 0 || upper < 0 ? " to " : "-") + number(upper / reading.factor) +
           reading.unit;
}

std::string headlineOf(const Evidence& evidence)
{
    const auto name = [](const char* what, const std::vector<ShownNeighbour>& neighbours) {
        return neighbours.empty() ? std::string() : what + std::to_string(neighbours[0].place.index + 1);
    };
    return headlineOf(evidence, name("your example ", evidence.examples), name("normal flow ", evidence.background));
}

std::string headlineOf(const Evidence& evidence, std::string_view nearestExample, std::string_view nearestNormal)
{
    const bool alarm = evidence.logit >= evidence.line;
    const std::string names = unlike(evidence, alarm ? evidence.raising : evidence.lowering);
    if (alarm)
        return nearestName(evidence, nearestExample, nearestNormal) +
               (names.empty() ? "; no single feature is beyond what is normal"
                              : "; unlike normal traffic in: " + names);
    return nearestName(evidence, nearestExample, nearestNormal) + "; below the line" +
           (names.empty() ? "" : ", against the threat speaks: " + names);
}

} // namespace flowscent::detect
