// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/learn/training/curves.h"

/// A training's curves as TensorBoard's event files: records one after the other, each (tensorflow/core/lib/io/
/// record_writer.h) a 64-bit little-endian length, its masked CRC-32C, a protobuf message `tensorflow.Event`, and its
/// masked CRC-32C. Pure functions. Whoever appends the bytes of one call with one write has a file that is whole at any
/// moment but for its last record, which TensorBoard leaves out when it is torn.
namespace flowscent::learn {

/// "events.out.tfevents.1700000000.host": TensorBoard opens names with "tfevents" in them, those of one folder in the
/// order of their names. What could not stand in a file name becomes '_'.
[[nodiscard]] std::string eventFileName(std::int64_t secondsSince1970, std::string_view host);

/// The records that open a file: its version, then configuration and data hash as texts ("configuration/text_summary",
/// "data_sha256/text_summary", Markdown).
[[nodiscard]] std::string eventFileHead(double secondsSince1970, const CurveOrigin& origin);

/// One record with the point's numbers as scalars (curveColumns' tags, and "train/episodes"); those that are not finite
/// are left out.
[[nodiscard]] std::string eventRecord(double secondsSince1970, const CurvePoint& point);

} // namespace flowscent::learn
