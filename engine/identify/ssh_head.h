// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/identify/cursor.h"

namespace flowscent::identify {

/// What one side of an SSH connection says in the clear (RFC 4253, sections 4.2 and 7.1).
struct SshHead {
    std::string banner;           ///< "SSH-2.0-OpenSSH_9.2p1 Debian-2", any bytes
    std::string clientAlgorithms; ///< what HASSH is the MD5 of: key exchange, and encryption, MAC, compression outward
    std::string serverAlgorithms; ///< what hasshServer is: the same with the lists inward
};

/// Found once the algorithms are there; Incomplete with `banner` set before. Lines that a server sends ahead of its
/// banner are passed over.
[[nodiscard]] Finding parseSshHead(Bytes stream, SshHead& head);

} // namespace flowscent::identify
