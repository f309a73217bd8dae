// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/flow/note_taker.h"

namespace flowscent::flow {

/// A batch and where the reader stood after it.
struct ReadStep {
    PacketBatch batch;
    std::string source;          ///< name of the file at hand
    std::uint64_t bytesDone = 0; ///< over all files, as it lies on disk
    std::uint64_t bytesTotal = 0;
};

/// Reads captures and decodes their packets, batch by batch: by itself when it is asked, or ahead on a thread of its
/// own, with the same batches in the same order. The object belongs to one thread; the other is its own business.
class CaptureReader {
public:
    /// `notes` as the flows' half wants them. `files` may be missing or damaged: see `damage`. `stop` ends also waiting
    /// for a pipe.
    CaptureReader(const std::vector<std::filesystem::path>& files, const NoteSettings& notes, bool ahead,
                  const std::stop_token& stop);
    ~CaptureReader(); ///< stops reading
    CaptureReader(const CaptureReader&) = delete;
    CaptureReader& operator=(const CaptureReader&) = delete;

    /// Null at the end. Valid until the next call.
    [[nodiscard]] const ReadStep* next();
    /// As capture::MergedCapture says it; only after `next` gave null.
    [[nodiscard]] std::optional<base::Error> damage() const;
    [[nodiscard]] std::string remark() const;
    [[nodiscard]] const std::vector<capture::Descriptions>& descriptions() const;

private:
    class Packets;
    class Ahead;
    std::unique_ptr<Packets> m_packets;
    std::unique_ptr<Ahead> m_ahead; ///< null when it reads by itself
    ReadStep m_step;
    bool m_ended = false;
};

} // namespace flowscent::flow
