// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>

#include <memory>

#include "engine/base/error.h"
#include "engine/base/lane.h"
#include "ui/session/dissection.h"

class QProcess;
class QTemporaryDir;
class QTimer;

namespace flowscent::ui {

/// Lets tshark take packets apart: they are written to a private folder, tshark reads them with name resolution off
/// (nothing leaves the machine), and what it says is read on a lane. Latest request wins. tshark is ended when it takes
/// longer than `timeout`, says more than 64 MiB, or when its answer is no longer wanted. Belongs to the GUI thread.
class Dissector : public QObject {
    Q_OBJECT

public:
    explicit Dissector(QObject* parent = nullptr);
    ~Dissector() override;

    /// Why nothing can be dissected here; empty when it can.
    [[nodiscard]] static QString missing();
    /// Takes the first `count` of the packets apart. Answered by `dissected` or `failed`.
    void dissect(const std::shared_ptr<const FetchedPackets>& packets, std::size_t count);
    void stop(); ///< says `stopped` when something was under way
    [[nodiscard]] bool busy() const { return m_busy; }
    void setTimeout(int milliseconds) { m_timeout = milliseconds; }

Q_SIGNALS:
    void progressed(double fraction);
    void dissected(std::shared_ptr<const Dissection> dissection);
    void failed(const base::Error& error);
    void stopped();

private:
    void run(std::uint64_t request, const QString& file);
    void take();
    void finish(bool whole);
    void fail(base::Error::Code code, const QString& what);
    void endProcess();

    std::unique_ptr<QTemporaryDir> m_folder;
    QProcess* m_process = nullptr;
    QTimer* m_patience;
    QByteArray m_said;
    QByteArray m_complaint;
    std::shared_ptr<const FetchedPackets> m_packets;
    std::size_t m_count = 0;
    std::size_t m_seen = 0; ///< packets that tshark has begun to speak of
    int m_timeout = 60'000; ///< ms
    std::uint64_t m_request = 0;
    bool m_busy = false;
    base::Lane m_lane{"dissecting"}; ///< last: ends before what its jobs use
};

} // namespace flowscent::ui
