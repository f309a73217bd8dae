// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <memory>

#include "engine/base/error.h"
#include "engine/base/lane.h"
#include "ui/session/stream_lines.h"

namespace flowscent::ui {

/// Cuts streams into lines, looks for bytes in them and saves them, on a lane of its own. Of each kind of request the
/// latest wins. Belongs to the GUI thread.
class StreamDesk : public QObject {
    Q_OBJECT

public:
    explicit StreamDesk(QObject* parent = nullptr);
    ~StreamDesk() override;

    /// Answered by `laid`.
    void lay(const std::shared_ptr<const FlowStream>& stream, StreamMode mode, StreamSides sides);
    /// Answered by `found`.
    void find(const std::shared_ptr<const FlowStream>& stream, StreamSides sides, std::vector<std::uint8_t> needle,
              bool foldCase);
    /// Writes what these sides said, without the holes; answered by `saved` or `failed`.
    void save(const std::shared_ptr<const FlowStream>& stream, StreamSides sides, const QString& file);
    /// Answers that are under way are dropped.
    void forget();

Q_SIGNALS:
    void laid(std::shared_ptr<const StreamLines> lines);
    void found(std::shared_ptr<const StreamHits> hits);
    void saved(const QString& file, quint64 bytes);
    void failed(const base::Error& error);

private:
    std::uint64_t m_layRequest = 0;
    std::uint64_t m_findRequest = 0;
    std::stop_source m_layStop;
    std::stop_source m_findStop;
    base::Lane m_lane{"streams"}; ///< last: ends before what its jobs use
};

/// "0d 0a", "0D0A" or "0d:0a" as bytes; empty when it is none of these.
[[nodiscard]] std::vector<std::uint8_t> bytesOfHex(const QString& text);

} // namespace flowscent::ui
