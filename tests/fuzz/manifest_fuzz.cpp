// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/corpus_problems.h"
#include "tests/fuzz/check.h"

#include <sstream>

using namespace flowscent;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::istringstream stream(std::string(reinterpret_cast<const char*>(data), size));
    const auto reading = store::parseManifest(stream, "manifest");
    if (!reading)
        return 0;
    const store::Manifest& manifest = reading->manifest;
    FLOWSCENT_CHECK(manifest.rows.size() == manifest.lines.size());
    FLOWSCENT_CHECK(reading->badRows.size() <= reading->badRowCount);
    for (const auto& row : manifest.rows)
        FLOWSCENT_CHECK(row.size() == manifest.columns.size());

    store::Problems problems;
    store::checkManifest(manifest, problems);
    for (std::size_t row = 0; row < manifest.size(); ++row) { // wherever it points: never out of the corpus
        const auto file = store::corpusFile("/nonexistent", manifest.field(row, "capture"), store::Links::Anywhere);
        FLOWSCENT_CHECK(!file);
    }

    std::istringstream written(store::csvText(manifest));
    if (const auto again = store::parseManifest(written, "again")) {
        FLOWSCENT_CHECK(again->badRowCount == 0);
        FLOWSCENT_CHECK(again->manifest.size() == manifest.size());
        FLOWSCENT_CHECK(again->manifest.columns.size() == manifest.columns.size());
    }
    return 0;
}
