// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/error.h"
#include "engine/capture/byte_stream.h"
#include "engine/capture/descriptor.h"

/// For the readers of this module only.
namespace flowscent::capture {

/// Writes everything a stream still has into a file without a name: in memory when it is small, else in TMPDIR or
/// /var/tmp. What comes before damage is kept. Io error in a sentence when there is no room.
[[nodiscard]] base::Result<Descriptor> unpackedCopy(ByteStream& stream);

} // namespace flowscent::capture
