// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/pcapng_excerpt.h"

#include "engine/capture/capture_format.h"
#include "engine/capture/pcapng_blocks.h"

#include <algorithm>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace flowscent::capture {

namespace {

constexpr std::size_t mostDescriptions = 64U << 20;
constexpr std::size_t blockHead = 12;
constexpr std::size_t windowSize = 256U << 10; ///< a file of small blocks is walked a window, not a block, at a time

/// A section block carries a number whose byte order is that of all that follows.
bool saysBigEndian(const std::uint8_t* head)
{
    return number32(head + 8, true) == sectionMagic;
}

bool isBigEndianSection(const std::vector<std::uint8_t>& block)
{
    return block.size() >= blockHead && saysBigEndian(block.data());
}

base::Error changed(const std::string& name)
{
    return {base::Error::Code::Format, "the packet is no longer where it was: the file has changed since it was read",
            name};
}

} // namespace

PcapngExcerpt::PcapngExcerpt(int descriptor, std::string name)
    : m_file(descriptor)
    , m_name(std::move(name))
{
}

PcapngExcerpt::~PcapngExcerpt()
{
    if (m_file >= 0)
        close(m_file);
}

PcapngExcerpt::PcapngExcerpt(PcapngExcerpt&& other) noexcept
    : m_file(std::exchange(other.m_file, -1))
    , m_name(std::move(other.m_name))
    , m_told(std::move(other.m_told))
    , m_toldRead(other.m_toldRead)
    , m_known(other.m_known)
    , m_bigEndian(other.m_bigEndian)
    , m_kept(other.m_kept)
    , m_described(std::move(other.m_described))
    , m_window(std::move(other.m_window))
    , m_windowOffset(other.m_windowOffset)
{
}

PcapngExcerpt& PcapngExcerpt::operator=(PcapngExcerpt&& other) noexcept
{
    std::swap(m_file, other.m_file);
    m_name = std::move(other.m_name);
    m_told = std::move(other.m_told);
    m_toldRead = other.m_toldRead;
    m_known = other.m_known;
    m_bigEndian = other.m_bigEndian;
    m_kept = other.m_kept;
    m_described = std::move(other.m_described);
    m_window = std::move(other.m_window);
    m_windowOffset = other.m_windowOffset;
    return *this;
}

std::optional<PcapngExcerpt> PcapngExcerpt::open(const std::filesystem::path& file, Descriptions descriptions)
{
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return std::nullopt;
    PcapngExcerpt excerpt(descriptor, file.string());
    if (!excerpt.blockAt(0, false))
        return std::nullopt;
    excerpt.m_told = std::move(descriptions);
    return excerpt;
}

std::optional<PcapngExcerpt::Bytes> PcapngExcerpt::read(std::uint64_t offset, std::size_t length) const
{
    Bytes bytes(length);
    std::size_t done = 0;
    while (done < length) {
        const ssize_t got = pread(m_file, bytes.data() + done, length - done, static_cast<off_t>(offset + done));
        if (got <= 0)
            return std::nullopt;
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

/// The first bytes of a block; null where the file ends before. Valid until the next call.
const std::uint8_t* PcapngExcerpt::headAt(std::uint64_t offset)
{
    const auto held = [&] {
        return offset >= m_windowOffset && offset - m_windowOffset + blockHead <= m_window.size();
    };
    if (!held()) {
        const bool goesOn = offset >= m_windowOffset && offset - m_windowOffset <= 2 * windowSize && !m_window.empty();
        m_window.resize(goesOn ? windowSize : blockHead); // single packets from anywhere want no more than themselves
        m_windowOffset = offset;
        std::size_t done = 0;
        while (done < m_window.size()) {
            const ssize_t got =
                pread(m_file, m_window.data() + done, m_window.size() - done, static_cast<off_t>(offset + done));
            if (got <= 0)
                break;
            done += static_cast<std::size_t>(got);
        }
        m_window.resize(done);
    }
    return held() ? m_window.data() + (offset - m_windowOffset) : nullptr;
}

/// A section block says its byte order itself, every other block follows its section; the first block opens one.
std::optional<PcapngExcerpt::Block> PcapngExcerpt::blockAt(std::uint64_t offset, bool bigEndian)
{
    const std::uint8_t* head = headAt(offset);
    if (head == nullptr)
        return std::nullopt;
    Block block;
    block.type = number32(head, bigEndian);
    block.bigEndian = bigEndian;
    if (block.type == SectionBlock) // reads the same both ways
        block.bigEndian = saysBigEndian(head);
    else if (offset == 0)
        return std::nullopt;
    block.length = number32(head + 4, block.bigEndian);
    const std::uint32_t shortest = block.type == SectionBlock ? 28 : 12;
    const bool held = describes(block.type) || holdsPacket(block.type);
    const bool possible = block.length >= shortest && block.length % 4 == 0 && (!held || block.length <= longestRecord);
    return possible ? std::optional(block) : std::nullopt;
}

/// Keeps the block if it says what packets mean; where the next one begins.
base::Result<std::uint64_t> PcapngExcerpt::describe(std::uint64_t offset)
{
    const auto block = blockAt(offset, m_bigEndian);
    if (!block)
        return base::failure(changed(m_name));
    m_bigEndian = block->bigEndian;
    if (describes(block->type)) {
        auto bytes = read(offset, block->length);
        if (!bytes || m_kept + bytes->size() > mostDescriptions)
            return base::failure(changed(m_name));
        m_kept += bytes->size();
        m_described.push_back({offset, block->type == SectionBlock, std::move(*bytes)});
    }
    return offset + block->length;
}

/// What the reader of the file told leaves nothing to look for in between.
base::Result<void> PcapngExcerpt::describeUpTo(std::uint64_t offset)
{
    const bool told = !m_told.empty();
    while (told ? m_toldRead < m_told.size() && m_told[m_toldRead] < offset : m_known < offset) {
        const std::size_t before = m_described.size();
        const auto next = describe(told ? m_told[m_toldRead] : m_known);
        if (!next)
            return base::failure(next.error());
        if (told && m_described.size() == before)
            return base::failure(changed(m_name));
        m_known = *next;
        ++m_toldRead;
    }
    return {};
}

/// The section that `offset` lies in and the interfaces described before it.
PcapngExcerpt::Bytes PcapngExcerpt::preamble(std::uint64_t offset) const
{
    Bytes bytes;
    for (const Described& description : m_described) {
        if (description.offset >= offset)
            break;
        if (description.opensSection)
            bytes.clear();
        bytes.insert(bytes.end(), description.bytes.begin(), description.bytes.end());
    }
    return bytes;
}

base::Result<std::vector<std::uint8_t>> PcapngExcerpt::at(std::uint64_t offset)
{
    if (auto described = describeUpTo(offset); !described)
        return base::failure(described.error());
    Bytes bytes = preamble(offset);
    const auto block = blockAt(offset, isBigEndianSection(bytes));
    const auto raw = block && holdsPacket(block->type) ? read(offset, block->length) : std::nullopt;
    if (raw) {
        bytes.insert(bytes.end(), raw->begin(), raw->end());
        return bytes;
    }
    return base::failure(changed(m_name));
}

} // namespace flowscent::capture
