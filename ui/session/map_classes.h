// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ui/session/judgements.h"

namespace flowscent::ui {

/// What the colours of a map say.
enum class MapColouring : std::uint8_t { Label, Score, Application, Verdict, KeptVerdict };
inline constexpr std::size_t mapColourings = 5;

/// How a class is meant to look; the palette decides on the colour.
enum class MapTone : std::uint8_t { Quiet, Normal, NotThreat, Unsure, Threat, Scale, Category };

/// Flows sorted into few classes, for colouring. Never changed once made; any thread may read it.
struct MapClasses {
    static constexpr std::size_t scaleSteps = 5;
    static constexpr std::size_t categories = 8;

    struct Class {
        std::string name; ///< of an application or a stretch of scores; empty where the tone says it
        MapTone tone = MapTone::Quiet;
        std::uint8_t place = 0; ///< on the scale or among the categories
        std::size_t flows = 0;
    };
    MapColouring by = MapColouring::Label;
    std::vector<Class> classes;   ///< later ones are drawn above earlier ones
    std::vector<std::uint8_t> of; ///< per flow, an index into classes
};

struct MapInput {
    std::shared_ptr<const flow::FlowTable> table;
    std::shared_ptr<const Scores> scores;         ///< may be null
    std::shared_ptr<const Scores> kept;           ///< may be null
    std::shared_ptr<const Judgements> judgements; ///< may be null; count when they are of `scores`
    hunt::SupportSet support;
};

/// A million flows take some milliseconds, by application some tens.
[[nodiscard]] MapClasses classify(const MapInput& input, MapColouring by);

} // namespace flowscent::ui
