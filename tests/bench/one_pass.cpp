// SPDX-License-Identifier: GPL-3.0-or-later
// one_pass WHAT CAPTURE - one pass over a capture in a process of its own, so that whoever starts it can set its time
// and memory against other tools'. WHAT: bytes (read() only), pcap (an empty libpcap loop), flows (the whole table), or
// identified (the same with identities, as the window has it). Threads as cores allow.
#include "engine/flow/read_flows.h"

#include <array>
#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <pcap/pcap.h>
#include <unistd.h>

using namespace flowscent;

namespace {

int readBytes(const char* file)
{
    const int descriptor = open(file, O_RDONLY | O_CLOEXEC);
    std::vector<char> buffer(1U << 20);
    unsigned long long sum = 0;
    for (ssize_t got = 1; got > 0; sum += static_cast<unsigned long long>(got > 0 ? got : 0))
        got = read(descriptor, buffer.data(), buffer.size());
    close(descriptor);
    std::printf("%llu bytes\n", sum);
    return sum == 0 ? 1 : 0;
}

int emptyLoop(const char* file)
{
    std::array<char, PCAP_ERRBUF_SIZE> why{};
    const std::unique_ptr<pcap_t, decltype(&pcap_close)> source(pcap_open_offline(file, why.data()), pcap_close);
    if (!source) {
        std::fprintf(stderr, "%s\n", why.data());
        return 1;
    }
    unsigned long long packets = 0;
    pcap_pkthdr* header = nullptr;
    const unsigned char* packet = nullptr;
    while (pcap_next_ex(source.get(), &header, &packet) == 1)
        ++packets;
    std::printf("%llu packets\n", packets);
    return 0;
}

int readFlows(const char* file, bool identified)
{
    flow::AssemblerSettings settings;
    if (identified)
        settings.names = std::make_shared<identify::Names>();
    const auto read = flow::readFlows({file}, settings, {}, {}, {});
    if (!read) {
        std::fprintf(stderr, "%s\n", read.error().sentence().c_str());
        return 1;
    }
    std::printf("%llu packets %zu flows\n", static_cast<unsigned long long>(read->counters.packets),
                read->table->size());
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    const std::string_view what = argc == 3 ? argv[1] : "";
    if (what == "bytes")
        return readBytes(argv[2]);
    if (what == "pcap")
        return emptyLoop(argv[2]);
    if (what == "flows" || what == "identified")
        return readFlows(argv[2], what == "identified");
    std::fprintf(stderr, "usage: one_pass bytes|pcap|flows|identified CAPTURE\n");
    return 2;
}
