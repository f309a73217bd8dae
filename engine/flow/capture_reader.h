// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/flow/packet_note.h"

namespace flowscent::flow {

/// A batch and where the reader stood after it.
struct ReadStep {
    PacketBatch batch;
    std::string source;          ///< name of the file at hand
    std::uint64_t bytesDone = 0; ///< over all files
};

/// Reads captures and decodes their packets, batch by batch: by itself when it is asked, or ahead on a thread of its
/// own, with the same batches in the same order. The object belongs to one thread; the other is its own business.
class CaptureReader {
public:
    /// `seed` as the flows' half has it, see NoteTaker. `files` may be missing or damaged: see `damage`.
    CaptureReader(std::vector<std::filesystem::path> files, std::uint64_t seed, bool ahead);
    ~CaptureReader(); ///< stops reading
    CaptureReader(const CaptureReader&) = delete;
    CaptureReader& operator=(const CaptureReader&) = delete;

    /// Null at the end. Valid until the next call.
    [[nodiscard]] const ReadStep* next();
    /// The first thing that was wrong, in the order of the files; complete after `next` gave null.
    [[nodiscard]] const std::optional<base::Error>& damage() const;

private:
    class Files;
    class Ahead;
    std::unique_ptr<Files> m_files;
    std::unique_ptr<Ahead> m_ahead; ///< null when it reads by itself
    ReadStep m_step;
    bool m_ended = false;
};

} // namespace flowscent::flow
