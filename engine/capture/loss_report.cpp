// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/loss_report.h"

#include "engine/capture/capture_format.h"

#include <limits>

namespace flowscent::capture {

namespace {

constexpr std::size_t fixed = 12; ///< interface and time
constexpr unsigned droppedByInterface = 5;
constexpr unsigned droppedBySystem = 7;

std::uint64_t sum(std::uint64_t a, std::uint64_t b)
{
    return b > std::numeric_limits<std::uint64_t>::max() - a ? std::numeric_limits<std::uint64_t>::max() : a + b;
}

} // namespace

void LossReport::openSection()
{
    m_before = lost();
    m_losses.clear();
}

void LossReport::take(std::span<const std::uint8_t> body, bool bigEndian, std::size_t interfaces)
{
    if (body.size() < fixed)
        return;
    const std::size_t interface = number32(body.data(), bigEndian);
    if (interface >= interfaces)
        return;
    std::uint64_t losses = 0;
    for (auto rest = body.subspan(fixed); rest.size() >= 4;) {
        const unsigned code = number16(rest.data(), bigEndian);
        const std::size_t length = number16(rest.data() + 2, bigEndian);
        const std::size_t padded = 4 + (length + 3) / 4 * 4;
        if (code == 0)
            break;
        if (rest.size() < padded)
            return;
        if ((code == droppedByInterface || code == droppedBySystem) && length == 8)
            losses = sum(losses, number64(rest.data() + 4, bigEndian));
        rest = rest.subspan(padded);
    }
    if (interface >= m_losses.size())
        m_losses.resize(interface + 1);
    m_losses[interface] = losses;
}

std::uint64_t LossReport::lost() const
{
    std::uint64_t all = m_before;
    for (const std::uint64_t losses : m_losses)
        all = sum(all, losses);
    return all;
}

} // namespace flowscent::capture
