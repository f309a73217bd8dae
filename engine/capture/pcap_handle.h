// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "engine/base/error.h"

struct pcap;

/// For the sources of this module only.
namespace flowscent::capture {

struct ClosePcap {
    void operator()(pcap* handle) const noexcept;
};
using PcapHandle = std::unique_ptr<pcap, ClosePcap>;

/// Opens a capture with nanosecond times, after the checks that give a better sentence than libpcap's own.
/// "-" is standard input.
[[nodiscard]] base::Result<PcapHandle> openOffline(const std::filesystem::path& file);

} // namespace flowscent::capture
