// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/library/retro_hunt.h"

#include "engine/flow/read_flows.h"
#include "engine/store/library/base_in_use.h"

#include <algorithm>
#include <array>
#include <map>

namespace flowscent::store {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

namespace {

constexpr std::uint32_t flowsPerBlock = 8192; ///< 10 MB of features

/// Hunters whose detectors have one base model, and that model ready to embed.
struct Pack {
    BaseInUse base;
    std::vector<std::size_t> hunters;
};

base::Result<std::vector<Pack>> packsOf(const std::vector<Hunter>& hunters, const EncoderSource& encoders)
{
    std::vector<Pack> packs;
    std::map<std::string, std::size_t> placeOf; // by identity of the base model
    for (std::size_t hunter = 0; hunter < hunters.size(); ++hunter) {
        const auto& model = hunters[hunter].detector.base;
        const auto [place, fresh] = placeOf.emplace(model->identity(), packs.size());
        if (fresh) {
            auto encoder = encoders(model);
            if (!encoder)
                return failure(encoder.error());
            auto base = BaseInUse::of(std::move(*encoder));
            if (!base)
                return failure(base.error());
            packs.push_back({std::move(*base), {}});
        }
        packs[place->second].hunters.push_back(hunter);
    }
    return packs;
}

features::FeatureSet featuresOf(const flow::FlowTable& table, std::uint32_t from, std::uint32_t to)
{
    features::FeatureSet block;
    for (std::uint32_t row = from; row < to; ++row)
        block.append(features::extract(table.record(flow::FlowId(row))));
    return block;
}

using Scores = std::vector<std::vector<float>>; ///< per hunter, per flow

base::Result<Scores> scoreAll(const flow::FlowTable& table, const std::vector<Pack>& packs,
                              const std::vector<Hunter>& hunters, const std::stop_token& stop)
{
    Scores scores(hunters.size());
    const auto flows = static_cast<std::uint32_t>(table.size());
    for (std::uint32_t from = 0; from < flows; from += std::min(flowsPerBlock, flows - from)) {
        const auto block = featuresOf(table, from, from + std::min(flowsPerBlock, flows - from));
        for (const Pack& pack : packs) {
            const auto numbers = pack.base.describe(block, stop);
            if (!numbers)
                return failure(numbers.error());
            for (const std::size_t hunter : pack.hunters)
                std::ranges::copy(detect::score(hunters[hunter].detector, *numbers),
                                  std::back_inserter(scores[hunter]));
        }
        if (stop.stop_requested())
            return failure(Error::Code::Cancelled, "stopped");
    }
    return scores;
}

/// One hunter's flows of one capture.
struct Round {
    const fs::path& file;
    const Hunter& hunter;
    const flow::FlowTable& table;
    const std::vector<float>& scores;
};

CaptureFinding finding(const Round& round)
{
    CaptureFinding found;
    for (std::size_t row = 0; row < round.scores.size(); ++row) {
        found.best = std::max(found.best, round.scores[row]);
        if (round.scores[row] < detect::alarmScore)
            continue;
        const base::Nanoseconds start = round.table.start[row];
        const base::Nanoseconds last = round.table.last[row];
        found.firstSeen = found.hits == 0 ? start : std::min(found.firstSeen, start);
        found.lastSeen = found.hits == 0 ? last : std::max(found.lastSeen, last);
        ++found.hits;
    }
    return found;
}

base::Result<void> tell(const Round& round, bool everyFlow, const HitSink& told)
{
    const auto ranks = detect::ranks(round.scores);
    for (const std::uint32_t row : detect::rankedRows(round.scores)) {
        if (!everyFlow && round.scores[row] < detect::alarmScore)
            break;
        if (auto taken = told({.capture = round.file,
                               .hunter = round.hunter,
                               .table = round.table,
                               .flow = flow::FlowId(row),
                               .score = round.scores[row],
                               .rank = ranks[row]});
            !taken)
            return taken;
    }
    return {};
}

bool isCaptureName(std::string name)
{
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    for (const std::string_view packed : {".gz", ".xz", ".zst", ".lz4", ".bz2"}) {
        if (name.ends_with(packed)) {
            name.resize(name.size() - packed.size());
            break;
        }
    }
    constexpr std::array<std::string_view, 4> endings{".pcap", ".pcapng", ".cap", ".zip"};
    return std::ranges::any_of(endings, [&name](std::string_view ending) { return name.ends_with(ending); });
}

base::Result<std::vector<fs::path>> capturesBelow(const fs::path& folder)
{
    std::vector<fs::path> captures;
    std::error_code reason;
    constexpr auto options = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator at(folder, options, reason), end; !reason && at != end;
         at.increment(reason)) {
        std::error_code unknown;
        if (at->is_regular_file(unknown) && isCaptureName(at->path().filename().string()))
            captures.push_back(at->path());
    }
    if (reason)
        return failure(Error::Code::Io, "cannot be read: " + reason.message(), folder.string());
    std::ranges::sort(captures);
    return captures;
}

} // namespace

base::Result<RetroReport> retroHunt(const std::vector<fs::path>& captures, const std::vector<Hunter>& hunters,
                                    const RetroSettings& settings, const EncoderSource& encoders, const HitSink& told,
                                    const base::ProgressSink& progress, const std::stop_token& stop)
{
    if (captures.empty() || hunters.empty())
        return failure(Error::Code::Argument,
                       captures.empty() ? "there is no capture to hunt in" : "there is no detector to hunt with");
    const auto packs = packsOf(hunters, encoders);
    if (!packs)
        return failure(packs.error());
    RetroReport report;
    for (std::size_t i = 0; i < captures.size(); ++i) {
        if (progress)
            progress({"hunting in " + captures[i].filename().string(), i, captures.size()});
        const auto read = flow::readFlows({captures[i]}, {}, {}, {}, stop);
        if (stop.stop_requested() || (read && read->cancelled)) {
            report.cancelled = true;
            return report;
        }
        HuntedCapture& hunted = report.captures.emplace_back(HuntedCapture{.file = captures[i]});
        if (!read) {
            hunted.damage = read.error();
            hunted.skipped = true;
            continue;
        }
        hunted.flows = read->table->size();
        hunted.damage = read->damage;
        hunted.remark = read->remark;
        const auto scores = scoreAll(*read->table, *packs, hunters, stop);
        if (!scores && scores.error().code == Error::Code::Cancelled) {
            report.captures.pop_back();
            report.cancelled = true;
            return report;
        }
        if (!scores)
            return failure(scores.error());
        for (std::size_t hunter = 0; hunter < hunters.size(); ++hunter) {
            const Round round{captures[i], hunters[hunter], *read->table, (*scores)[hunter]};
            CaptureFinding found = finding(round);
            found.capture = report.captures.size() - 1;
            found.hunter = hunter;
            report.findings.push_back(found);
            if (auto taken = tell(round, settings.everyFlow, told); !taken)
                return failure(taken.error());
        }
    }
    if (progress)
        progress({"hunting", captures.size(), captures.size()});
    return report;
}

base::Result<std::vector<fs::path>> capturesAmong(const std::vector<fs::path>& filesAndFolders)
{
    std::vector<fs::path> captures;
    for (const fs::path& one : filesAndFolders) {
        std::error_code reason;
        if (!fs::is_directory(one, reason)) {
            captures.push_back(one);
            continue;
        }
        const auto below = capturesBelow(one);
        if (!below)
            return failure(below.error());
        captures.insert(captures.end(), below->begin(), below->end());
    }
    return captures;
}

} // namespace flowscent::store
