// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/capture/packet_source.h"
#include "engine/detect/detector.h"
#include "engine/flow/flow_assembler.h"

namespace flowscent::detect {

/// At which moment a flow was judged.
enum class Stage : std::uint8_t { First8, First32, End };
[[nodiscard]] std::string_view text(Stage stage);

struct Alert {
    flow::FlowId flowId;
    flow::FlowRecord flow;
    float score = 0;
    Stage stage = Stage::End;
    base::Nanoseconds seenAt = 0; ///< capture time at which the verdict was given
};

struct LiveCounters {
    std::uint64_t flowsJudged = 0;
    std::uint64_t alerts = 0;
    flow::AssemblerCounters assembler;
    std::uint64_t dropped = 0;         ///< packets that the system or our own queue lost
    std::optional<base::Error> damage; ///< why the source ended early; what came before was judged
};

struct LiveSettings {
    std::size_t batch = 256;                                     ///< flows embedded together at most
    base::Nanoseconds patience = base::nanosecondsPerSecond / 5; ///< longest wait of a finished flow for its batch
    double replaySpeed = 0;                                      ///< 1 = as recorded, 2 = twice as fast, 0 = at once
    std::size_t queueCapacity = 65536;                           ///< packets between capture and detection lanes
};

/// Judges flows while packets come: the same assembler, features and scores as for a file, so that a replay alerts on
/// exactly the flows that scoring the file ranks above the threshold. One alert per flow and stage at most.
/// `onAlert` runs on the calling thread. Returns when the source ends or when stopped.
[[nodiscard]] base::Result<LiveCounters> detectOn(capture::PacketSource& source, const Detector& detector,
                                                  const learn::Encoder& encoder, const LiveSettings& settings,
                                                  const std::function<void(const Alert&)>& onAlert,
                                                  const std::stop_token& stop);

/// Where alerts come from; the same for all alerts of a run.
struct AlertOrigin {
    std::string source; ///< interface or capture
    std::string model;  ///< identity of the base model (BaseModel::identity), or its beginning
};

/// One alert as a line of Suricata-style EVE JSON (event_type "alert", with community_id and metadata.flowscent).
[[nodiscard]] std::string eveLine(const Alert& alert, const Detector& detector, const AlertOrigin& origin);

/// The servers named by alerts as a commented nftables script in its own table with
/// time-outs. Text only: nothing is ever applied.
[[nodiscard]] std::string nftScript(const std::vector<Alert>& alerts, const Detector& detector);

} // namespace flowscent::detect
