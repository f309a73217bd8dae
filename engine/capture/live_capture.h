// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/capture/packet_source.h"

namespace flowscent::capture {

struct LiveSettings {
    int snapLength = 262144; ///< bytes kept of each packet
    bool promiscuous = true;
    std::string filter;   ///< BPF as pcap_compile reads it; empty for everything
    int patienceMs = 100; ///< how long `next` waits before it returns nothing, so that clocks can expire flows
};

/// Packets of an interface as they come. Needs the right to capture (CAP_NET_RAW); a refusal is an Io error that names
/// the exact command that grants it. Not thread-safe. `next` returning nothing means "none yet" until `finished`.
class LiveCapture final : public PacketSource {
public:
    [[nodiscard]] static base::Result<LiveCapture> open(const std::string& interface, const LiveSettings& settings);
    ~LiveCapture() override;
    LiveCapture(LiveCapture&&) noexcept;
    LiveCapture& operator=(LiveCapture&&) noexcept;

    [[nodiscard]] base::Result<std::optional<PacketView>> next() override;
    [[nodiscard]] bool finished() const override;
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::uint64_t bytesDone() const override;
    [[nodiscard]] std::uint64_t bytesTotal() const override { return 0; }
    [[nodiscard]] bool live() const override { return true; }
    [[nodiscard]] std::uint64_t dropped() const override;

private:
    struct State;
    explicit LiveCapture(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace flowscent::capture
