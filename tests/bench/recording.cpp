// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/recording.h"

#include "engine/capture/capture_file.h"
#include "engine/packet/link_layer.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>

namespace flowscent::bench {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t longestPause = 5'000'000; ///< microseconds

Recording read(const fs::path& file)
{
    Recording recording;
    auto source = capture::CaptureFile::open(file);
    std::optional<base::Nanoseconds> before;
    std::int64_t time = 0;
    for (auto packet = source ? source->next() : base::failure(source.error());; packet = source->next()) {
        if (!packet)
            std::cerr << packet.error().sentence() << '\n';
        if (!packet || !*packet)
            return recording;
        const base::Nanoseconds now = (*packet)->time;
        time += std::clamp<std::int64_t>((now - before.value_or(now)) / 1000, 0, longestPause);
        before = now;
        recording.add(**packet, time);
    }
}

} // namespace

void Recording::add(const capture::PacketView& view, std::int64_t time)
{
    constexpr int ethernet = 1;
    const packet::LinkLayer link = packet::readLinkLayer(packet::ByteReader(view.bytes), view.linkType);
    const auto lost = static_cast<std::uint32_t>(view.linkType == ethernet ? 0 : link.offset);
    if ((view.linkType != ethernet && !link.ip) || view.bytes.size() <= lost)
        return;
    const std::size_t begin = bytes.size();
    if (view.linkType != ethernet) {
        const bool v6 = view.bytes[lost] >> 4 == 6;
        bytes.insert(bytes.end(), {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1});
        bytes.insert(bytes.end(),
                     {static_cast<std::uint8_t>(v6 ? 0x86 : 0x08), static_cast<std::uint8_t>(v6 ? 0xdd : 0)});
    }
    const auto added = static_cast<std::uint32_t>(bytes.size() - begin);
    bytes.insert(bytes.end(), view.bytes.begin() + lost, view.bytes.end());
    const auto captured = static_cast<std::uint32_t>(bytes.size() - begin);
    packets.push_back({.begin = begin,
                       .captured = captured,
                       .original = std::max(view.originalLength + added, captured + lost) - lost,
                       .time = time,
                       .ip = link.ip ? link.offset - lost + added : noIp});
}

std::vector<Recording> readRecordings(const std::vector<std::string>& captures)
{
    std::vector<Recording> recordings;
    for (const fs::path root : captures) {
        std::vector<fs::path> files;
        if (fs::is_directory(root))
            std::ranges::copy(fs::recursive_directory_iterator(root), std::back_inserter(files));
        else
            files.push_back(root);
        std::erase_if(files, [&root](const fs::path& file) { return file != root && !fs::is_regular_file(file); });
        std::ranges::sort(files);
        for (const fs::path& file : files) {
            recordings.push_back(read(file));
            if (recordings.back().packets.empty())
                recordings.pop_back();
        }
    }
    return recordings;
}

} // namespace flowscent::bench
