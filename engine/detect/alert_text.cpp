// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/live_detector.h"

#include "engine/flow/community_id.h"

#include <algorithm>
#include <cctype>
#include <map>

#include <nlohmann/json.hpp>

namespace flowscent::detect {

using packet::IpAddress;

namespace {

std::string upper(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

/// A threat's name comes from a file that anybody may have written; in a comment it must stay one line.
std::string oneLine(std::string text)
{
    std::ranges::replace_if(
        text, [](unsigned char c) { return std::iscntrl(c) != 0; }, ' ');
    return text;
}

struct Offender {
    std::size_t alerts = 0;
    float highest = 0;
    base::Nanoseconds first = 0;
    base::Nanoseconds last = 0;
};

void writeSet(std::string& script, const char* name, const char* type, const std::map<IpAddress, Offender>& offenders,
              bool v6)
{
    script +=
        std::string("    set ") + name + " {\n        type " + type + "\n        flags timeout\n        timeout 1h\n";
    std::string elements;
    for (const auto& [address, offender] : offenders) {
        if (address.v6 != v6)
            continue;
        elements += "            " + packet::text(address) + " timeout 1h, # " + std::to_string(offender.alerts) +
                    " alerts, highest score " + std::to_string(offender.highest) + ", " +
                    base::isoText(offender.first) + " to " + base::isoText(offender.last) + "\n";
    }
    if (!elements.empty())
        script += "        elements = {\n" + elements + "        }\n";
    script += "    }\n";
}

} // namespace

std::string_view text(Stage stage)
{
    switch (stage) {
    case Stage::First8:
        return "first_8_packets";
    case Stage::First32:
        return "first_32_packets";
    case Stage::End:
        return "flow_end";
    }
    return "";
}

std::string eveLine(const Alert& alert, const Detector& detector, const AlertOrigin& origin)
{
    const flow::FlowRecord& record = alert.flow;
    const flow::FlowStatistics& statistics = record.statistics;
    const nlohmann::ordered_json line{{"timestamp", base::isoText(alert.seenAt)},
                                      {"flow_id", alert.flowId.value},
                                      {"in_iface", origin.source},
                                      {"event_type", "alert"},
                                      {"src_ip", packet::text(record.key.client.address)},
                                      {"src_port", record.key.client.port},
                                      {"dest_ip", packet::text(record.key.server.address)},
                                      {"dest_port", record.key.server.port},
                                      {"proto", upper(flow::protocolText(record.key.protocol))},
                                      {"community_id", flow::communityId(record.key)},
                                      {"alert",
                                       {{"action", "allowed"},
                                        {"gid", 1},
                                        {"signature_id", 0},
                                        {"rev", detector.revision},
                                        {"signature", "Flowscent: behaves like " + detector.threatName},
                                        {"category", "Few-shot behavioural detection"},
                                        {"severity", 2}}},
                                      {"flow",
                                       {{"pkts_toserver", statistics.packets[flow::outward]},
                                        {"pkts_toclient", statistics.packets[flow::inward]},
                                        {"bytes_toserver", statistics.bytes[flow::outward]},
                                        {"bytes_toclient", statistics.bytes[flow::inward]},
                                        {"start", base::isoText(record.start)},
                                        {"end", base::isoText(record.last)}}},
                                      {"metadata",
                                       {{"flowscent",
                                         {{"score", alert.score},
                                          {"threshold", alarmScore},
                                          {"stage", text(alert.stage)},
                                          {"threat", detector.threatName},
                                          {"method", text(detector.method)},
                                          {"threat_examples", detector.threatExamples},
                                          {"revision", detector.revision},
                                          {"model", origin.model},
                                          {"start_epoch", base::epochText(record.start)}}}}}};
    return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string nftScript(const std::vector<Alert>& alerts, const Detector& detector)
{
    std::map<IpAddress, Offender> servers;
    for (const Alert& alert : alerts) {
        Offender& offender = servers[alert.flow.key.server.address];
        offender.first = offender.alerts == 0 ? alert.flow.start : std::min(offender.first, alert.flow.start);
        offender.last = std::max(offender.last, alert.flow.last);
        offender.highest = std::max(offender.highest, alert.score);
        ++offender.alerts;
    }
    std::string script =
        "#!/usr/sbin/nft -f\n"
        "# A proposal by Flowscent. NOTHING HAS BEEN APPLIED.\n"
        "# Servers spoken to in flows that behave like \"" +
        oneLine(detector.threatName) +
        "\". Read the list; a shared server (CDN, DNS, mail) may stand in it.\n"
        "# Check:  nft -c -f THIS_FILE    apply:  nft -f THIS_FILE    undo:  nft delete table inet flowscent\n"
        "# Every address expires by itself after one hour.\n\n"
        "table inet flowscent\ndelete table inet flowscent\ntable inet flowscent {\n";
    writeSet(script, "servers4", "ipv4_addr", servers, false);
    writeSet(script, "servers6", "ipv6_addr", servers, true);
    script += "    chain output {\n        type filter hook output priority 0; policy accept;\n"
              "        ip daddr @servers4 counter drop\n        ip6 daddr @servers6 counter drop\n    }\n"
              "    chain forward {\n        type filter hook forward priority 0; policy accept;\n"
              "        ip daddr @servers4 counter drop\n        ip6 daddr @servers6 counter drop\n    }\n}\n";
    return script;
}

} // namespace flowscent::detect
