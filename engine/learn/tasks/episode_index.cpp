// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/tasks/episode_index.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include <nlohmann/json.hpp>

namespace flowscent::learn {

using base::Error;
using base::failure;
using base::Result;
using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr const char* format = "flowscent-episodes";
constexpr std::uint64_t version = 1;

template <class Value>
struct Named {
    const char* name;
    Value value;
};
constexpr std::array kinds{Named<TaskKind>{"classes", TaskKind::Classes},
                           Named<TaskKind>{"threat_in_benign", TaskKind::ThreatInBenign}};
constexpr std::array mixes{Named<QueryMix>{"balanced", QueryMix::Balanced},
                           Named<QueryMix>{"dirichlet", QueryMix::Dirichlet},
                           Named<QueryMix>{"prevalence", QueryMix::Prevalence}};

template <class Names, class Value>
const char* nameOf(const Names& names, Value value)
{
    return std::ranges::find(names, value, [](const auto& named) { return named.value; })->name;
}

ordered_json toJson(const EpisodeShape& shape)
{
    return {{"kind", nameOf(kinds, shape.kind)},
            {"ways", shape.ways},
            {"shots", shape.shots},
            {"queries", shape.queries},
            {"capture_disjoint", shape.captureDisjoint},
            {"benign_per_threat", shape.benignPerThreat},
            {"open_classes", shape.openClasses},
            {"mix", nameOf(mixes, shape.mix)},
            {"dirichlet_alpha", shape.dirichletAlpha},
            {"prevalence", shape.prevalence}};
}

ordered_json toJson(const Episode& episode)
{
    return {{"ways", episode.ways},       {"classes", episode.classes},
            {"support", episode.support}, {"support_way", episode.supportWay},
            {"query", episode.query},     {"query_way", episode.queryWay}};
}

/// Reads the fields of one line's object; the first thing amiss is kept and the rest reads as nothing.
class Fields {
public:
    explicit Fields(const json& object)
        : m_object(object)
    {
    }

    [[nodiscard]] const std::string& amiss() const { return m_amiss; }
    void refuse(const std::string& why)
    {
        if (m_amiss.empty())
            m_amiss = why;
    }

    template <class Number>
    Number whole(const char* name)
    {
        return wholeOf<Number>(member(name), name);
    }
    template <class Number>
    std::vector<Number> wholes(const char* name)
    {
        const json& list = member(name);
        std::vector<Number> numbers;
        if (!list.is_array())
            refuse(std::string("'") + name + "' is no list");
        else {
            for (const json& item : list)
                numbers.push_back(wholeOf<Number>(item, name));
        }
        return numbers;
    }
    double number(const char* name)
    {
        const json& value = member(name);
        if (value.is_number())
            return value.get<double>();
        refuse(std::string("'") + name + "' is no number");
        return 0;
    }
    bool truth(const char* name)
    {
        const json& value = member(name);
        if (value.is_boolean())
            return value.get<bool>();
        refuse(std::string("'") + name + "' is neither true nor false");
        return false;
    }
    std::string text(const char* name)
    {
        const json& value = member(name);
        if (value.is_string())
            return value.get<std::string>();
        refuse(std::string("'") + name + "' is no text");
        return {};
    }
    template <class Names>
    auto oneOf(const char* name, const Names& names)
    {
        const auto found =
            std::ranges::find(names, text(name), [](const auto& named) { return std::string(named.name); });
        if (found != names.end())
            return found->value;
        refuse(std::string("'") + name + "' is none of the words known here");
        return names.front().value;
    }
    [[nodiscard]] const json& member(const char* name)
    {
        static const json nothing;
        const auto found = m_object.find(name);
        if (found != m_object.end())
            return *found;
        refuse(std::string("'") + name + "' is missing");
        return nothing;
    }

private:
    template <class Number>
    Number wholeOf(const json& value, const char* name)
    {
        if (value.is_number_unsigned() && value.get<std::uint64_t>() <= std::numeric_limits<Number>::max())
            return static_cast<Number>(value.get<std::uint64_t>());
        refuse(std::string("'") + name + "' holds no whole number of its size");
        return 0;
    }

