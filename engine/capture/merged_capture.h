// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/capture/packet_source.h"

namespace flowscent::capture {

/// Several files as one capture in order of time: the earliest packet among the files' next ones comes next, of equal
/// ones that of the file named first; within a file the order stays as it is, also when its times run backwards. A file
/// is opened when its first packet is due, so that captures that follow one another are open one at a time; buffers
/// shrink when many overlap. Not thread-safe.
///
/// A file that cannot be read, or not to its end, ends there and is reported by `damage`; the others go on. `next`
/// fails with Cancelled only.
class MergedCapture final : public PacketSource {
public:
    /// `files[i]` gets PacketPlace::file == i; at most 65535. Of several files the first packets are looked at here.
    explicit MergedCapture(std::vector<std::filesystem::path> files, std::stop_token stop = {});
    ~MergedCapture() override;
    MergedCapture(MergedCapture&&) noexcept;
    MergedCapture& operator=(MergedCapture&&) noexcept;

    [[nodiscard]] base::Result<std::optional<PacketView>> next() override;
    /// As CaptureFile has it.
    [[nodiscard]] bool nextBuffered(PacketView& packet);
    [[nodiscard]] bool finished() const override;
    [[nodiscard]] std::string name() const override; ///< of the file that gave the last packet
    [[nodiscard]] std::uint64_t bytesDone() const override;
    [[nodiscard]] std::uint64_t bytesTotal() const override;
    [[nodiscard]] std::string remark() const override;

    /// Of each file that has ended, by its index; empty for the others.
    [[nodiscard]] const std::vector<Descriptions>& descriptions() const;
    /// What went wrong so far: the first such file in the order given, and how many more, by name.
    [[nodiscard]] std::optional<base::Error> damage() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace flowscent::capture
