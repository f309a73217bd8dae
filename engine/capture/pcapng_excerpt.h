// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/capture/packet_source.h"

namespace flowscent::capture {

/// Cuts single packets out of a pcapng file (draft-ietf-opsawg-pcapng): what a packet means is said by its section and
/// its interface, so an excerpt repeats those two blocks and adds the packet's. However many there are of either, a
/// packet costs the same. Other blocks are read by their length only. For the sources of this module only. Not
/// thread-safe.
class PcapngExcerpt {
public:
    /// Nothing when the file is no pcapng. `descriptions` of the whole file, or empty: they are looked for then.
    [[nodiscard]] static std::optional<PcapngExcerpt> open(const std::filesystem::path& file,
                                                           Descriptions descriptions);
    ~PcapngExcerpt();
    PcapngExcerpt(PcapngExcerpt&& other) noexcept;
    PcapngExcerpt& operator=(PcapngExcerpt&& other) noexcept;

    /// A pcapng file in memory that holds the packet whose block begins at `offset`.
    [[nodiscard]] base::Result<std::vector<std::uint8_t>> at(std::uint64_t offset);

private:
    using Bytes = std::vector<std::uint8_t>;
    struct Block {
        std::uint32_t type = 0;
        std::uint32_t length = 0;
        bool bigEndian = false;
    };
    struct Described {
        std::uint64_t offset = 0;
        Bytes bytes;
    };

    PcapngExcerpt(int descriptor, std::string name);
    [[nodiscard]] std::optional<Block> blockAt(std::uint64_t offset, bool bigEndian);
    [[nodiscard]] const std::uint8_t* headAt(std::uint64_t offset);
    [[nodiscard]] std::optional<Bytes> read(std::uint64_t offset, std::size_t length) const;
    [[nodiscard]] base::Result<void> describeUpTo(std::uint64_t offset);
    [[nodiscard]] base::Result<std::uint64_t> describe(std::uint64_t offset);
    [[nodiscard]] std::pair<std::size_t, std::size_t> sectionOf(std::uint64_t offset) const;
    [[nodiscard]] static std::size_t takeInterface(const Block& block, Bytes& packet);

    int m_file = -1;
    std::string m_name;
    Descriptions m_told; ///< by who has read the file
    std::size_t m_toldRead = 0;
    std::uint64_t m_known = 0;           ///< blocks before this offset have been looked at
    bool m_bigEndian = false;            ///< of the section that m_known lies in
    std::size_t m_kept = 0;              ///< bytes in m_described
    std::vector<Described> m_described;  ///< every section is followed by its interfaces
    std::vector<std::size_t> m_sections; ///< their indices in m_described
    Bytes m_window; ///< what was read around the block looked at last: its neighbours are looked at next
    std::uint64_t m_windowOffset = 0;
};

} // namespace flowscent::capture
