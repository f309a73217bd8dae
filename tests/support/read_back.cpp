// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/read_back.h"

namespace flowscent::test {

ReadBack readBack(capture::PacketSource& source)
{
    ReadBack read;
    for (;;) {
        const auto packet = source.next();
        if (!packet)
            read.error = packet.error();
        if (!packet || !*packet)
            return read;
        const capture::PacketView& view = **packet;
        read.packets.push_back(
            {{view.bytes.begin(), view.bytes.end()}, view.time, view.originalLength, view.linkType, view.place});
    }
}

ReadBack readBack(const std::filesystem::path& file, std::size_t bufferSize)
{
    auto source = capture::CaptureFile::open(file, {.bufferSize = bufferSize});
    if (!source)
        return {.error = source.error()};
    ReadBack read = readBack(*source);
    read.descriptions = source->descriptions();
    return read;
}

} // namespace flowscent::test
