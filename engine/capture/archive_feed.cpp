// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/byte_feed.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

namespace flowscent::capture {

using base::Error;
using base::failure;

namespace {

constexpr std::size_t packedBlock = 64U << 10;
constexpr const char* samplePassword = "infected"; ///< under which malware and its traffic are passed around

struct CloseArchive {
    void operator()(archive* handle) const noexcept { archive_read_free(handle); }
};
using ArchiveHandle = std::unique_ptr<archive, CloseArchive>;

/// A name out of a file, fit for a terminal.
std::string printable(const char* name)
{
    constexpr std::size_t longest = 100;
    std::string text = name == nullptr ? "(without a name)" : name;
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    if (text.size() > longest)
        text = "..." + text.substr(text.size() - longest);
    return text;
}

/// Whether a packed file within an archive is worth opening: a log may be packed as well.
bool mayHoldCapture(std::string_view name, Packing packing)
{
    const bool packed = packing != Packing::None && packing != Packing::Zip && packing != Packing::Tar;
    return packed && (name.find("cap") != std::string_view::npos || name.find(".dmp") != std::string_view::npos);
}

/// libarchive, fed from another feed. It is told what to expect: its own guessing would accept far more.
class ArchiveFeed final : public ByteFeed {
public:
    explicit ArchiveFeed(Feed packed)
        : m_packed(std::move(packed))
        , m_buffer(packedBlock)
        , m_archive(archive_read_new())
    {
    }
    ArchiveFeed(const ArchiveFeed&) = delete;
    ArchiveFeed& operator=(const ArchiveFeed&) = delete;

    base::Result<void> openFilter(Packing packing);
    base::Result<void> openContainer(Packing packing);

    base::Result<std::size_t> read(std::span<std::uint8_t> room) override;
    std::uint64_t taken() const override { return m_packed->taken(); }
    std::string remark() const override { return m_remark.empty() ? m_packed->remark() : m_remark; }

private:
    static la_ssize_t feed(archive* handle, void* self, const void** bytes);

    base::Result<void> begin(int outcome);
    base::Result<void> findCapture();
    [[nodiscard]] std::optional<Error> refusal(archive_entry* entry) const;
    void beginMember();
    void nextBlock();
    void remarkOthers();
    [[nodiscard]] Error reason() const;

