// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "engine/base/error.h"
#include "engine/base/timestamp.h"

struct pcap;
struct pcap_pkthdr;

/// For the sources of this module only.
namespace flowscent::capture {

struct ClosePcap {
    void operator()(pcap* handle) const noexcept;
};
using PcapHandle = std::unique_ptr<pcap, ClosePcap>;

/// Opens a capture with nanosecond times, after the checks that give a better sentence than libpcap's own.
/// "-" is standard input.
[[nodiscard]] base::Result<PcapHandle> openOffline(const std::filesystem::path& file);
/// The same for a capture in memory, which must outlive the handle; `name` is what errors call it.
[[nodiscard]] base::Result<PcapHandle> openOffline(std::span<const std::uint8_t> bytes,
                                                   const std::filesystem::path& name);
/// Nanoseconds of a packet header read with nanosecond precision; times that 64 bits cannot hold stay at the edge.
[[nodiscard]] base::Nanoseconds timeOf(const pcap_pkthdr& header);

} // namespace flowscent::capture
