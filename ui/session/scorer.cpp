// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/scorer.h"

#include "engine/features/extract.h"
#include "engine/store/model_file.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace flowscent::ui {

using base::Error;
using base::failure;
using base::Result;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::uint32_t embedBlock = 1024; ///< flows between two looks at the stop token
constexpr std::uint32_t scoreBlock = 8192;

tl::unexpected<Error> cancelled()
{
    return failure(Error::Code::Cancelled, "a newer request came");
}

std::vector<std::uint32_t> rowsOf(const std::vector<flow::FlowId>& flows)
{
    std::vector<std::uint32_t> rows(flows.size());
    std::ranges::transform(flows, rows.begin(), &flow::FlowId::value);
    return rows;
}

/// Features of some flows only: the table's features at once would take a kilobyte a flow.
features::FeatureSet extractRows(const flow::FlowTable& table, const std::vector<std::uint32_t>& flows,
                                 const std::stop_token& stop)
{
    flow::FlowTable part;
    for (const std::uint32_t flow : flows)
        part.append(table.record(flow::FlowId(flow)));
    return features::extract(part, {}, stop);
}

std::vector<flow::FlowId> withPackets(const flow::FlowTable& table, std::vector<flow::FlowId> flows)
{
    std::erase_if(flows, [&](flow::FlowId flow) { return !table.hasPackets(flow); });
    return flows;
}

/// Those that can be embedded.
std::vector<std::uint32_t> withPackets(const flow::FlowTable& table, std::vector<std::uint32_t> rows)
{
    std::erase_if(rows, [&](std::uint32_t row) { return !table.hasPackets(flow::FlowId(row)); });
    return rows;
}

std::vector<std::uint32_t> range(std::uint32_t from, std::uint32_t to)
{
    std::vector<std::uint32_t> rows(to - from);
    std::iota(rows.begin(), rows.end(), from);
    return rows;
}

} // namespace

Result<std::shared_ptr<const learn::BaseModel>> Scorer::model()
{
    if (!m_model) {
        auto loaded = store::loadModel(store::shippedModel());
        if (!loaded)
            return failure(loaded.error());
        m_model = std::make_shared<const learn::BaseModel>(std::move(*loaded));
    }
    return m_model;
}

Result<void> Scorer::loadEngine()
{
    if (m_encoder)
        return {};
    const auto shipped = model();
    if (!shipped)
        return failure(shipped.error());
    const auto engine = learn::backend();
    if (!engine)
        return failure(engine.error());
    auto encoder = (*engine)->encoder(m_model);
    if (!encoder)
        return failure(encoder.error());
    auto foundation = detect::makeFoundation(**encoder, m_model);
    if (!foundation)
        return failure(foundation.error());
    m_foundation = std::make_shared<const detect::Foundation>(std::move(*foundation));
    m_encoder = std::move(*encoder);
    return {};
}

void Scorer::setTable(const std::shared_ptr<const flow::FlowTable>& table)
{
    if (table == m_table)
        return;
    m_table = table;
    m_flows = std::make_shared<detect::FlowNumbers>(
        detect::FlowNumbers{base::Matrix(table->size(), m_model->embeddingSize),
                            base::Matrix(table->size(), features::statisticDefinitions().size())});
    m_present.assign(table->size(), 0);
    m_next = 0;
}

