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

constexpr std::size_t mostKept = 64U << 20; ///< bytes of descriptions
constexpr std::size_t blockHead = 12;
constexpr std::size_t windowSize = 256U << 10; ///< a file of small blocks is walked a window, not a block, at a time

/// A section block carries a number whose byte order is that of all that follows.
bool saysBigEndian(const std::uint8_t* head)
{
    return number32(head + 8, true) == sectionMagic;
}

base::Error changed(const std::string& name)
{
    return {base::Error::Code::Format, "the packet is no longer where it was: the file has changed since it was read",
            name};
}

base::Error crowded(const std::string& name)
{
    return {base::Error::Code::Format, "has too many sections and interfaces to show single packets of it", name};
}

} // namespace

/// The number of the interface that a packet names, which is made the first: the only one in an excerpt.
std::size_t PcapngExcerpt::takeInterface(const Block& block, Bytes& packet)
{
    const std::size_t length = block.type == SimplePacketBlock ? 0 : block.type == OldPacketBlock ? 2 : 4;
    if (packet.size() < blockHead + length || length == 0)
        return 0;
    const std::uint8_t* named = packet.data() + 8;
    const std::size_t index = length == 2 ? number16(named, block.bigEndian) : number32(named, block.bigEndian);
    std::fill_n(packet.begin() + 8, length, std::uint8_t{0});
    return index;
}

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
    , m_sections(std::move(other.m_sections))
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
    m_sections = std::move(other.m_sections);
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
        if (m_kept + block->length > mostKept)
            return base::failure(crowded(m_name));
        auto bytes = read(offset, block->length);
        if (!bytes || (!m_described.empty() && offset <= m_described.back().offset))
            return base::failure(changed(m_name));
        m_kept += bytes->size() + sizeof(Described);
        if (block->type == SectionBlock)
            m_sections.push_back(m_described.size());
        m_described.push_back({offset, std::move(*bytes)});
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

/// The section that `offset` lies in: its own index in m_described and the one behind its last interface.
std::pair<std::size_t, std::size_t> PcapngExcerpt::sectionOf(std::uint64_t offset) const
{
    const auto next = std::ranges::lower_bound(m_sections, offset, {},
                                               [this](std::size_t section) { return m_described[section].offset; });
    if (next == m_sections.begin())
        return {};
    return {*std::prev(next), next == m_sections.end() ? m_described.size() : *next};
}

base::Result<std::vector<std::uint8_t>> PcapngExcerpt::at(std::uint64_t offset)
{
    if (auto described = describeUpTo(offset); !described)
        return base::failure(described.error());
    const auto [section, end] = sectionOf(offset);
    if (section == end)
        return base::failure(changed(m_name));
    Bytes excerpt = m_described[section].bytes;
    const auto block = blockAt(offset, saysBigEndian(excerpt.data()));
    auto packet = block && holdsPacket(block->type) ? read(offset, block->length) : std::nullopt;
    if (!packet)
        return base::failure(changed(m_name));
    const std::size_t interface = section + 1 + takeInterface(*block, *packet);
    if (interface >= end || m_described[interface].offset > offset)
        return base::failure(changed(m_name));
    const Bytes& description = m_described[interface].bytes;
    excerpt.insert(excerpt.end(), description.begin(), description.end());
    excerpt.insert(excerpt.end(), packet->begin(), packet->end());
    return excerpt;
}

} // namespace flowscent::capture
