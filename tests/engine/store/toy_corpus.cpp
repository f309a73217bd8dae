// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/store/toy_corpus.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace flowscent::test {

namespace fs = std::filesystem;

Bytes toyTalks(const std::vector<ToyTalk>& talks)
{
    std::vector<Conversation> conversations;
    for (std::size_t i = 0; i < talks.size(); ++i) {
        Conversation talk;
        talk.client = talks[i].client;
        talk.clientPort = talks[i].clientPort;
        talk.serverPort = 53;
        talk.now = seconds(1'700'000'000 + static_cast<std::int64_t>(i));
        conversations.push_back(talk.udpOut(talks[i].payload).udpIn(2 * talks[i].payload));
    }
    return pcap(merged(conversations));
}

Bytes toyCapture(const std::vector<std::uint16_t>& clientPorts)
{
    std::vector<ToyTalk> talks;
    for (const std::uint16_t port : clientPorts)
        talks.push_back({.clientPort = port});
    return toyTalks(talks);
}

std::string toyLabel(std::uint16_t clientPort, int second, const std::string& label)
{
    return "10.0.0.1," + std::to_string(clientPort) + ",10.0.0.2,53,UDP," + std::to_string(1'700'000'000 + second) +
           ".0," + label + "\n";
}

std::string toyLabels(const std::vector<std::uint16_t>& clientPorts, const std::string& label)
{
    std::string text = labelHeader;
    for (std::size_t i = 0; i < clientPorts.size(); ++i)
        text += toyLabel(clientPorts[i], static_cast<int>(i), label);
    return text;
}

void put(const fs::path& file, const std::string& text)
{
    put(file, Bytes(text.begin(), text.end()));
}

void put(const fs::path& file, const Bytes& bytes)
{
    fs::create_directories(file.parent_path());
    save(file, bytes);
}

std::string textOf(const fs::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::string wholeFolder(const fs::path& folder)
{
    std::vector<std::string> parts;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_directory())
            parts.push_back(entry.path().lexically_relative(folder).string() + "\n" + textOf(entry.path()) + "\n");
    }
    std::ranges::sort(parts);
    std::string text;
    for (const std::string& part : parts)
        text += part;
    return text;
}

} // namespace flowscent::test
