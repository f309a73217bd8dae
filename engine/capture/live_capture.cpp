// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/capture/live_capture.h"

#include <pcap/pcap.h>

#include <array>

#include <poll.h>

namespace flowscent::capture {

using base::Error;
using base::failure;

namespace {

struct ClosePcap {
    void operator()(pcap* handle) const noexcept { pcap_close(handle); }
};
using PcapHandle = std::unique_ptr<pcap, ClosePcap>;

} // namespace

struct LiveCapture::State {
    PcapHandle handle;
    std::string interface;
    std::uint64_t bytes = 0;
    int patienceMs = 0;
    int linkType = 0;
    bool nanoseconds = true;
    bool finished = false;

    int read(pcap_pkthdr** header, const u_char** packet);
};

/// libpcap's own time-out only bounds how long packets are gathered: on a silent interface its blocking read never
/// returns. So we wait ourselves.
int LiveCapture::State::read(pcap_pkthdr** header, const u_char** packet)
{
    const int outcome = pcap_next_ex(handle.get(), header, packet);
    if (outcome != 0)
        return outcome;
    pollfd ready{.fd = pcap_get_selectable_fd(handle.get()), .events = POLLIN, .revents = 0};
    poll(&ready, 1, patienceMs);
    return pcap_next_ex(handle.get(), header, packet);
}

namespace {

Error activationError(int code, pcap* handle, const std::string& interface)
{
    if (code == PCAP_ERROR_PERM_DENIED)
        return {
            Error::Code::Io,
            "you have no permission to capture; grant it with: sudo setcap cap_net_raw+ep $(command -v flowscent-cli)",
            interface};
    if (code == PCAP_ERROR_NO_SUCH_DEVICE)
        return {Error::Code::Io, "there is no such interface", interface};
    const std::string detail = pcap_geterr(handle);
    return {Error::Code::Io, "cannot be captured: " + (detail.empty() ? pcap_statustostr(code) : detail), interface};
}

base::Result<void> setFilter(pcap* handle, const LiveSettings& settings, const std::string& interface)
{
    if (settings.filter.empty())
        return {};
    bpf_program program{};
    if (pcap_compile(handle, &program, settings.filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
        return failure(Error::Code::Argument,
                       "the capture filter is not understood: " + std::string(pcap_geterr(handle)), interface);
    const int outcome = pcap_setfilter(handle, &program);
    pcap_freecode(&program);
    if (outcome != 0)
        return failure(Error::Code::Io, "the capture filter cannot be set: " + std::string(pcap_geterr(handle)),
                       interface);
    return {};
}

} // namespace

LiveCapture::LiveCapture(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}
LiveCapture::~LiveCapture() = default;
LiveCapture::LiveCapture(LiveCapture&&) noexcept = default;
LiveCapture& LiveCapture::operator=(LiveCapture&&) noexcept = default;

base::Result<LiveCapture> LiveCapture::open(const std::string& interface, const LiveSettings& settings)
{
    std::array<char, PCAP_ERRBUF_SIZE> reason{};
    auto state = std::make_unique<State>();
    state->interface = interface;
    state->handle.reset(pcap_create(interface.c_str(), reason.data()));
    pcap* handle = state->handle.get();
    if (handle == nullptr)
        return failure(Error::Code::Io, std::string("cannot be captured: ") + reason.data(), interface);
    pcap_set_snaplen(handle, settings.snapLength);
    pcap_set_promisc(handle, settings.promiscuous ? 1 : 0);
    pcap_set_timeout(handle, settings.patienceMs);
    pcap_set_buffer_size(handle, 16 << 20);
    pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
    if (const int code = pcap_activate(handle); code < 0)
        return failure(activationError(code, handle, interface));
    if (auto outcome = setFilter(handle, settings, interface); !outcome)
        return failure(outcome.error());
    if (pcap_setnonblock(handle, 1, reason.data()) != 0)
        return failure(Error::Code::Io, std::string("cannot be captured: ") + reason.data(), interface);
    state->linkType = pcap_datalink(handle);
    state->nanoseconds = pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO;
    state->patienceMs = settings.patienceMs;
    return LiveCapture(std::move(state));
}

base::Result<std::optional<PacketView>> LiveCapture::next()
{
    State& state = *m_state;
    if (state.finished)
        return std::optional<PacketView>{};
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    const int outcome = state.read(&header, &bytes);
    if (outcome == 0)
        return std::optional<PacketView>{};
    if (outcome < 0) {
        state.finished = true;
        return failure(Error::Code::Io, "the interface stopped: " + std::string(pcap_geterr(state.handle.get())),
                       state.interface);
    }
    state.bytes += header->caplen;
    PacketView packet;
    packet.bytes = {bytes, header->caplen};
    packet.originalLength = header->len;
    packet.time = static_cast<base::Nanoseconds>(header->ts.tv_sec) * base::nanosecondsPerSecond +
                  static_cast<base::Nanoseconds>(header->ts.tv_usec) * (state.nanoseconds ? 1 : 1000);
    packet.linkType = state.linkType;
    return std::optional(packet);
}

bool LiveCapture::finished() const
{
    return m_state->finished;
}
std::string LiveCapture::name() const
{
    return m_state->interface;
}
std::uint64_t LiveCapture::bytesDone() const
{
    return m_state->bytes;
}
std::uint64_t LiveCapture::dropped() const
{
    pcap_stat statistics{};
    if (pcap_stats(m_state->handle.get(), &statistics) != 0)
        return 0;
    return statistics.ps_drop;
}

} // namespace flowscent::capture
