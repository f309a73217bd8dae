// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/byte_feed.h"

#include "engine/capture/capture_format.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace flowscent::capture {

using base::Error;
using base::failure;
using namespace std::string_view_literals;

namespace {

constexpr int deepestNesting = 3; ///< nobody packs more often on purpose

class FileFeed final : public ByteFeed {
public:
    FileFeed(Descriptor file, std::stop_token stop)
        : m_file(std::move(file))
        , m_stop(std::move(stop))
    {
    }

    base::Result<std::size_t> read(std::span<std::uint8_t> room) override
    {
        // A small file may unpack to any length: whoever waits for it must be able to end it here.
        if (m_stop.stop_requested())
            return failure(Error::Code::Cancelled, "stopped");
        ssize_t got = 0;
        do
            got = ::read(m_file.get(), room.data(), room.size());
        while (got < 0 && errno == EINTR);
        if (got < 0)
            return failure(Error::Code::Io, std::strerror(errno));
        m_taken += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
    }
    std::uint64_t taken() const override { return m_taken; }

private:
    Descriptor m_file;
    std::stop_token m_stop;
    std::uint64_t m_taken = 0;
};

/// Bytes that have been looked at, then the rest of a feed.
class BegunFeed final : public ByteFeed {
public:
    BegunFeed(std::vector<std::uint8_t> begun, Feed rest)
        : m_begun(std::move(begun))
        , m_rest(std::move(rest))
    {
    }

    /// The first `length` bytes, fewer only where they end. An error that comes later comes again with `read`.
    base::Result<std::span<const std::uint8_t>> peek(std::size_t length)
    {
        std::size_t held = m_begun.size();
        m_begun.resize(std::max(length, held));
        while (held < length) {
            const auto got = m_rest->read(std::span(m_begun).subspan(held));
            if (!got && held == 0)
                return failure(got.error());
            if (!got || *got == 0)
                break;
            held += *got;
        }
        m_begun.resize(held);
        return std::span<const std::uint8_t>(m_begun);
    }

    base::Result<std::size_t> read(std::span<std::uint8_t> room) override
    {
        const std::size_t length = std::min(room.size(), m_begun.size() - m_given);
        if (length == 0)
            return m_rest->read(room);
        std::memcpy(room.data(), m_begun.data() + m_given, length);
        m_given += length;
        return length;
    }
    std::uint64_t taken() const override { return m_rest->taken(); }
    std::string remark() const override { return m_rest->remark(); }

private:
    std::vector<std::uint8_t> m_begun;
    Feed m_rest;
    std::size_t m_given = 0;
};

base::Result<Feed> unpackedOnce(Feed feed, Packing packing)
{
    switch (packing) {
    case Packing::Gzip:
        return gzipFeed(std::move(feed));
    case Packing::Xz:
        return xzFeed(std::move(feed));
    case Packing::Zstd:
    case Packing::Lz4:
    case Packing::Bzip2:
        return filterFeed(std::move(feed), packing);
    case Packing::Zip:
    case Packing::Tar:
        return archiveFeed(std::move(feed), packing);
    case Packing::None:
        break;
    }
    return feed;
}

} // namespace

bool beginsCapture(std::span<const std::uint8_t> head)
{
    return PcapRecords::beginsWith(head) || PcapngRecords::beginsWith(head);
}

Packing packingOf(std::span<const std::uint8_t> head)
{
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    const auto skippable = [&text] { // frames that zstd and lz4 share; only zstd's tools begin a file with one
        return text.size() >= 4 && (static_cast<std::uint8_t>(text[0]) & 0xf0U) == 0x50 &&
               text.substr(1, 3) == "\x2a\x4d\x18";
    };
    if (text.starts_with("\x1f\x8b"))
        return Packing::Gzip;
    if (text.starts_with("\xfd"
                         "7zX"))
        return Packing::Xz;
    if (text.starts_with("\x28\xb5\x2f\xfd") || skippable())
        return Packing::Zstd;
    if (text.starts_with("\x04\x22\x4d\x18"))
        return Packing::Lz4;
    if (text.starts_with("BZh"))
        return Packing::Bzip2;
    if (text.starts_with("PK\x03\x04") || text.starts_with("PK\x05\x06"))
        return Packing::Zip;
    if (text.size() >= tarHead && text.substr(257, 5) == "ustar")
        return Packing::Tar;
    return Packing::None;
}

Feed fileFeed(Descriptor file, std::vector<std::uint8_t> begun, std::stop_token stop)
{
    const bool rewound = lseek(file.get(), -static_cast<off_t>(begun.size()), SEEK_CUR) >= 0;
    Feed rest = std::make_unique<FileFeed>(std::move(file), std::move(stop));
    if (rewound)
        return rest;
    return std::make_unique<BegunFeed>(std::move(begun), std::move(rest));
}

base::Result<Feed> unpacked(Feed feed)
{
    for (int depth = 0; depth < deepestNesting; ++depth) {
        auto begun = std::make_unique<BegunFeed>(std::vector<std::uint8_t>{}, std::move(feed));
        auto head = begun->peek(packingHead);
        // The head of a capture may be all that has come through a pipe so far: waiting for more would hold it up.
        if (head && packingOf(*head) == Packing::None && !beginsCapture(*head))
            head = begun->peek(tarHead);
        if (!head)
            return failure(head.error());
        const Packing packing = packingOf(*head);
        if (packing == Packing::None)
            return begun;
        auto inner = unpackedOnce(std::move(begun), packing);
        if (!inner)
            return inner;
        feed = std::move(*inner);
    }
    return feed;
}

} // namespace flowscent::capture
