// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/capture_file.h"

#include "engine/capture/pcap_handle.h"

#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <unistd.h>

namespace flowscent::capture {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

void ClosePcap::operator()(pcap* handle) const noexcept
{
    pcap_close(handle);
}

namespace {

constexpr std::size_t readBuffer = 1 << 20;
constexpr std::uint64_t classicHeader = 24; ///< a pcapng file's first two blocks are longer

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using FileHandle = std::unique_ptr<std::FILE, CloseFile>;

base::Result<FileHandle> openFile(const fs::path& file)
{
    if (file == "-")
        return FileHandle(fdopen(dup(fileno(stdin)), "rb"));
    std::error_code ignored;
    if (fs::is_directory(file, ignored))
        return failure(Error::Code::Io, "is a directory, not a capture", file.string());
    FileHandle handle(std::fopen(file.c_str(), "rbe"));
    if (!handle && errno == EACCES)
        return failure(Error::Code::Io, "you have no permission to read this file", file.string());
    if (!handle)
        return failure(Error::Code::Io, std::string("cannot be opened: ") + std::strerror(errno), file.string());
    if (fs::is_regular_file(file, ignored) && fs::file_size(file, ignored) == 0)
        return failure(Error::Code::Format, "is empty: not even a capture's header is there", file.string());
    return handle;
}

Error openingError(std::string_view reason, const fs::path& file)
{
    if (reason.find("unknown file format") != std::string_view::npos)
        return {Error::Code::Format, "is not a capture file (neither pcap nor pcapng)", file.string()};
    if (reason.find("truncated") != std::string_view::npos)
        return {Error::Code::Truncated, "is cut off within its header, before the first packet", file.string()};
    return {Error::Code::Format, "cannot be read as a capture: " + std::string(reason), file.string()};
}

base::Result<PcapHandle> handOver(FileHandle stream, const fs::path& name)
{
    std::array<char, PCAP_ERRBUF_SIZE> reason{};
    PcapHandle handle(
        pcap_fopen_offline_with_tstamp_precision(stream.get(), PCAP_TSTAMP_PRECISION_NANO, reason.data()));
    if (!handle)
        return failure(openingError(reason.data(), name));
    (void)stream.release(); // libpcap closes it
    return handle;
}

} // namespace

base::Result<PcapHandle> openOffline(const fs::path& file)
{
    auto stream = openFile(file);
    if (!stream)
        return failure(stream.error());
    if (!*stream)
        return failure(Error::Code::Io, "standard input is closed", file.string());
    std::setvbuf(stream->get(), nullptr, _IOFBF, readBuffer);
    return handOver(std::move(*stream), file);
}

base::Result<PcapHandle> openOffline(std::span<const std::uint8_t> bytes, const fs::path& name)
{
    // Opened for reading, so the bytes stay what they are.
    FileHandle stream(fmemopen(const_cast<std::uint8_t*>(bytes.data()), bytes.size(), "rb"));
    if (!stream)
        return failure(Error::Code::Io, "cannot be read from memory", name.string());
    return handOver(std::move(stream), name);
}

/// pcapng allows times far beyond what 64 bits of nanoseconds hold.
base::Nanoseconds timeOf(const pcap_pkthdr& header)
{
    constexpr std::int64_t lastSecond = 9'223'372'035;
    const std::int64_t seconds = std::clamp<std::int64_t>(header.ts.tv_sec, 0, lastSecond);
    return seconds * base::nanosecondsPerSecond + std::clamp<std::int64_t>(header.ts.tv_usec, 0, 999'999'999);
}

struct CaptureFile::State {
    PcapHandle handle;
    fs::path file;
    std::uint64_t size = 0; ///< 0 when unknown
    std::uint64_t packets = 0;
    std::uint64_t offset = 0;     ///< of the next record
    std::uint64_t recordHead = 0; ///< bytes before a packet's own in classic pcap; 0 while they must be asked for
    int linkType = 0;
    std::uint16_t index = 0;
    bool seekable = false;
    bool classic = false;
    bool finished = false;

    [[nodiscard]] std::uint64_t position() const
    {
        const off_t at = seekable ? ftello(pcap_file(handle.get())) : 0;
        return at < 0 ? 0 : static_cast<std::uint64_t>(at);
    }
    void advance(std::uint32_t captured);
    [[nodiscard]] Error damage() const;
};

/// Asking the stream where it stands costs more than reading a packet, and in classic pcap one can count instead. What
/// reaches libpcap's snapshot length may have been cut by libpcap, so there the file has more than we were shown.
void CaptureFile::State::advance(std::uint32_t captured)
{
    const bool whole = captured < static_cast<std::uint32_t>(std::max(pcap_snapshot(handle.get()), 0));
    if (recordHead != 0 && whole) {
        offset += recordHead + captured;
        return;
    }
    const std::uint64_t end = position();
    if (classic && whole)
        recordHead = end - offset - captured;
    offset = end;
}

Error CaptureFile::State::damage() const
{
    const std::string_view reason = pcap_geterr(handle.get());
    const std::string after = packets == 0 ? "before the first packet" : "after packet " + std::to_string(packets);
    const std::string at = seekable ? " (byte " + std::to_string(offset) + ")" : "";
    if (reason.find("truncated") != std::string_view::npos)
        return {Error::Code::Truncated, "cut off " + after + at, file.string()};
    if (reason.find("of the first interface") != std::string_view::npos)
        return {Error::Code::Format,
                "left off " + after +
                    ": an interface differs from the first in link type or snapshot length, which "
                    "cannot be followed yet",
                file.string()};
    return {Error::Code::Format, "damaged " + after + at + ": " + std::string(reason), file.string()};
}

CaptureFile::CaptureFile(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}
CaptureFile::~CaptureFile() = default;
CaptureFile::CaptureFile(CaptureFile&&) noexcept = default;
CaptureFile& CaptureFile::operator=(CaptureFile&&) noexcept = default;

base::Result<CaptureFile> CaptureFile::open(const fs::path& file, std::uint16_t index)
{
    auto handle = openOffline(file);
    if (!handle)
        return failure(handle.error());
    auto state = std::make_unique<State>();
    state->handle = std::move(*handle);
    state->file = file;
    state->index = index;
    state->linkType = pcap_datalink(state->handle.get());
    std::error_code unknown;
    state->seekable = fs::is_regular_file(file, unknown);
    if (state->seekable)
        state->size = fs::file_size(file, unknown);
    state->offset = state->position();
    state->classic = state->offset == classicHeader;
    return CaptureFile(std::move(state));
}

base::Result<std::optional<PacketView>> CaptureFile::next()
{
    State& state = *m_state;
    if (state.finished)
        return std::optional<PacketView>{};
    const std::uint64_t offset = state.offset;
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    const int outcome = pcap_next_ex(state.handle.get(), &header, &bytes);
    if (outcome != 1) {
        state.finished = true;
        if (outcome == PCAP_ERROR_BREAK)
            return std::optional<PacketView>{};
        return failure(state.damage());
    }
    ++state.packets;
    state.advance(header->caplen);
    PacketView packet;
    packet.bytes = {bytes, header->caplen};
    packet.originalLength = header->len;
    packet.time = timeOf(*header);
    packet.linkType = state.linkType;
    packet.place = {offset & 0xffff'ffff'ffffULL, state.index};
    return std::optional(packet);
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
    return m_state->offset;
}
std::uint64_t CaptureFile::bytesTotal() const
{
    return m_state->size;
}

} // namespace flowscent::capture
