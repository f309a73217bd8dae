// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

/// Block types of pcapng (draft-ietf-opsawg-pcapng, section 4). For the readers of this module only.
namespace flowscent::capture {

enum BlockType : std::uint32_t {
    InterfaceBlock = 1,
    OldPacketBlock = 2,
    SimplePacketBlock = 3,
    StatisticsBlock = 5,
    EnhancedPacketBlock = 6,
    SectionBlock = 0x0a0d0d0a
};
inline constexpr std::uint32_t sectionMagic = 0x1a2b3c4d;

[[nodiscard]] constexpr bool holdsPacket(std::uint32_t type)
{
    return type == OldPacketBlock || type == SimplePacketBlock || type == EnhancedPacketBlock;
}
/// Whether a block says how later ones are to be read.
[[nodiscard]] constexpr bool describes(std::uint32_t type)
{
    return type == SectionBlock || type == InterfaceBlock;
}

} // namespace flowscent::capture