    Feed m_packed;
    std::vector<std::uint8_t> m_buffer;
    ArchiveHandle m_archive;
    std::optional<Error> m_packedFailure; ///< of the bytes below: the real reason when libarchive gives up
    std::optional<Error> m_failure;
    std::vector<std::uint8_t> m_begun;     ///< first bytes of the member
    std::span<const std::uint8_t> m_block; ///< m_begun, or libarchive's until the next call
    std::uint64_t m_blocksEnd = 0;         ///< offset behind m_block within the member
    std::string m_member;                  ///< name of what is read; empty for a stream
    std::string m_remark;
    bool m_encrypted = false;
    bool m_packedEnded = false; ///< all bytes below have been given out, and more were asked for
    bool m_leftOut = false;     ///< files came before the capture
    bool m_ended = false;
};

la_ssize_t ArchiveFeed::feed(archive* handle, void* self, const void** bytes)
{
    auto& feed = *static_cast<ArchiveFeed*>(self);
    const auto got = feed.m_packed->read(feed.m_buffer);
    if (!got) {
        feed.m_packedFailure = got.error();
        archive_set_error(handle, EIO, "%s", got.error().what.c_str());
        return ARCHIVE_FATAL;
    }
    feed.m_packedEnded = *got == 0;
    *bytes = feed.m_buffer.data();
    return static_cast<la_ssize_t>(*got);
}

/// Of a file that was cut off libarchive says that it is truncated, that it cannot be decompressed (with zlib's code
/// for want of input), or, where that happens in the first block, that it knows no such format: as it says of a damaged
/// one, for which it does not ask for bytes behind the last.
Error ArchiveFeed::reason() const
{
    if (m_packedFailure)
        return *m_packedFailure;
    const char* told = archive_error_string(m_archive.get());
    const std::string text = told == nullptr ? "" : told;
    const auto says = [&text](const char* part) { return text.find(part) != std::string::npos; };
    if (says("assphrase"))
        return {Error::Code::Format, "is encrypted, and not with the password \"infected\": unpack it first", {}};
    const bool nonsense = text.empty() || says("Unrecognized archive format") || says("decompression failed");
    if (says("runcated") || (m_packedEnded && nonsense))
        return {Error::Code::Truncated, "the packed data end too early", {}};
    return {Error::Code::Format, nonsense ? "the packed data contradict themselves" : printable(text.c_str()), {}};
}

base::Result<void> ArchiveFeed::begin(int outcome)
{
    if (outcome != ARCHIVE_OK ||
        archive_read_open(m_archive.get(), this, nullptr, &ArchiveFeed::feed, nullptr) != ARCHIVE_OK)
        return failure(reason());
    return {};
}

base::Result<void> ArchiveFeed::openFilter(Packing packing)
{
    const int filter = packing == Packing::Zstd  ? ARCHIVE_FILTER_ZSTD
                       : packing == Packing::Lz4 ? ARCHIVE_FILTER_LZ4
                                                 : ARCHIVE_FILTER_BZIP2;
    archive_read_support_format_raw(m_archive.get());
    if (auto begun = begin(archive_read_append_filter(m_archive.get(), filter)); !begun)
        return begun;
    archive_entry* entry = nullptr;
    const int outcome = archive_read_next_header(m_archive.get(), &entry);
    m_ended = outcome == ARCHIVE_EOF;
    if (outcome < ARCHIVE_WARN)
        m_failure = reason();
    return {};
}

/// Zips are read from front to back too: so they may come through a pipe or be cut off, and a table of contents that
/// claims millions of files costs nothing.
base::Result<void> ArchiveFeed::openContainer(Packing packing)
{
    archive_read_add_passphrase(m_archive.get(), samplePassword);
    if (auto begun = begin(packing == Packing::Zip ? archive_read_support_format_zip_streamable(m_archive.get())
                                                   : archive_read_support_format_tar(m_archive.get()));
        !begun)
        return begun;
    return findCapture();
}

/// What must not be unpacked: these methods let a file claim gigabytes of memory.
std::optional<Error> ArchiveFeed::refusal(archive_entry* entry) const
{
    const char* told = archive_format_name(m_archive.get()); // as "ZIP 6.3 (lzma)"
    const std::string_view format = told == nullptr ? "" : told;
    for (const std::string_view method : {"lzma", "xz", "ppmd"}) {
        if (format.find(method) != std::string_view::npos)
            return Error{Error::Code::Format,
                         printable(archive_entry_pathname(entry)) + " in it is packed with " + std::string(method) +
                             ": unpack it first",
                         {}};
    }
    return std::nullopt;
}

base::Result<void> ArchiveFeed::findCapture()
{
    std::optional<Error> first; // why the first file that might have been one is none
    for (archive_entry* entry = nullptr;;) {
        const int outcome = archive_read_next_header(m_archive.get(), &entry);
        if (outcome != ARCHIVE_OK && outcome != ARCHIVE_WARN) {
            if (outcome != ARCHIVE_EOF && !first)
                first = reason();
            return failure(
                first.value_or(Error{Error::Code::Format, "holds no capture (neither pcap nor pcapng)", {}}));
        }
        if (archive_entry_filetype(entry) == AE_IFDIR)
            continue;
        m_encrypted = archive_entry_is_data_encrypted(entry) != 0;
        m_failure = refusal(entry);
        m_member = printable(archive_entry_pathname(entry));
        beginMember();
        if (beginsCapture(m_block) || mayHoldCapture(m_member, packingOf(m_block)))
            return {};
        if (m_failure && !first)
            first = m_failure;
        if (m_packedFailure)
            return failure(*m_packedFailure);
        m_leftOut = true;
    }
}

/// Reads until there is enough to tell what it is.
void ArchiveFeed::beginMember()
{
    m_ended = false;
    m_blocksEnd = 0;
    m_begun.clear();
    while (m_begun.size() < packingHead && !m_ended && !m_failure) {
        nextBlock();
        m_begun.insert(m_begun.end(), m_block.begin(), m_block.end());
    }
    m_block = m_begun;
}

void ArchiveFeed::nextBlock()
{
    const void* bytes = nullptr;
    std::size_t length = 0;
    la_int64_t offset = 0;
    const int outcome = archive_read_data_block(m_archive.get(), &bytes, &length, &offset);
    m_block = {};
    if (outcome == ARCHIVE_EOF) {
        m_ended = true;
    } else if (outcome != ARCHIVE_OK) {
        m_failure = reason();
        // Of a file that ends right behind a member, before what should follow it, all has been unpacked.
        if (m_failure->code == Error::Code::Truncated && static_cast<std::uint64_t>(offset) == m_blocksEnd)
            m_block = {static_cast<const std::uint8_t*>(bytes), length};
        // With the older encryption one wrong password in 256 goes unnoticed until nonsense comes out.
        if (m_encrypted && m_blocksEnd == 0 && m_failure->code == Error::Code::Format && !m_packedFailure)
            m_failure->what = "is encrypted, and not with the password \"infected\": unpack it first";
    } else if (static_cast<std::uint64_t>(offset) != m_blocksEnd) {
        m_failure = Error{Error::Code::Format, "is a file with holes: unpack it first", {}};
    } else {
        m_block = {static_cast<const std::uint8_t*>(bytes), length};
        m_blocksEnd += length;
    }
}

void ArchiveFeed::remarkOthers()
{
    for (archive_entry* entry = nullptr; !m_leftOut && archive_read_next_header(m_archive.get(), &entry) == ARCHIVE_OK;)
        m_leftOut = archive_entry_filetype(entry) != AE_IFDIR;
    if (m_leftOut)
        m_remark = "only " + m_member + ", the first capture in it, was read; other files in it were left out";
}

base::Result<std::size_t> ArchiveFeed::read(std::span<std::uint8_t> room)
{
    const bool wasEnded = m_ended;
    while (m_block.empty() && !m_ended && !m_failure)
        nextBlock();
    if (m_block.empty() && m_failure)
        return failure(*m_failure);
    if (m_ended && !wasEnded && !m_member.empty())
        remarkOthers();
    const std::size_t length = std::min(room.size(), m_block.size());
    std::copy_n(m_block.begin(), length, room.begin());
    m_block = m_block.subspan(length);
    return length;
}

} // namespace

base::Result<Feed> filterFeed(Feed packed, Packing packing)
{
    auto feed = std::make_unique<ArchiveFeed>(std::move(packed));
    if (auto opened = feed->openFilter(packing); !opened)
        return failure(opened.error());
    return feed;
}

base::Result<Feed> archiveFeed(Feed packed, Packing packing)
{
    auto feed = std::make_unique<ArchiveFeed>(std::move(packed));
    if (auto opened = feed->openContainer(packing); !opened)
        return failure(opened.error());
    return feed;
}

} // namespace flowscent::capture