    const json& m_object;
    std::string m_amiss;
};

EpisodeShape shapeOf(Fields& fields)
{
    EpisodeShape shape;
    shape.kind = fields.oneOf("kind", kinds);
    shape.ways = fields.whole<std::uint32_t>("ways");
    shape.shots = fields.whole<std::uint32_t>("shots");
    shape.queries = fields.whole<std::uint32_t>("queries");
    shape.captureDisjoint = fields.truth("capture_disjoint");
    shape.benignPerThreat = fields.whole<std::uint32_t>("benign_per_threat");
    shape.openClasses = fields.whole<std::uint32_t>("open_classes");
    shape.mix = fields.oneOf("mix", mixes);
    shape.dirichletAlpha = fields.number("dirichlet_alpha");
    shape.prevalence = fields.number("prevalence");
    if (!(shape.dirichletAlpha > 0) || !(shape.prevalence >= 0 && shape.prevalence <= 1))
        fields.refuse("the shape's 'dirichlet_alpha' or 'prevalence' is out of range");
    return shape;
}

Episode episodeOf(Fields& fields)
{
    Episode episode;
    episode.ways = fields.whole<std::uint32_t>("ways");
    episode.classes = fields.wholes<std::uint16_t>("classes");
    episode.support = fields.wholes<std::uint32_t>("support");
    episode.supportWay = fields.wholes<std::uint16_t>("support_way");
    episode.query = fields.wholes<std::uint32_t>("query");
    episode.queryWay = fields.wholes<std::uint16_t>("query_way");
    return episode;
}

/// May a flow of this class stand under this way?
bool belongs(std::uint16_t classIndex, std::uint32_t way, const Episode& episode, TaskKind kind, const Dataset& dataset)
{
    if (way == episode.ways)
        return std::ranges::find(episode.classes, classIndex) == episode.classes.end();
    if (kind == TaskKind::ThreatInBenign && way == 0)
        return !dataset.threatClass[classIndex];
    return classIndex == episode.classes[way];
}

/// Empty when the episode is one of the dataset's.
std::string amiss(const Episode& episode, TaskKind kind, const Dataset& dataset)
{
    if (episode.ways == 0 || episode.classes.size() != episode.ways)
        return "the number of classes is not that of the ways";
    if (episode.support.size() != episode.supportWay.size() || episode.query.size() != episode.queryWay.size())
        return "rows and ways differ in number";
    if (std::ranges::any_of(episode.classes, [&](std::uint16_t index) { return index >= dataset.classNames.size(); }))
        return "a class is not one of the corpus";
    if (std::set(episode.classes.begin(), episode.classes.end()).size() != episode.classes.size())
        return "two ways have the same class";
    std::set<std::uint32_t> seen;
    std::vector<bool> shown(episode.ways);
    const auto fits = [&](std::uint32_t row, std::uint32_t way) {
        return row < dataset.size() && seen.insert(row).second &&
               belongs(dataset.classOf[row], way, episode, kind, dataset);
    };
    for (std::size_t i = 0; i < episode.support.size(); ++i) {
        if (episode.supportWay[i] >= episode.ways || !fits(episode.support[i], episode.supportWay[i]))
            return "a row of the support is not in the corpus, is there twice, or belongs to another way";
        shown[episode.supportWay[i]] = true;
    }
    for (std::size_t i = 0; i < episode.query.size(); ++i) {
        if (episode.queryWay[i] > episode.ways || !fits(episode.query[i], episode.queryWay[i]))
            return "a row of the queries is not in the corpus, is there twice, or belongs to another way";
    }
    if (std::ranges::find(shown, false) != shown.end())
        return "a way has no example";
    return {};
}

/// Lines one after the other, with their number for errors.
class Lines {
public:
    Lines(std::string_view text, std::string where)
        : m_left(text)
        , m_where(std::move(where))
    {
    }

    [[nodiscard]] bool more() const { return !m_left.empty(); }
    [[nodiscard]] tl::unexpected<Error> refused(const std::string& why) const
    {
        return failure(Error::Code::Format, "line " + std::to_string(m_number) + ": " + why, m_where);
    }
    Result<json> next()
    {
        const std::string_view line = m_left.substr(0, m_left.find('\n'));
        m_left.remove_prefix(std::min(m_left.size(), line.size() + 1));
        ++m_number;
        if (nestsTooDeep(line))
            return refused("nested deeper than an episode is");
        json object = json::parse(line, nullptr, false);
        if (!object.is_object())
            return refused("no JSON object");
        return object;
    }

private:
    /// A file of nothing but brackets would take a hundred times its size in memory.
    static bool nestsTooDeep(std::string_view line)
    {
        constexpr int deepest = 2;
        int depth = 0;
        for (const char letter : line) {
            depth += letter == '[' || letter == '{' ? 1 : letter == ']' || letter == '}' ? -1 : 0;
            if (depth > deepest)
                return true;
        }
        return false;
    }

