// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace flowscent::wan {

using Time = std::chrono::nanoseconds; ///< since an origin that the caller chooses; never runs backwards

/// xoshiro256** of Blackman and Vigna (prng.di.unimi.it), its state filled by splitmix64. One stream a pipe: the seed
/// and the pipe's name decide its numbers, so that another link in the file changes nothing for this one.
class Rng {
public:
    Rng(std::uint64_t seed, std::string_view stream);
    std::uint64_t next();
    double uniform(); ///< [0, 1), 53 bits
    double normal();  ///< standard normal, Box and Muller: always two numbers of the stream

private:
    std::array<std::uint64_t, 4> m_state;
};

/// How much longer than the shortest way a packet takes.
struct Jitter {
    enum class Shape { None, Gamma, Lognormal, Normal };
    Shape shape = Shape::None;
    double first = 0;  ///< gamma: shape (no unit); lognormal: median in ms; normal: mean in ms
    double second = 0; ///< gamma: scale in ms; lognormal: sigma of the logarithm (no unit); normal: deviation in ms
};

/// The jitter's distribution as a function of a standard normal variate, so that draws can be correlated in time and
/// still be distributed as asked. Never negative (that is where the normal one is clipped), never above `longest`.
class JitterQuantiles {
public:
    static constexpr Time longest = std::chrono::seconds(5);

    explicit JitterQuantiles(const Jitter& jitter);
    [[nodiscard]] Time at(double normal) const;

private:
    Jitter m_jitter;
    std::vector<double> m_gamma; // of scale 1, at equal steps of the normal variate
};

/// Loss in bursts (Gilbert 1960, Elliott 1963): the state changes before each packet. Per packet, all 0 to 1. In the
/// long run (toGood * inGood + toBad * inBad) / (toBad + toGood) of the packets are lost.
struct Loss {
    double toBad = 0;
    double toGood = 1;
    double inGood = 0;
    double inBad = 0;
};

/// One direction of a link. Bytes are those of the IP packet.
struct PipeSettings {
    std::uint64_t rate = 0;  ///< kbit/s; 0: no limit, no queue
    std::uint64_t queue = 0; ///< bytes that may wait or be on their way onto the wire; what comes on top is dropped
    Time delay{};            ///< no packet is faster
    Jitter jitter;
    Time memory{}; ///< time after which jitter has forgotten itself (1/e); 0: every packet draws anew
    Loss loss;
    double reorder = 0; ///< share of packets held back, so that later ones overtake
    Time reorderBy{};   ///< held back for half to one and a half times this
    double duplicate = 0;
};

/// What happened to one packet in a pipe.
struct Passage {
    bool queueFull = false;
    bool lost = false;
    bool reordered = false;
    bool duplicated = false;
    Time leaves{}; ///< meaningless if the packet does not
};

/// Rate, queue, loss and delay of one direction, packet by packet. Keeps the order of packets that are not reordered.
/// Every packet takes the same count of numbers from the stream, whatever happens to it: the fate of packet n depends
/// on the seed and n, not on the moment (only queues and correlated jitter do). Not thread-safe.
class Pipe {
public:
    Pipe(const PipeSettings& settings, std::uint64_t seed, std::string_view name);

    /// Arrivals must not run backwards.
    Passage pass(Time arrival, std::size_t bytes);

private:
    bool isLost(double change, double loss);
    Time jitterAt(Time arrival, double normal);
    bool fits(Time arrival, std::size_t bytes) const;
    Time transmit(Time arrival, std::size_t bytes);

    PipeSettings m_settings;
    JitterQuantiles m_quantiles;
    Rng m_rng;
    bool m_bad = false;
    double m_normal = 0;    // where correlated jitter stands
    Time m_lastArrival{-1}; // of the packet before; negative: there was none
    Time m_busyUntil{};     // the wire is taken until then
    Time m_lastLeaves{};    // nothing in order leaves before
};

} // namespace flowscent::wan
