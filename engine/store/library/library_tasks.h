// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/learn/training/continual.h"
#include "engine/store/library/bundle.h"

namespace flowscent::store {

/// What a library has to teach its base model.
struct LibraryTasks {
    std::vector<learn::ContinualTask> tasks; ///< in the order of the bundles that have enough to learn from
    std::vector<std::string> leftOut;        ///< one sentence for each of the others
};

/// Each bundle as a task "NAME@VERSION": its threat examples, a class named after the detector, against its
/// counter-examples and background, which are one class "background" in all tasks, since nobody could tell one
/// detector's background from another's. Of flows with the same packet sequence one is used. The background is
/// unlabelled and may hold any threat of the library, so flows with the sequence of an example of any detector are left
/// out of it. Detectors of one capture share most of their background: each of its flows goes to one of them, to the
/// one that has the fewest so far, or the flows by which one task is judged would be missing from the next. A bundle
/// with fewer than four flows of a side is left out: two to learn from, two to be judged by. The flows' sessions are
/// the bundles.
[[nodiscard]] LibraryTasks tasksOf(std::span<const Bundle> bundles);

} // namespace flowscent::store
