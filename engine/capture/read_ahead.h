// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "engine/capture/packet_source.h"

namespace flowscent::capture {

/// Tells the system which packets will be fetched soon, so that it reads them side by side instead of one after the
/// other. Only a hint: what cannot be opened is passed over, and PacketFetcher says why.
void announceFetches(const std::vector<std::filesystem::path>& files, std::span<const PacketPlace> places);

} // namespace flowscent::capture
