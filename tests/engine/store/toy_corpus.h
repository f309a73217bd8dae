// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/flow_builder.h"

/// Small corpora written by the tests that look for faults in them.
namespace flowscent::test {

inline const std::string manifestHeader = "capture,class,kind,split,session,source,licence\n";
inline const std::string labelHeader = "src_ip,src_port,dst_ip,dst_port,proto,start_epoch,label\n";

/// One UDP question and its answer.
struct ToyTalk {
    std::uint16_t clientPort = 0;
    std::size_t payload = 40; ///< bytes of the question; the answer has twice as many
    std::string client = "10.0.0.1";
};
/// Talk i begins i seconds after 1 700 000 000.
[[nodiscard]] Bytes toyTalks(const std::vector<ToyTalk>& talks);
[[nodiscard]] Bytes toyCapture(const std::vector<std::uint16_t>& clientPorts);
[[nodiscard]] std::string toyLabel(std::uint16_t clientPort, int second, const std::string& label);
/// Labels for every flow of toyCapture(clientPorts).
[[nodiscard]] std::string toyLabels(const std::vector<std::uint16_t>& clientPorts, const std::string& label);

/// Writes a file and the folders above it.
void put(const std::filesystem::path& file, const std::string& text);
void put(const std::filesystem::path& file, const Bytes& bytes);
[[nodiscard]] std::string textOf(const std::filesystem::path& file);
/// Every file below the folder with its bytes, as one text: equal before and after when nothing was changed.
[[nodiscard]] std::string wholeFolder(const std::filesystem::path& folder);

} // namespace flowscent::test