Result<void> Scorer::run(const ScoreRequest& request, const ScoreSink& scores, const base::ProgressSink& progress,
                         const std::stop_token& stop)
{
    const auto begun = Clock::now();
    if (const auto loaded = loadEngine(); !loaded)
        return loaded;
    setTable(request.table);
    if (request.support.count(hunt::Label::Threat) == 0)
        return embedRest(progress, stop);

    const auto adaptation = adapt(request, stop);
    if (!adaptation)
        return failure(adaptation.error());
    const auto tell = [&](std::vector<float> values, bool complete) {
        Scores answer = makeScores(std::move(values), complete, *adaptation);
        if (complete)
            answer.numbers = numbers();
        answer.milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
        scores(std::move(answer));
    };

    std::vector<float> values(m_table->size(), unscored);
    const auto fill = [&](const std::vector<std::uint32_t>& wanted) {
        const auto flows = withPackets(*m_table, wanted);
        const auto fresh = detect::score((*adaptation)->detector, m_flows->rows(flows));
        for (std::size_t i = 0; i < flows.size(); ++i)
            values[flows[i]] = fresh[i];
    };
    if (!request.visible.empty()) {
        if (const auto done = embed(request.visible, stop); !done)
            return done;
        fill(request.visible);
        tell(values, false);
    }
    if (const auto done = embedRest(progress, stop); !done)
        return done;
    const auto size = static_cast<std::uint32_t>(m_table->size());
    for (std::uint32_t from = 0; from < size; from += scoreBlock) {
        if (stop.stop_requested())
            return cancelled();
        fill(range(from, std::min(size, from + scoreBlock)));
    }
    tell(std::move(values), true);
    return {};
}

Result<std::shared_ptr<const Adaptation>> Scorer::adapt(const ScoreRequest& request, const std::stop_token& stop)
{
    auto made = std::make_shared<Adaptation>();
    made->table = m_table;
    made->encoder = m_encoder;
    made->foundation = m_foundation;
    made->support = request.support;
    made->threats = withPackets(*m_table, request.support.with(hunt::Label::Threat));
    made->counters = withPackets(*m_table, request.support.with(hunt::Label::NotThreat));
    made->background = withPackets(*m_table, request.background);
    made->settings.method = request.method;
    if (made->threats.empty())
        return failure(Error::Code::Support, "every flow marked as threat was " + std::string(flow::withoutPackets) +
                                                 ": nothing can be learnt from it");
    const auto numbersOf = [&](const std::vector<flow::FlowId>& flows) { return m_flows->rows(rowsOf(flows)); };
    for (const auto* flows : {&made->threats, &made->counters, &made->background}) {
        if (const auto done = embed(rowsOf(*flows), stop); !done)
            return failure(done.error());
    }
    auto detector =
        detect::adapt(*m_foundation, {numbersOf(made->threats), numbersOf(made->counters), numbersOf(made->background)},
                      made->settings);
    if (!detector)
        return failure(detector.error());
    detector->revision = request.revision;
    made->detector = std::move(*detector);
    return std::shared_ptr<const Adaptation>(std::move(made));
}

std::shared_ptr<const detect::FlowNumbers> Scorer::numbers() const
{
    return m_table && m_next == m_table->size() ? m_flows : nullptr;
}

/// Flows that are embedded already cost nothing.
Result<void> Scorer::embed(const std::vector<std::uint32_t>& flows, const std::stop_token& stop)
{
    std::vector<std::uint32_t> missing;
    std::ranges::copy_if(flows, std::back_inserter(missing), [this](std::uint32_t flow) {
        return m_present[flow] == 0 && m_table->hasPackets(flow::FlowId(flow));
    });
    if (missing.empty())
        return {};
    auto features = extractRows(*m_table, missing, stop);
    if (stop.stop_requested())
        return cancelled();
    const auto described = detect::describe(*m_encoder, features, {}, stop);
    if (!described)
        return failure(described.error());
    for (std::size_t i = 0; i < missing.size(); ++i) {
        std::ranges::copy(described->embeddings.row(i), m_flows->embeddings.row(missing[i]).begin());
        std::ranges::copy(described->statistics.row(i), m_flows->statistics.row(missing[i]).begin());
        m_present[missing[i]] = 1;
    }
    return {};
}

Result<void> Scorer::embedRest(const base::ProgressSink& progress, const std::stop_token& stop)
{
    const auto size = static_cast<std::uint32_t>(m_table->size());
    while (m_next < size) {
        if (stop.stop_requested())
            return cancelled();
        const std::uint32_t end = std::min(size, m_next + embedBlock);
        if (const auto done = embed(range(m_next, end), stop); !done)
            return done;
        m_next = end;
        if (progress)
            progress({"looking at flows", m_next, size});
    }
    return {};
}

} // namespace flowscent::ui
