// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "engine/logs/field_value.h"
#include "engine/logs/parsed_line.h"

namespace flowscent::logs {

/// The fields of Conn::Info that are read (https://docs.zeek.org, base/protocols/conn/main.zeek and
/// policy/protocols/conn/{vlan,community-id}-logging.zeek).
enum class ConnField : std::uint8_t {
    Time,
    OriginatorAddress,
    OriginatorPort,
    ResponderAddress,
    ResponderPort,
    Protocol,
    IpProtocol,
    Duration,
    OriginatorBytes,
    ResponderBytes,
    State,
    History,
    OriginatorPackets,
    OriginatorIpBytes,
    ResponderPackets,
    ResponderIpBytes,
    Vlan,
    CommunityId,
    Count
};
inline constexpr std::size_t connFields = static_cast<std::size_t>(ConnField::Count);

/// By the name that the log gives it ("id.orig_h"); nothing for fields that are not read.
[[nodiscard]] std::optional<ConnField> connField(std::string_view name);

/// One line's fields; nothing where the log has none or says that it is unset.
class ConnRow {
public:
    void set(ConnField field, FieldValue value) { m_values[static_cast<std::size_t>(field)] = value; }
    [[nodiscard]] const std::optional<FieldValue>& operator[](ConnField field) const
    {
        return m_values[static_cast<std::size_t>(field)];
    }

private:
    std::array<std::optional<FieldValue>, connFields> m_values;
};

/// Zeek's counts are of IP datagrams: `bytes` lack the frames' own headers. Payload sums carry no packet-wise spread.
[[nodiscard]] ParsedLine flowOf(const ConnRow& row);

} // namespace flowscent::logs
