// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <span>

#include "engine/base/error.h"
#include "engine/learn/training/curves.h"

namespace flowscent::store {

/// Replaces the file as a whole: JSON when its name ends in ".json", else CSV (see learn/training/curves.h). Io errors.
[[nodiscard]] base::Result<void> saveCurves(std::span<const learn::CurvePoint> curve, const learn::CurveOrigin& origin,
                                            const std::filesystem::path& file);

/// A TensorBoard event file of one training run, which grows while the run goes on; TensorBoard may have it open. Every
/// point is one append, so a killed process leaves a torn last record at most. A run that is resumed begins a file of
/// its own in the same folder: TensorBoard reads them as one. Plain value, not thread-safe.
class EventFile {
public:
    /// Makes the folder where it is missing and begins a new file in it. Io error.
    [[nodiscard]] static base::Result<EventFile> create(const std::filesystem::path& folder,
                                                        const learn::CurveOrigin& origin);
    /// Io error when the disk is full, say; the points before it stay readable.
    [[nodiscard]] base::Result<void> add(const learn::CurvePoint& point) const;
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

private:
    explicit EventFile(std::filesystem::path path);

    std::filesystem::path m_path;
};

} // namespace flowscent::store
