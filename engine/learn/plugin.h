// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/learn/backend.h"

/// What the plugin exports. The two halves are built together; the tag refuses a plugin of another build.
namespace flowscent::learn {

inline constexpr const char* pluginFile = "libflowscent_learn_torch.so";
inline constexpr const char* pluginTag = "flowscent-learn/" FLOWSCENT_VERSION "/4";

struct Plugin {
    const char* tag;
    const Backend* backend; ///< lives as long as the process
};

} // namespace flowscent::learn

extern "C" {
using FlowscentLearnPlugin = flowscent::learn::Plugin (*)();
}
