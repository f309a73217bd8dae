// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/live_detector.h"

#include "engine/base/bounded_queue.h"
#include "engine/features/extract.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

namespace flowscent::detect {

using capture::PacketSource;
using capture::PacketView;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t earlyPackets = 8;
constexpr std::uint32_t laterPackets = 32;
constexpr double longestPause = 9e15; ///< ns, a hundred days: a replay's clock may claim centuries

base::Nanoseconds wallClock()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// Collects flows that are due for a verdict and judges them in batches.
class Judge {
public:
    Judge(const Detector& detector, const learn::Encoder& encoder, const std::function<void(const Alert&)>& onAlert)
        : m_detector(detector)
        , m_encoder(encoder)
        , m_onAlert(onAlert)
    {
    }

    void add(flow::FlowId id, const flow::FlowView& seen)
    {
        if (m_waiting.empty())
            m_oldest = Clock::now();
        flow::FlowRecord record = seen.record();
        const std::uint64_t packets = seen.packets[flow::outward] + seen.packets[flow::inward];
        const Stage stage = record.end != flow::FlowEnd::Open ? Stage::End
                            : packets < laterPackets          ? Stage::First8
                                                              : Stage::First32;
        m_features.append(features::extract(record));
        m_waiting.push_back({id, std::move(record), 0, stage, 0});
    }

    [[nodiscard]] bool due(const LiveSettings& settings) const
    {
        return m_waiting.size() >= settings.batch ||
               (!m_waiting.empty() && Clock::now() - m_oldest >= std::chrono::nanoseconds(settings.patience));
    }

    base::Result<void> judge(base::Nanoseconds now, LiveCounters& counters)
    {
        if (m_waiting.empty())
            return {};
        const auto flows = describe(m_encoder, m_features, {}, {});
        if (!flows)
            return base::failure(flows.error());
        const auto scores = score(m_detector, *flows);
        counters.flowsJudged += scores.size();
        for (std::size_t i = 0; i < scores.size(); ++i) {
            if (verdict(scores[i]) != Verdict::Threat)
                continue;
            m_waiting[i].score = scores[i];
            m_waiting[i].seenAt = now;
            ++counters.alerts;
            m_onAlert(m_waiting[i]);
        }
        m_waiting.clear();
        m_features = {};
        return {};
    }

private:
    const Detector& m_detector;
    const learn::Encoder& m_encoder;
    const std::function<void(const Alert&)>& m_onAlert;
    std::vector<Alert> m_waiting;
    features::FeatureSet m_features;
    Clock::time_point m_oldest;
};

/// Holds packets of a file back until their time has come.
class Pacer {
public:
    explicit Pacer(double speed)
        : m_speed(speed)
    {
    }

    void wait(base::Nanoseconds time, const std::stop_token& stop)
    {
        if (m_speed <= 0)
            return;
        if (!m_started) {
            m_started = true;
            m_first = time;
        }
        const double later = (static_cast<double>(time) - static_cast<double>(m_first)) / m_speed;
        const auto due =
            m_begun + std::chrono::nanoseconds(static_cast<std::int64_t>(std::clamp(later, 0.0, longestPause)));
        while (Clock::now() < due && !stop.stop_requested())
            std::this_thread::sleep_for(std::min<Clock::duration>(50ms, due - Clock::now()));
    }

private:
    double m_speed;
    Clock::time_point m_begun = Clock::now();
    base::Nanoseconds m_first = 0;
    bool m_started = false;
};

struct OwnedPacket {
    std::vector<std::uint8_t> bytes;
    PacketView view;
};

/// Takes packets off the interface on a thread of its own; when detection falls behind, packets are dropped and
/// counted, never the capture held up.
class CaptureLane {
public:
    CaptureLane(PacketSource& source, std::size_t capacity)
        : m_queue(capacity)
        , m_thread([this, &source](const std::stop_token& stop) { run(source, stop); })
    {
    }

