// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <memory>

#include "engine/base/lane.h"
#include "engine/flow/flow_record.h"
#include "ui/session/packet_reader.h"

namespace flowscent::ui {

class Session;

/// Reads the packets of single flows again from the capture at hand, on a lane of its own. Latest request wins,
/// whatever it asks for. Belongs to the GUI thread.
class PacketDesk : public QObject {
    Q_OBJECT

public:
    /// The session outlives the desk.
    explicit PacketDesk(Session& session, QObject* parent = nullptr);
    ~PacketDesk() override;

    /// Answered by `packetsRead` with the flow's packets from `first` on. Places beyond its end give none.
    void read(flow::FlowId flow, std::size_t first = 0);
    /// Answered by `streamRead`.
    void readStream(flow::FlowId flow);
    /// What was asked for last has no answer; `stopped` says so at once.
    void stop();
    [[nodiscard]] bool busy() const { return m_busy; }

Q_SIGNALS:
    void progressed(double fraction);
    void packetsRead(flow::FlowId flow, std::shared_ptr<const FetchedPackets> packets);
    void streamRead(flow::FlowId flow, std::shared_ptr<const FlowStream> stream);
    void stopped(); ///< as asked, for another request, or because the capture was closed

private:
    struct Asked;
    void ask(flow::FlowId flow, std::function<void(const Asked&, const std::stop_token&)> job);
    void forgetFiles();

    Session& m_session;
    std::shared_ptr<capture::PacketFetcher> m_fetcher; ///< of the capture at hand; used on the lane only
    std::uint64_t m_request = 0;
    bool m_busy = false;
    base::Lane m_lane{"packets"}; ///< last: ends before what its jobs use
};

} // namespace flowscent::ui
