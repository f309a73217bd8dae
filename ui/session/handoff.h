// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <memory>
#include <stop_token>

#include "engine/base/error.h"
#include "engine/base/lane.h"
#include "engine/flow/flow_set.h"
#include "engine/flow/flow_table.h"

class QTemporaryDir;

namespace flowscent::ui {

class Session;

/// How much flows are, before anything is done with them.
struct FlowVolume {
    std::uint64_t flows = 0;
    std::uint64_t withPackets = 0; ///< flows that come from packets
    std::uint64_t packets = 0;     ///< of these
    std::uint64_t bytes = 0;       ///< of these, on the wire
};
[[nodiscard]] FlowVolume volumeOf(const flow::FlowTable& table, const flow::FlowSet& flows);

/// Gives chosen flows to Wireshark: writes a pcapng with exactly their packets into a private folder (readable by
/// nobody else, removed with this object) and starts the program with it. The program is the setting
/// "wireshark/program", or "wireshark" as PATH has it; it is started with an argument list, never through a shell.
/// Belongs to the GUI thread.
class Handoff : public QObject {
    Q_OBJECT

public:
    static constexpr std::uint64_t most = std::uint64_t{4} << 30;      ///< bytes: more is refused
    static constexpr std::uint64_t askFrom = std::uint64_t{256} << 20; ///< bytes: more is asked about first

    /// The session outlives it.
    explicit Handoff(Session& session, QObject* parent = nullptr);
    ~Handoff() override;

    [[nodiscard]] static QString program(); ///< empty when there is none
    /// Why these flows cannot be handed over; empty when they can.
    [[nodiscard]] QString refusal(const flow::FlowSet& flows) const;
    /// A question to be asked first; empty when none is needed.
    [[nodiscard]] QString question(const flow::FlowSet& flows) const;
    /// Answered by `opened` or `failed`; what is under way is stopped.
    void open(const flow::FlowSet& flows);
    void stop();
    [[nodiscard]] bool busy() const { return m_busy; }

Q_SIGNALS:
    void progressed(double fraction);
    void opened(const QString& file, quint64 packets);
    void failed(const base::Error& error);
    void stopped();

private:
    void start(const QString& file, quint64 packets);
    void fail(const base::Error& error);

    Session& m_session;
    std::unique_ptr<QTemporaryDir> m_folder;
    int m_files = 0; ///< written so far
    std::uint64_t m_request = 0;
    bool m_busy = false;
    base::Lane m_lane{"handing over"}; ///< last: ends before what its jobs use
};

} // namespace flowscent::ui
