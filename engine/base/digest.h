// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace flowscent::base {

/// SHA-1 (FIPS 180-4); only where a format asks for it, as Community ID does.
[[nodiscard]] std::array<std::uint8_t, 20> sha1(std::span<const std::uint8_t> bytes);

/// MD5 (RFC 1321) in lower-case hex; only where a format asks for it, as JA3 and HASSH do.
[[nodiscard]] std::string md5Hex(std::string_view text);

/// RFC 4648 base64 with padding.
[[nodiscard]] std::string base64(std::span<const std::uint8_t> bytes);

/// SHA-256 (FIPS 180-4) fed piece by piece. Movable, not thread-safe.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void add(std::span<const std::uint8_t> bytes);
    void add(std::string_view text);
    /// Lower-case hex of all that was added; starts anew afterwards.
    [[nodiscard]] std::string hex();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace flowscent::base
