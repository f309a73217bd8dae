// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/library/bundle.h"

#include "engine/store/library/plain_text.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace flowscent::store {

using base::Error;
using base::failure;
using nlohmann::json;

namespace {

constexpr std::size_t mostCaptures = 10'000;
constexpr std::size_t mostFlows = 20'000;
constexpr std::uint32_t mostExamples = 1'000'000;
constexpr std::uint32_t mostScores = 10'000'000;
constexpr std::uint32_t highestVersion = 999'999;
constexpr std::size_t longestWord = 200;
constexpr std::size_t longestReason = 10'000;
constexpr std::size_t digestLength = 64;

/// Thrown inside this file only, with what is wrong.
struct Unfit : std::runtime_error {
    using std::runtime_error::runtime_error;
};

void require(bool condition, const char* otherwise)
{
    if (!condition)
        throw Unfit(otherwise);
}

std::string textOf(const json& value, std::size_t most, Lines lines, const char* otherwise)
{
    auto text = value.get<std::string>();
    require(isPlainText(text, most, lines), otherwise);
    return text;
}

std::uint32_t countOf(const json& value, std::uint32_t most)
{
    require(value.is_number_unsigned() && value.get<std::uint64_t>() <= most,
            "a number of its examples makes no sense");
    return value.get<std::uint32_t>();
}

std::string digestOf(const json& value)
{
    auto digest = value.get<std::string>();
    const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    require(digest.size() == digestLength && std::ranges::all_of(digest, hex), "a digest is none");
    return digest;
}

/// "2026-11-27T22:49:39Z"
std::string timeOf(const json& value)
{
    auto time = value.get<std::string>();
    require(time.size() >= 20 && time.size() <= 30 && time.back() == 'Z' && base::parseIso(time).has_value(),
            "the time at which it was made is none");
    return time;
}

packet::Endpoint endpointFrom(const json& flow, const char* address, const char* port)
{
    const auto parsed = packet::parseAddress(flow.at(address).get_ref<const std::string&>());
    const json& number = flow.at(port);
    require(parsed.has_value() && number.is_number_unsigned() && number.get<std::uint64_t>() <= UINT16_MAX,
            "an end of a flow is none");
    return {*parsed, number.get<std::uint16_t>()};
}

json toJson(const FlowOrigin& flow)
{
    return {{"capture", flow.capture},
            {"community_id", flow.communityId},
            {"client", packet::text(flow.key.client.address)},
            {"client_port", flow.key.client.port},
            {"server", packet::text(flow.key.server.address)},
            {"server_port", flow.key.server.port},
            {"protocol", flow.key.protocol},
            {"start_epoch", base::epochText(flow.start)},
            {"label", flow.label}};
}

FlowOrigin flowFrom(const json& value, std::size_t captures)
{
    const json& capture = value.at("capture");
    const json& protocol = value.at("protocol");
    require(capture.is_number_unsigned() && capture.get<std::uint64_t>() < captures, "a flow is of a capture unnamed");
    require(protocol.is_number_unsigned() && protocol.get<std::uint64_t>() <= UINT8_MAX, "a flow's protocol is none");
    const auto start = base::parseEpoch(value.at("start_epoch").get_ref<const std::string&>());
    require(start.has_value(), "the start of a flow is no time");
    return {.capture = capture.get<std::uint32_t>(),
            .communityId = textOf(value.at("community_id"), longestWord, Lines::One, "a Community ID is none"),
            .key = {endpointFrom(value, "client", "client_port"), endpointFrom(value, "server", "server_port"),
                    protocol.get<std::uint8_t>()},
            .start = *start,
            .label = textOf(value.at("label"), longestWord, Lines::One, "a flow's label is no text")};
}

Provenance provenanceFrom(const json& value)
{
    Provenance provenance{
        .author = textOf(value.at("author"), longestWord, Lines::One, "the name of who made it is no text of one line"),
        .created = timeOf(value.at("created")),
        .why = textOf(value.at("why"), longestReason, Lines::Many, "the reason that it was made for is no text"),
        .from = textOf(value.at("from"), longestWord, Lines::One, "what it was made from is no text"),
        .captures = {},
        .flows = {}};
    const json& captures = value.at("captures");
    require(captures.is_array() && captures.size() <= mostCaptures, "its captures cannot be read");
    for (const json& capture : captures) {
        auto name = textOf(capture.at("name"), 4 * longestWord, Lines::One, "the name of a capture is no text");
        const json& digest = capture.at("sha256");
        provenance.captures.push_back({std::move(name), digest == "" ? std::string() : digestOf(digest)});
    }
    const json& flows = value.at("flows");
    require(flows.is_array() && flows.size() <= mostFlows, "its flows cannot be read");
    for (const json& flow : flows)
        provenance.flows.push_back(flowFrom(flow, captures.size()));
    return provenance;
}

json toJson(const Provenance& provenance)
{
    json captures = json::array();
    for (const CaptureOrigin& capture : provenance.captures)
        captures.push_back({{"name", capture.name}, {"sha256", capture.sha256}});
    json flows = json::array();
    for (const FlowOrigin& flow : provenance.flows)
        flows.push_back(toJson(flow));
    return {{"author", provenance.author}, {"created", provenance.created},   {"why", provenance.why},
            {"from", provenance.from},     {"captures", std::move(captures)}, {"flows", std::move(flows)}};
}

BundleSummary summaryFrom(const json& value)
{
    BundleSummary summary;
    summary.name = value.at("name").get<std::string>();
    require(checkName(summary.name).has_value(), "its name is none that a detector can have");
    summary.version = countOf(value.at("version"), highestVersion);
    summary.provenance = provenanceFrom(value.at("provenance"));
    summary.baseModel = digestOf(value.at("base_model"));
    summary.falseAlarmBudget = value.at("false_alarm_budget").get<double>();
    require(summary.falseAlarmBudget >= 0 && summary.falseAlarmBudget <= 0.5, "its share of false alarms is none");
    const json& seed = value.at("seed");
    require(seed.is_number_unsigned(), "its seed is none");
    summary.seed = seed.get<std::uint64_t>();
    const json& examples = value.at("examples");
    summary.threats = countOf(examples.at("threat"), mostExamples);
    summary.counters = countOf(examples.at("counter"), mostExamples);
    summary.backgrounds = countOf(examples.at("background"), mostExamples);
    require(summary.threats > 0 || summary.counters + summary.backgrounds == 0, "it has no example of its threat");
    const std::size_t flows = summary.provenance.flows.size();
    require(flows == 0 || flows == std::size_t{summary.threats} + summary.counters,
            "it names another number of flows than it has examples");
    const json& calibration = value.at("calibration");
    summary.calibrationScores = countOf(calibration.at("scores"), mostScores);
    summary.calibrationHours = calibration.at("hours").get<double>();
    require(std::isfinite(summary.calibrationHours) &&
                (summary.calibrationScores > 0 ? summary.calibrationHours > 0 : summary.calibrationHours == 0),
            "its calibration makes no sense");
    return summary;
}

} // namespace

std::string toJson(const BundleSummary& summary)
{
    const json value{
        {"name", summary.name},
        {"version", summary.version},
        {"provenance", toJson(summary.provenance)},
        {"base_model", summary.baseModel},
        {"false_alarm_budget", summary.falseAlarmBudget},
        {"seed", summary.seed},
        {"examples", {{"threat", summary.threats}, {"counter", summary.counters}, {"background", summary.backgrounds}}},
        {"calibration", {{"scores", summary.calibrationScores}, {"hours", summary.calibrationHours}}}};
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

base::Result<BundleSummary> bundleSummaryFromJson(std::string_view text)
try {
    const auto shallow = [](int depth, json::parse_event_t, json&) { return depth <= 8; };
    const json value = json::parse(text, shallow, false);
    if (!value.is_object())
        return failure(Error::Code::Model, "holds a description of the bundle that cannot be read");
    return summaryFrom(value);
} catch (const Unfit& unfit) {
    return failure(Error::Code::Model,
                   std::string("holds a description of the bundle that cannot be used: ") + unfit.what());
} catch (const json::exception&) {
    return failure(Error::Code::Model, "holds a description of the bundle that cannot be read");
}

} // namespace flowscent::store
