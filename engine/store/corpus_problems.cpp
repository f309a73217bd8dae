// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/corpus_problems.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <unordered_map>

namespace flowscent::store {

namespace {

constexpr std::array<std::string_view, allProblemKinds.size()> kindTexts{
    "rows of the manifest", "captures", "captures' labels", "classes", "sessions", "sites"};

/// Words of a manifest may be anything; a sentence shows the beginning, without line breaks.
std::string quoted(const std::string& word)
{
    std::string shown = "'" + word.substr(0, 80) + (word.size() > 80 ? "..." : "") + "'";
    std::ranges::replace_if(
        shown, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return shown;
}

std::string lineOf(const Manifest& manifest, std::size_t row)
{
    return "line " + std::to_string(manifest.lines[row]);
}

template <class Words>
std::string listed(const Words& words)
{
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : " and ") + std::string(word);
    return text;
}

void checkWords(const Manifest& manifest, std::size_t row, Problems& problems)
{
    const auto bad = [&](const std::string& what) {
        problems.add(ProblemKind::Row, lineOf(manifest, row) + ": " + what);
    };
    for (const char* column : {"capture", "class", "session"}) {
        if (manifest.field(row, column).empty())
            bad("the field '" + std::string(column) + "' is empty");
    }
    if (const std::string& kind = manifest.field(row, "kind"); kind != "benign" && kind != "threat")
        bad("the kind " + quoted(kind) + " is neither benign nor threat");
    if (const std::string& split = manifest.field(row, "split");
        std::ranges::find(corpusSplits, split) == corpusSplits.end())
        bad("the split " + quoted(split) + " is none of train, val and test");
}

/// A capture has one row and a label file of its own.
void checkNames(const Manifest& manifest, Problems& problems)
{
    std::unordered_map<std::string, std::size_t> captures;
    std::unordered_map<std::string, std::size_t> labels;
    for (std::size_t row = 0; row < manifest.size(); ++row) {
        const auto path = std::filesystem::path(manifest.field(row, "capture")).lexically_normal();
        if (path.empty())
            continue;
        const auto [same, isNew] = captures.emplace(path.string(), row);
        if (!isNew) {
            problems.add(ProblemKind::Row, lineOf(manifest, row) + ": names the capture " + quoted(path.string()) +
                                               " of " + lineOf(manifest, same->second) + " again");
            continue;
        }
        const auto [other, alone] = labels.emplace(labelsBeside(path).string(), row);
        if (!alone)
            problems.add(ProblemKind::Row, lineOf(manifest, row) + ": the capture " + quoted(path.string()) +
                                               " would share its label file with that of " +
                                               lineOf(manifest, other->second));
    }
}

using SplitsOf = std::map<std::string, std::set<std::string>>;

void reportShared(const SplitsOf& splitsOf, ProblemKind kind, const std::string& thing, Problems& problems)
{
    for (const auto& [name, splits] : splitsOf) {
        if (splits.size() > 1)
            problems.add(kind, thing + " " + quoted(name) + " lies in the splits " + listed(splits));
    }
}

void checkSplits(const Manifest& manifest, Problems& problems)
{
    SplitsOf sessions;
    SplitsOf threats;
    SplitsOf sites;
    std::map<std::string, std::set<std::string>> kinds;
    for (std::size_t row = 0; row < manifest.size(); ++row) {
        const std::string& split = manifest.field(row, "split");
        const std::string& kind = manifest.field(row, "kind");
        const std::string& name = manifest.field(row, "class");
        sessions[manifest.field(row, "session")].insert(split);
        kinds[name].insert(kind);
        if (kind == "threat")
            threats[name].insert(split);
        if (const std::string& site = manifest.field(row, "site"); !site.empty())
            sites[site].insert(split);
    }
    for (const auto& [name, both] : kinds) {
        if (both.contains("threat") && both.contains("benign"))
            problems.add(ProblemKind::Class,
                         "the class " + quoted(name) + " is a threat in some rows and benign in others");
    }
    reportShared(threats, ProblemKind::Class, "the threat class", problems);
    reportShared(sessions, ProblemKind::Session, "the session", problems);
    reportShared(sites, ProblemKind::Site, "the site", problems);
}

} // namespace

std::string_view text(ProblemKind kind)
{
    return kindTexts[static_cast<std::size_t>(kind)];
}

void Problems::add(ProblemKind kind, std::string sentence)
{
    const auto index = static_cast<std::size_t>(kind);
    if (m_counts[index]++ < m_named)
        m_sentences[index].push_back(std::move(sentence));
}

std::uint64_t Problems::count() const
{
    return std::accumulate(m_counts.begin(), m_counts.end(), std::uint64_t{0});
}

void checkManifest(const Manifest& manifest, Problems& problems)
{
    for (std::size_t row = 0; row < manifest.size(); ++row)
        checkWords(manifest, row, problems);
    checkNames(manifest, problems);
    checkSplits(manifest, problems);
}

} // namespace flowscent::store
