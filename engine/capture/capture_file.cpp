// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/capture_file.h"

#include "engine/capture/capture_format.h"

#include <cstring>

namespace flowscent::capture {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

struct CaptureFile::State {
    ByteStream stream;
    CaptureFormat format;
    fs::path file;
    std::uint64_t packets = 0;
    std::uint16_t index = 0;
    bool finished = false;

    /// The reason together with where it happened and what was kept.
    [[nodiscard]] Error ended(const Error& reason) const
    {
        const std::string after = packets == 0 ? "before the first packet" : "after packet " + std::to_string(packets);
        const std::string at = stream.seekable() ? " (byte " + std::to_string(stream.offset()) + ")" : "";
        if (stream.trouble() != 0)
            return {Error::Code::Io, "cannot be read on " + after + at + ": " + std::strerror(stream.trouble()),
                    file.string()};
        if (reason.code == Error::Code::Truncated)
            return {reason.code, "cut off " + after + at, file.string()};
        return {reason.code, "damaged " + after + at + ": " + reason.what, file.string()};
    }
};

CaptureFile::CaptureFile(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}
CaptureFile::~CaptureFile() = default;
CaptureFile::CaptureFile(CaptureFile&&) noexcept = default;
CaptureFile& CaptureFile::operator=(CaptureFile&&) noexcept = default;

base::Result<CaptureFile> CaptureFile::open(const fs::path& file, std::uint16_t index)
{
    auto stream = ByteStream::open(file);
    if (!stream)
        return failure(stream.error());
    auto format = recogniseFormat(*stream);
    if (!format)
        return failure(format.error().code, format.error().what, file.string());
    return CaptureFile(std::make_unique<State>(
        State{.stream = std::move(*stream), .format = std::move(*format), .file = file, .index = index}));
}

base::Result<std::optional<PacketView>> CaptureFile::next()
{
    State& state = *m_state;
    if (state.finished)
        return std::optional<PacketView>{};
    auto packet = std::visit([&state](auto& format) { return format.next(state.stream); }, state.format);
    if (packet && *packet) {
        ++state.packets;
        (*packet)->place.file = state.index;
        if (!state.stream.seekable())
            (*packet)->place = {};
        return packet;
    }
    state.finished = true;
    if (!packet || state.stream.trouble() != 0)
        return failure(state.ended(packet ? Error{} : packet.error()));
    return packet;
}

bool CaptureFile::finished() const
{
    return m_state->finished;
}
std::string CaptureFile::name() const
{
    return m_state->file.string();
}
std::uint64_t CaptureFile::bytesDone() const
{
    return m_state->stream.offset();
}
std::uint64_t CaptureFile::bytesTotal() const
{
    return m_state->stream.size();
}

} // namespace flowscent::capture
