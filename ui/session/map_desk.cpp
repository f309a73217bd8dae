// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/map_desk.h"

#include "engine/learn/projection/principal_plane.h"
#include "engine/learn/projection/umap.h"
#include "ui/session/session.h"

namespace flowscent::ui {

namespace {

base::Result<MapLayout> principalLayout(const flow::FlowTable& table, const base::Matrix& embeddings,
                                        const std::stop_token& stop)
{
    const auto rows = learn::finiteRows(embeddings, flow::rowsWithPackets(table));
    const auto plane = learn::principalPlane(embeddings, rows, stop);
    if (!plane)
        return base::failure(plane.error());
    return MapLayout{.kind = MapLayout::Kind::Principal,
                     .places = learn::project(*plane, embeddings, rows),
                     .explained = plane->explained};
}

} // namespace

MapDesk::MapDesk(Session& session, QObject* parent)
    : QObject(parent)
    , m_session(session)
{
    connect(&m_session, &Session::captureChanged, this, &MapDesk::forget);
    connect(&m_session, &Session::numbersReady, this, &MapDesk::layOut);
    if (m_session.numbers())
        layOut();
}

MapDesk::~MapDesk() = default;

/// Queued; Qt forgets it when the desk is gone by then.
template <class Function>
void MapDesk::onGuiThread(Function function)
{
    QMetaObject::invokeMethod(this, std::move(function), Qt::QueuedConnection);
}

std::shared_ptr<const MapLayout> MapDesk::layout(MapLayout::Kind kind) const
{
    return kind == MapLayout::Kind::Umap ? m_umap : m_principal;
}

void MapDesk::forget()
{
    m_layoutLane.cancel();
    m_classLane.cancel();
    ++m_request;
    ++m_classRequest;
    m_principal = m_umap = m_umapBefore = nullptr;
    if (std::exchange(m_refining, false))
        Q_EMIT refineEnded();
    Q_EMIT layoutsChanged();
}

void MapDesk::layOut()
{
    if (m_refining)
        stopRefining();
    m_umap = m_umapBefore = nullptr; // of other numbers
    m_layoutLane.replace([this, request = ++m_request, table = m_session.table(),
                          numbers = m_session.numbers()](const std::stop_token& stop) {
        auto layout = principalLayout(*table, numbers->embeddings, stop);
        if (!layout)
            return; // stopped
        onGuiThread(
            [this, request, made = std::make_shared<const MapLayout>(std::move(*layout))] { settle(request, made); });
    });
}

void MapDesk::settle(std::uint64_t request, std::shared_ptr<const MapLayout> layout)
{
    if (request != m_request)
        return;
    (layout->kind == MapLayout::Kind::Umap ? m_umap : m_principal) = std::move(layout);
    Q_EMIT layoutsChanged();
}

/// What nobody wants to see only beside others: marked flows and alarms.
std::vector<std::uint32_t> MapDesk::rowsToKeep() const
{
    flow::FlowSet kept;
    for (const auto label : {hunt::Label::Threat, hunt::Label::NotThreat, hunt::Label::Unsure}) {
        for (const flow::FlowId flow : m_session.labels().support().with(label))
            kept.insert(flow);
    }
    if (const auto scores = m_session.scores()) {
        for (std::size_t row = 0; row < scores->values.size(); ++row) {
            if (scores->values[row] >= detect::alarmScore)
                kept.insert(flow::FlowId(static_cast<std::uint32_t>(row)));
        }
    }
    std::vector<std::uint32_t> rows;
    kept.each([&rows](flow::FlowId flow) { rows.push_back(flow.value); });
    return rows;
}

void MapDesk::refine()
{
    if (m_refining || !m_principal || !m_session.numbers())
        return;
    m_refining = true;
    m_umapBefore = m_umap;
    m_layoutLane.replace([this, request = ++m_request, table = m_session.table(), numbers = m_session.numbers(),
                          keep = rowsToKeep(), most = m_most](const std::stop_token& stop) {
        const auto show = [this, request](learn::Places places, std::size_t laidOut, std::size_t beside, bool settled) {
            auto layout = std::make_shared<MapLayout>();
            layout->kind = MapLayout::Kind::Umap;
            layout->places = std::move(places);
            layout->laidOut = laidOut;
            layout->beside = beside;
            layout->settled = settled;
            onGuiThread([this, request, layout] { settle(request, layout); });
        };
        const auto progress = [this, request](const base::Progress& at) {
            onGuiThread([this, request, at] {
                if (request == m_request && m_refining)
                    Q_EMIT refineProgressed(QString::fromStdString(at.what), at.fraction());
            });
        };
        auto layout = learn::umap(
            numbers->embeddings, flow::rowsWithPackets(*table), keep, {.most = most},
            [&show](learn::Places places) { show(std::move(places), 0, 0, false); }, progress, stop);
        if (layout)
            show(std::move(layout->places), layout->laidOut, layout->beside, true);
        const bool told = layout || layout.error().code == base::Error::Code::Cancelled;
        onGuiThread([this, request, error = told ? QString() : QString::fromStdString(layout.error().sentence())] {
            endRefining(request, error);
        });
    });
}

void MapDesk::endRefining(std::uint64_t request, const QString& error)
{
    if (request != m_request || !m_refining)
        return;
    m_refining = false;
    m_umapBefore = nullptr;
    Q_EMIT refineEnded();
    if (!error.isEmpty())
        Q_EMIT failed(error);
}

void MapDesk::stopRefining()
{
    if (!m_refining)
        return;
    m_layoutLane.cancel();
    ++m_request;
    m_refining = false;
    m_umap = std::exchange(m_umapBefore, nullptr);
    Q_EMIT refineEnded();
    Q_EMIT layoutsChanged();
}

void MapDesk::classify(MapColouring by)
{
    MapInput input{m_session.table(), m_session.scores(), m_session.keptScores(), m_session.judgements(),
                   m_session.labels().support()};
    m_classLane.replace([this, request = ++m_classRequest, by, input = std::move(input)](const std::stop_token&) {
        auto classes = std::make_shared<const MapClasses>(ui::classify(input, by));
        onGuiThread([this, request, classes = std::move(classes)] {
            if (request == m_classRequest)
                Q_EMIT classified(classes);
        });
    });
}

} // namespace flowscent::ui
