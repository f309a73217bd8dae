// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/library/bundle.h"
#include "engine/store/library/plain_text.h"
#include "tests/fuzz/check.h"

using namespace flowscent;

/// The description of a bundle, and a name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (const auto summary = store::bundleSummaryFromJson(text)) {
        FLOWSCENT_CHECK(store::checkName(summary->name));
        for (const store::FlowOrigin& flow : summary->provenance.flows)
            FLOWSCENT_CHECK(flow.capture < summary->provenance.captures.size());
        const auto again = store::bundleSummaryFromJson(store::toJson(*summary));
        FLOWSCENT_CHECK(again && *again == *summary);
    }
    if (store::checkName(text)) {
        const std::string folder = store::folderName(text);
        FLOWSCENT_CHECK(folder.find('/') == std::string::npos && folder.front() != '.' && folder.size() <= 255);
        FLOWSCENT_CHECK(store::nameOfFolder(folder) == text);
    }
    if (const auto name = store::nameOfFolder(text))
        FLOWSCENT_CHECK(store::folderName(*name) == text);
    return 0;
}
