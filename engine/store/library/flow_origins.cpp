// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/library/flow_origins.h"

#include "engine/flow/community_id.h"
#include "engine/store/identical_files.h"
#include "engine/store/library/plain_text.h"

namespace flowscent::store {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longestLabel = 200;
constexpr std::size_t longestFileName = 800;

base::Result<CaptureOrigin> originOf(const fs::path& file, const std::stop_token& stop)
{
    const std::string name = file.filename().string();
    CaptureOrigin origin{.name = isPlainText(name, longestFileName, Lines::One) ? name : "capture", .sha256 = {}};
    std::error_code unknown;
    if (!fs::is_regular_file(file, unknown))
        return origin;
    auto hash = fileHash(file, stop);
    if (!hash && hash.error().code == base::Error::Code::Cancelled)
        return base::failure(hash.error());
    if (hash)
        origin.sha256 = std::move(*hash);
    return origin;
}

} // namespace

base::Result<void> recordFlows(const flow::FlowTable& table, const std::vector<fs::path>& files,
                               std::span<const MarkedFlow> marked, Provenance& provenance, const std::stop_token& stop)
{
    for (const fs::path& file : files) {
        auto origin = originOf(file, stop);
        if (!origin)
            return base::failure(origin.error());
        provenance.captures.push_back(std::move(*origin));
    }
    for (const MarkedFlow& one : marked) {
        const auto places = table.places(one.flow);
        const flow::FlowKey key = table.key(one.flow);
        provenance.flows.push_back({.capture = places.empty() ? 0U : static_cast<std::uint32_t>(places.front().file),
                                    .communityId = flow::communityId(key),
                                    .key = key,
                                    .start = table.start[one.flow.value],
                                    .label = isPlainText(one.label, longestLabel, Lines::One) ? one.label : "threat"});
    }
    return {};
}

} // namespace flowscent::store
