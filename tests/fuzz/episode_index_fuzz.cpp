// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/tasks/episode_index.h"
#include "tests/fuzz/check.h"

using namespace flowscent;

namespace {

/// Six flows, two of each class; the seeds' heads know its hash.
learn::Dataset corpus()
{
    learn::Dataset dataset;
    dataset.classNames = {"a", "b", "c"};
    dataset.threatClass = {true, true, false};
    dataset.sessionNames = {"capture"};
    dataset.classOf = {0, 0, 1, 1, 2, 2};
    dataset.sessionOf.assign(dataset.classOf.size(), 0);
    return dataset;
}

/// A head that fits the corpus, so that a fuzzer spends its time on episodes.
std::string head(const learn::Dataset& dataset, bool hunt)
{
    learn::EpisodeIndex index;
    index.corpusHash = dataset.hash();
    index.rows = static_cast<std::uint32_t>(dataset.size());
    index.classes = static_cast<std::uint32_t>(dataset.classNames.size());
    index.shape.kind = hunt ? learn::TaskKind::ThreatInBenign : learn::TaskKind::Classes;
    index.episodes.resize(1);
    const std::string text = learn::toJsonLines(index);
    return text.substr(0, text.find('\n') + 1);
}

void check(std::string_view text, const learn::Dataset& dataset)
{
    const auto index = learn::parseEpisodeIndex(text, dataset, "index");
    if (!index)
        return;
    for (const learn::Episode& episode : index->episodes) {
        FLOWSCENT_CHECK(episode.support.size() == episode.supportWay.size());
        FLOWSCENT_CHECK(episode.query.size() == episode.queryWay.size());
        FLOWSCENT_CHECK(episode.classes.size() == episode.ways && episode.ways > 0);
        for (const std::uint32_t row : episode.query)
            FLOWSCENT_CHECK(row < dataset.size());
        for (const std::uint32_t row : episode.support)
            FLOWSCENT_CHECK(row < dataset.size());
    }
    const auto again = learn::parseEpisodeIndex(learn::toJsonLines(*index), dataset, "index");
    FLOWSCENT_CHECK(again && *again == *index);
}

} // namespace

/// The first byte: 0 for a whole index, 1 and 2 for the one episode of an index of classes, of a hunt.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const learn::Dataset dataset = corpus();
    if (size == 0)
        return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    check(data[0] % 3 == 0 ? text : head(dataset, data[0] % 3 == 2) + text, dataset);
    return 0;
}