    std::string_view m_left;
    std::string m_where;
    std::uint64_t m_number = 0;
};

Result<EpisodeIndex> headOf(const json& object, const Dataset& dataset, const Lines& lines, const std::string& where,
                            std::uint64_t& count)
{
    Fields fields(object);
    EpisodeIndex index;
    if (fields.text("format") != format)
        return lines.refused("not an episode index");
    if (fields.whole<std::uint64_t>("version") != version)
        return lines.refused("an episode index of another version than this program knows");
    index.corpusHash = fields.text("corpus_sha256");
    index.rows = fields.whole<std::uint32_t>("rows");
    index.classes = fields.whole<std::uint32_t>("classes");
    index.seed = fields.whole<std::uint64_t>("seed");
    count = fields.whole<std::uint64_t>("episodes");
    const json& shape = fields.member("shape");
    if (!shape.is_object())
        fields.refuse("'shape' is no object");
    if (!fields.amiss().empty())
        return lines.refused(fields.amiss());
    Fields ofShape(shape);
    index.shape = shapeOf(ofShape);
    if (!ofShape.amiss().empty())
        return lines.refused(ofShape.amiss());
    if (index.corpusHash != dataset.hash() || index.rows != dataset.size() ||
        index.classes != dataset.classNames.size())
        return failure(Error::Code::Argument, "these episodes were drawn from another corpus", where);
    return index;
}

} // namespace

Result<EpisodeIndex> drawEpisodes(const Dataset& dataset, const EpisodeShape& shape, std::uint32_t count,
                                  std::uint64_t seed)
{
    const EpisodeSampler sampler(dataset);
    const auto classes = sampler.eligible(shape);
    if (classes.size() < (shape.kind == TaskKind::Classes ? shape.ways : 1) || classes.empty())
        return failure(Error::Code::Argument, "only " + std::to_string(classes.size()) +
                                                  " classes have enough distinct flows for " +
                                                  std::to_string(shape.ways) + "-way episodes");
    EpisodeIndex index{.corpusHash = dataset.hash(),
                       .rows = static_cast<std::uint32_t>(dataset.size()),
                       .classes = static_cast<std::uint32_t>(dataset.classNames.size()),
                       .seed = seed,
                       .shape = shape,
                       .episodes = {}};
    base::Rng rng(seed);
    for (std::uint32_t i = 0; i < count; ++i)
        index.episodes.push_back(sampler.draw(shape, classes, rng));
    return index;
}

std::string toJsonLines(const EpisodeIndex& index)
{
    const ordered_json head{{"format", format},
                            {"version", version},
                            {"corpus_sha256", index.corpusHash},
                            {"rows", index.rows},
                            {"classes", index.classes},
                            {"seed", index.seed},
                            {"shape", toJson(index.shape)},
                            {"episodes", index.episodes.size()}};
    std::string text = head.dump() + "\n";
    for (const Episode& episode : index.episodes)
        text += toJson(episode).dump() + "\n";
    return text;
}

Result<EpisodeIndex> parseEpisodeIndex(std::string_view text, const Dataset& dataset, const std::string& where)
{
    Lines lines(text, where);
    const auto first = lines.next();
    if (!first)
        return failure(first.error());
    std::uint64_t count = 0;
    auto index = headOf(*first, dataset, lines, where, count);
    if (!index)
        return index;
    while (lines.more()) {
        const auto object = lines.next();
        if (!object)
            return failure(object.error());
        Fields fields(*object);
        Episode episode = episodeOf(fields);
        std::string why = fields.amiss();
        if (why.empty())
            why = amiss(episode, index->shape.kind, dataset);
        if (!why.empty())
            return lines.refused(why);
        index->episodes.push_back(std::move(episode));
    }
    if (index->episodes.size() != count)
        return failure(Error::Code::Truncated,
                       "holds " + std::to_string(index->episodes.size()) + " episodes of " + std::to_string(count),
                       where);
    return index;
}

base::Matrix sideBySide(const features::FeatureSet& scaled)
{
    base::Matrix joined(scaled.size(), scaled.sequences.columns + scaled.statistics.columns);
    for (std::size_t row = 0; row < scaled.size(); ++row) {
        const auto to = joined.row(row);
        std::ranges::copy(scaled.statistics.row(row), std::ranges::copy(scaled.sequences.row(row), to.begin()).out);
    }
    return joined;
}

base::TensorFile featureTable(const Dataset& dataset, const features::Scaler& scaler)
{
    base::TensorFile file;
    file.put("features", sideBySide(scaler.apply(dataset.features)));
    file.put("class", std::vector<float>(dataset.classOf.begin(), dataset.classOf.end()));
    file.put("session", std::vector<float>(dataset.sessionOf.begin(), dataset.sessionOf.end()));
    file.metadata["corpus_sha256"] = dataset.hash();
    return file;
}

} // namespace flowscent::learn
