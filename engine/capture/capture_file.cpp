// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/capture_file.h"

#include "engine/capture/capture_format.h"

namespace flowscent::capture {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

struct CaptureFile::State {
    ByteStream stream;
    fs::path file;
    FileOptions options;
    CaptureFormat format;
    std::uint64_t packets = 0;
    bool recognised = false; ///< a followed file may not even have a header yet
    bool finished = false;

    base::Result<void> recognise();
    [[nodiscard]] NextPacket read();
    [[nodiscard]] bool waiting();
    [[nodiscard]] Error ended(const Error& reason) const;
};

base::Result<void> CaptureFile::State::recognise()
{
    auto found = recogniseFormat(stream);
    if (found) {
        format = std::move(*found);
        recognised = true;
        return {};
    }
    Error error = found.error();
    if (stream.packed())
        static_cast<void>(stream.peek(tarHead)); // what is too short to be told may have been cut off
    if (stream.damage())
        error = {stream.damage()->code, "cannot be read: " + stream.damage()->what, {}};
    if (stream.damage() && stream.damage()->code == Error::Code::Truncated)
        error.what = "is cut off before the first packet: " + stream.damage()->what;
    if (options.follow && error.code == Error::Code::Format && packingOf(stream.peek(packingHead)) != Packing::None)
        error.what = "is packed, and cannot be followed while it is written";
    return failure(error.code, error.what, file.string());
}

NextPacket CaptureFile::State::read()
{
    if (!recognised) {
        if (auto found = recognise(); !found)
            return failure(found.error());
    }
    return std::visit([this](auto& records) { return records.next(stream); }, format);
}

/// Whether more may come that makes a record, or a header, of what is there.
bool CaptureFile::State::waiting()
{
    if (!stream.starved() || options.stop.stop_requested())
        return false;
    const auto head = recognised ? std::span<const std::uint8_t>() : stream.peek(packingHead);
    return head.size() < packingHead || beginsCapture(head);
}

/// The reason together with where it happened and what was kept.
Error CaptureFile::State::ended(const Error& reason) const
{
    if (!recognised)
        return reason;
    const Error& why = stream.damage() ? *stream.damage() : reason;
    const std::string after = packets == 0 ? "before the first packet" : "after packet " + std::to_string(packets);
    const std::uint64_t offset =
        std::visit([this](const auto& records) { return records.recordOffset(stream); }, format);
    const std::string at =
        !stream.repeatable() ? ""
                             : " (byte " + std::to_string(offset) + (stream.packed() ? " of what it unpacks to)" : ")");
    switch (why.code) {
    case Error::Code::Cancelled:
        return {why.code, why.what, file.string()};
    case Error::Code::Truncated:
        return {why.code, "cut off " + after + at, file.string()};
    case Error::Code::Format:
        return {why.code, "damaged " + after + at + ": " + why.what, file.string()};
    default:
        return {why.code, "cannot be read on " + after + at + ": " + why.what, file.string()};
    }
}

CaptureFile::CaptureFile(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}
CaptureFile::~CaptureFile() = default;
CaptureFile::CaptureFile(CaptureFile&&) noexcept = default;
CaptureFile& CaptureFile::operator=(CaptureFile&&) noexcept = default;

base::Result<CaptureFile> CaptureFile::open(const fs::path& file, const FileOptions& options)
{
    auto stream =
        ByteStream::open(file, {.bufferSize = options.bufferSize, .follow = options.follow, .stop = options.stop});
    if (!stream)
        return failure(stream.error());
    auto state =
        std::make_unique<State>(State{.stream = std::move(*stream), .file = file, .options = options, .format = {}});
    if (auto found = options.follow ? base::Result<void>() : state->recognise(); !found)
        return failure(found.error());
    return CaptureFile(std::move(state));
}

base::Result<std::optional<PacketView>> CaptureFile::next()
{
    State& state = *m_state;
    if (state.finished)
        return std::optional<PacketView>{};
    auto packet = state.read();
    if (packet && *packet) {
        ++state.packets;
        (*packet)->place.file = state.options.index;
        if (!state.stream.repeatable())
            (*packet)->place = {};
        return packet;
    }
    // Where a followed file ends for now, records are half written and headers are not there yet.
    const bool damaged = !packet && packet.error().code == Error::Code::Format && state.recognised;
    if (state.waiting() && !damaged)
        return std::optional<PacketView>{};
    state.finished = true;
    if (state.options.follow && state.options.stop.stop_requested() && !damaged)
        return std::optional<PacketView>{};
    if (!packet || state.stream.damage())
        return failure(state.ended(packet ? Error{} : packet.error()));
    return packet;
}

bool CaptureFile::nextBuffered(PacketView& packet)
{
    State& state = *m_state;
    if (state.finished || !state.recognised ||
        !std::visit([&](const auto& records) { return records.nextBuffered(state.stream, packet); }, state.format))
        return false;
    ++state.packets;
    packet.place.file = state.options.index;
    if (!state.stream.repeatable())
        packet.place = {};
    return true;
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
    return m_state->stream.taken();
}
std::uint64_t CaptureFile::bytesTotal() const
{
    return m_state->stream.size();
}
bool CaptureFile::live() const
{
    return m_state->options.follow;
}
Descriptions CaptureFile::descriptions() const
{
    const auto* blocks = std::get_if<PcapngRecords>(&m_state->format);
    return blocks != nullptr && m_state->stream.repeatable() ? blocks->descriptions() : Descriptions();
}
std::string CaptureFile::remark() const
{
    const auto* blocks = std::get_if<PcapngRecords>(&m_state->format);
    const std::uint64_t lost = blocks == nullptr ? 0 : blocks->lost();
    std::string remark = m_state->stream.remark();
    if (lost > 0)
        remark += (remark.empty() ? "" : "; ") + std::string("by its own word ") + std::to_string(lost) +
                  (lost == 1 ? " packet was" : " packets were") + " lost while it was captured";
    return remark;
}

} // namespace flowscent::capture