    std::optional<OwnedPacket> pop(const std::stop_token& stop) { return m_queue.pop(stop, 50ms); }
    [[nodiscard]] bool finished() const { return m_queue.finished(); }
    [[nodiscard]] std::uint64_t dropped() const { return m_queue.dropped(); }
    /// Why the source ended; read it once `finished`.
    [[nodiscard]] const std::optional<base::Error>& trouble() const { return m_trouble; }

private:
    void run(PacketSource& source, const std::stop_token& stop)
    {
        while (!stop.stop_requested() && !source.finished()) {
            const auto packet = source.next();
            if (!packet)
                m_trouble = packet.error();
            if (!packet)
                break;
            if (*packet)
                m_queue.tryPush({{(*packet)->bytes.begin(), (*packet)->bytes.end()}, **packet});
        }
        m_queue.close();
    }

    base::BoundedQueue<OwnedPacket> m_queue;
    std::optional<base::Error> m_trouble;
    std::jthread m_thread;
};

/// The stream's state: flows in the making, verdicts in the making, and counts.
struct Stream {
    Judge judge;
    flow::FlowAssembler assembler;
    const LiveSettings& settings;
    LiveCounters counters;
    base::Nanoseconds now = 0;

    Stream(const Detector& detector, const learn::Encoder& encoder, const LiveSettings& liveSettings,
           const std::function<void(const Alert&)>& onAlert)
        : judge(detector, encoder, onAlert)
        , assembler({.keepPlaces = false, .checkpoints = {earlyPackets, laterPackets}},
                    [this](flow::FlowId id, const flow::FlowView& seen) { judge.add(id, seen); })
        , settings(liveSettings)
    {
    }
    Stream(const Stream&) = delete;

    base::Result<void> take(const PacketView& packet)
    {
        now = std::max(now, packet.time);
        assembler.add(packet);
        return judge.due(settings) ? judge.judge(now, counters) : base::Result<void>{};
    }

    base::Result<LiveCounters> finish(std::uint64_t dropped)
    {
        assembler.finish();
        if (auto judged = judge.judge(now, counters); !judged)
            return base::failure(judged.error());
        counters.assembler = assembler.counters();
        counters.dropped = dropped;
        return counters;
    }
};

base::Result<LiveCounters> replay(PacketSource& source, Stream& stream, const std::stop_token& stop)
{
    Pacer pacer(stream.settings.replaySpeed);
    std::optional<base::Error> damage;
    while (!stop.stop_requested()) {
        const auto packet = source.next();
        if (!packet)
            damage = packet.error();
        if (!packet || !*packet)
            break;
        pacer.wait((*packet)->time, stop);
        if (auto taken = stream.take(**packet); !taken)
            return base::failure(taken.error());
    }
    auto counters = stream.finish(0);
    if (counters)
        counters->damage = damage;
    return counters;
}

base::Result<LiveCounters> listen(PacketSource& source, Stream& stream, const std::stop_token& stop)
{
    CaptureLane lane(source, stream.settings.queueCapacity);
    while (!stop.stop_requested() && !lane.finished()) {
        base::Result<void> judged;
        if (const auto packet = lane.pop(stop)) {
            PacketView view = packet->view;
            view.bytes = packet->bytes;
            judged = stream.take(view);
        } else {
            stream.now = std::max(stream.now, wallClock());
            stream.assembler.advanceTo(stream.now);
            if (stream.judge.due(stream.settings))
                judged = stream.judge.judge(stream.now, stream.counters);
        }
        if (!judged)
            return base::failure(judged.error());
    }
    auto counters = stream.finish(lane.dropped() + source.dropped());
    if (counters && lane.finished() && lane.trouble())
        counters->damage = lane.trouble();
    return counters;
}

} // namespace

base::Result<LiveCounters> detectOn(PacketSource& source, const Detector& detector, const learn::Encoder& encoder,
                                    const LiveSettings& settings, const std::function<void(const Alert&)>& onAlert,
                                    const std::stop_token& stop)
{
    Stream stream(detector, encoder, settings, onAlert);
    return source.live() ? listen(source, stream, stop) : replay(source, stream, stop);
}

} // namespace flowscent::detect
