// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/corpus_manifest.h"

#include "engine/store/manifest.h"

#include <set>

namespace flowscent::store {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

namespace {

constexpr std::string_view captureEnding = ".pcap";
constexpr std::string_view labelsEnding = ".labels.csv";

/// Empty when anything in the folder is something else.
std::vector<ManifestRow> mixedCaptures(const fs::path& folder)
{
    std::set<std::string> captures;
    std::set<std::string> labelled;
    std::error_code trouble;
    for (fs::directory_iterator entry(folder, trouble), end; !trouble && entry != end; entry.increment(trouble)) {
        const std::string name = entry->path().filename().string();
        if (name.ends_with(labelsEnding))
            labelled.insert(name.substr(0, name.size() - labelsEnding.size()));
        else if (name.ends_with(captureEnding) && name.find("__") > 0 && name.find("__") != std::string::npos)
            captures.insert(name.substr(0, name.size() - captureEnding.size()));
        else
            return {};
    }
    if (trouble || captures != labelled)
        return {};
    std::vector<ManifestRow> rows;
    rows.reserve(captures.size());
    for (const std::string& name : captures)
        rows.push_back({.capture = name + std::string(captureEnding),
                        .className = name.substr(0, name.find("__")),
                        .threat = true,
                        .session = name,
                        .network = name,
                        .source = "captures named by their class (licence unstated)"});
    return rows;
}

} // namespace

base::Result<std::vector<ManifestRow>> readManifest(const fs::path& folder, const std::string& split)
{
    const fs::path file = folder / manifestName;
    std::error_code unknown;
    if (const auto mixed = fs::exists(file, unknown) ? std::vector<ManifestRow>{} : mixedCaptures(folder);
        !mixed.empty()) {
        if (split == mixedSplit)
            return mixed;
        return failure(Error::Code::Format,
                       "captures named by their class, without a manifest.csv, have no split but 'mixed'",
                       folder.string());
    }
    const auto manifest = wholeManifest(folder);
    if (!manifest)
        return failure(manifest.error());
    std::vector<ManifestRow> rows;
    for (std::size_t row = 0; row < manifest->size(); ++row) {
        const auto field = [&](const char* name) { return manifest->field(row, name); };
        if (field("split") != split)
            continue;
        const std::string site = field("site");
        rows.push_back({.capture = field("capture"),
                        .className = field("class"),
                        .threat = field("kind") == "threat",
                        .session = field("session"),
                        .network = site.empty() ? field("source") : site,
                        .source = field("source") + " (" + field("licence") + ")"});
    }
    if (rows.empty())
        return failure(Error::Code::Format, "the manifest names no capture of the split '" + split + "'",
                       file.string());
    return rows;
}

} // namespace flowscent::store
