// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace flowscent::capture {

/// What a pcapng file says of packets that were lost while it was captured: its interface statistics blocks count those
/// that the interface or the system had to drop (draft-ietf-opsawg-pcapng, section 4.6). For the readers of this module
/// only.
class LossReport {
public:
    /// A section begins, whose interfaces are others.
    void openSection();
    /// The body of a statistics block in a section of `interfaces`; a later one of an interface takes the place of an
    /// earlier. What cannot be right says nothing.
    void take(std::span<const std::uint8_t> body, bool bigEndian, std::size_t interfaces);
    /// Packets, of all interfaces; stands still at its greatest value.
    [[nodiscard]] std::uint64_t lost() const;

private:
    std::uint64_t m_before = 0;          ///< in earlier sections
    std::vector<std::uint64_t> m_losses; ///< by interface of the section at hand
};

} // namespace flowscent::capture
