// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

/// What examples would share if they were drawn from all flows by chance; for this module only.
namespace flowscent::detect {

/// P(A >= least), A being how many of `drawn` flows, drawn at random out of `flows`, are among `holders` of them: the
/// tail of the hypergeometric distribution. holders, drawn <= flows.
[[nodiscard]] double sharedByChance(std::size_t flows, std::size_t drawn, std::size_t holders, std::size_t least);

/// P(S <= span), S being how many of `flows` flows in a row, in order of time, hold all of `drawn` >= 2 of them that
/// were drawn at random.
[[nodiscard]] double windowByChance(std::size_t flows, std::size_t drawn, std::size_t span);
/// A bound on the same for all but the first or all but the last of `drawn` >= 3, whichever lie closer: twice the
/// probability for all but the last.
[[nodiscard]] double windowOfAllButOneByChance(std::size_t flows, std::size_t drawn, std::size_t span);

} // namespace flowscent::detect
