// SPDX-License-Identifier: GPL-3.0-or-later
// replicate OUT.pcap BYTES [--snap N] [--fill] [CAPTURE|FOLDER...] - makes a large capture of small ones: as many
// copies of each as give BYTES, every copy with addresses of its own, begun at random within a minute for each copy,
// merged in order of time. Pauses of a capture are at most 5 s. Frames that are not Ethernet become it. The same input
// gives the same output. Without captures it takes those of this repository.
#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <queue>

#include <CLI/CLI.hpp>

#include "engine/base/random.h"
#include "tests/bench/address_rewriter.h"
#include "tests/bench/recording.h"

using namespace flowscent;
using bench::Packet;
using bench::Recording;

namespace {

constexpr std::int64_t windowPerCopy = 60'000'000; ///< microseconds
constexpr std::int64_t firstSecond = 1'700'000'000;
constexpr std::size_t recordHead = 16;

struct Settings {
    std::string output;
    std::uint64_t bytes = 0; ///< of the output
    std::uint32_t snap = 262'144;
    bool fill = false; ///< packets that were cut get bytes in place of those they have lost
    std::vector<std::string> captures;

    /// Bytes of a packet in the output.
    [[nodiscard]] std::uint32_t captured(const Packet& packet) const
    {
        return std::min(fill ? std::max(packet.captured, packet.original) : packet.captured, snap);
    }
};

/// One copy of one recording, and where it is.
struct Copy {
    std::int64_t due = 0; ///< of its next packet, microseconds since the output's first second
    std::uint32_t number = 0;
    std::uint32_t next = 0;
    std::int64_t start = 0;
    friend bool operator>(const Copy& one, const Copy& other)
    {
        return std::pair(one.due, one.number) > std::pair(other.due, other.number);
    }
};

/// A classic pcap file, little-endian and with microseconds (draft-ietf-opsawg-pcap).
class Output {
public:
    Output(const Settings& settings)
        : m_settings(settings)
        , m_noise(1U << 18)
    {
        base::Rng draw(2);
        std::ranges::generate(m_noise, [&draw] { return static_cast<std::uint8_t>(draw.next()); });
        m_file.rdbuf()->pubsetbuf(m_buffer.data(), static_cast<std::streamsize>(m_buffer.size()));
        m_file.open(settings.output, std::ios::binary);
        constexpr std::uint32_t version = 4U << 16 | 2U;
        write(std::array<std::uint32_t, 6>{0xa1b2c3d4, version, 0, 0, settings.snap, 1});
    }

    /// False when there is no room for it within the size asked for.
    bool add(const Recording& recording, const Packet& packet, std::int64_t time,
             const bench::AddressRewriter& rewriter)
    {
        const std::uint32_t captured = m_settings.captured(packet);
        if (m_written + recordHead + captured > m_settings.bytes)
            return false;
        const auto begin = recording.bytes.begin() + static_cast<std::ptrdiff_t>(packet.begin);
        m_frame.assign(begin, begin + packet.captured);
        if (m_settings.fill && packet.captured < packet.original) {
            const std::size_t missing = std::min<std::size_t>(packet.original - packet.captured, m_noise.size());
            const auto from = static_cast<std::ptrdiff_t>(m_packets * 61 % (m_noise.size() - missing + 1));
            m_frame.insert(m_frame.end(), m_noise.begin() + from,
                           m_noise.begin() + from + static_cast<std::ptrdiff_t>(missing));
        }
        if (packet.ip < m_frame.size())
            rewriter.rewrite(std::span(m_frame).subspan(packet.ip));
        m_frame.resize(captured);
        write(std::array<std::uint32_t, 4>{static_cast<std::uint32_t>(firstSecond + time / 1'000'000),
                                           static_cast<std::uint32_t>(time % 1'000'000), captured, packet.original});
        m_file.write(reinterpret_cast<const char*>(m_frame.data()), captured);
        m_written += captured;
        ++m_packets;
        return true;
    }

    bool finish()
    {
        m_file.close();
        std::cout << m_settings.output << ": " << m_packets << " packets, " << m_written << " bytes\n";
        return m_file.good();
    }

private:
    template <std::size_t count>
    void write(const std::array<std::uint32_t, count>& numbers)
    {
        m_file.write(reinterpret_cast<const char*>(numbers.data()), sizeof numbers);
        m_written += sizeof numbers;
    }

    const Settings& m_settings;
    std::vector<std::uint8_t> m_noise;
    std::vector<char> m_buffer = std::vector<char>(1U << 20);
    std::ofstream m_file;
    std::vector<std::uint8_t> m_frame;
    std::uint64_t m_written = 0;
    std::uint64_t m_packets = 0;
};

int run(const Settings& settings)
{
    const std::vector<Recording> recordings = bench::readRecordings(settings.captures);
    std::uint64_t once = 0;
    for (const Recording& recording : recordings) {
        for (const Packet& packet : recording.packets)
            once += recordHead + settings.captured(packet);
    }
    if (once == 0) {
        std::cerr << "there is no packet to replicate\n";
        return 1;
    }
    constexpr std::uint64_t fileHeader = 24;
    const std::uint64_t copies =
        std::max<std::uint64_t>(1, (settings.bytes - std::min(settings.bytes, fileHeader) + once - 1) / once);
    if (copies * recordings.size() > bench::AddressRewriter::most) {
        std::cerr << "that would be more copies than there are addresses: name more captures\n";
        return 1;
    }
    base::Rng draw(1);
    std::priority_queue<Copy, std::vector<Copy>, std::greater<>> waiting;
    std::vector<bench::AddressRewriter> rewriters;
    for (std::uint32_t number = 0; number < copies * recordings.size(); ++number) {
        const auto start = static_cast<std::int64_t>(draw.below(copies * windowPerCopy));
        waiting.push({.due = start, .number = number, .start = start});
        rewriters.emplace_back(number);
    }
    Output output(settings);
    while (!waiting.empty()) {
        Copy copy = waiting.top();
        waiting.pop();
        const Recording& recording = recordings[copy.number % recordings.size()];
        if (!output.add(recording, recording.packets[copy.next], copy.due, rewriters[copy.number]))
            break;
        if (++copy.next < recording.packets.size()) {
            copy.due = copy.start + recording.packets[copy.next].time;
            waiting.push(copy);
        }
    }
    if (output.finish())
        return 0;
    std::cerr << settings.output << ": cannot be written\n";
    return 1;
}

} // namespace

int main(int argc, char** argv)
{
    Settings settings;
    CLI::App program("Makes a large capture of small ones, for benchmarks");
    program.add_option("OUT", settings.output, "pcap file to write")->required();
    program.add_option("BYTES", settings.bytes, "How large it becomes: 1000000000, 1GB")
        ->required()
        ->transform(CLI::AsSizeValue(true));
    program.add_option("--snap", settings.snap, "Cut packets to this many bytes");
    program.add_flag("--fill", settings.fill, "Give packets that were cut bytes up to their length on the wire");
    program.add_option("CAPTURE", settings.captures, "Captures or folders; those of this repository without");
    CLI11_PARSE(program, argc, argv);
    if (settings.captures.empty())
        settings.captures = {FLOWSCENT_SOURCE_DIR "/resources/samples/first-hunt.pcap",
                             FLOWSCENT_SOURCE_DIR "/tests/data/captures"};
    return run(settings);
}
