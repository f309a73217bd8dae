// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/packet_desk.h"

#include "engine/capture/read_ahead.h"
#include "ui/session/file_paths.h"
#include "ui/session/session.h"

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr std::size_t firstPage = 2'000; ///< packets: there at once
constexpr std::size_t nextPage = 20'000;
constexpr std::size_t announced = 20'000; ///< packets that the system is told about

} // namespace

/// What a job needs to know of what was asked.
struct PacketDesk::Asked {
    std::uint64_t request = 0;
    std::shared_ptr<capture::PacketFetcher> fetcher;
    std::vector<capture::PacketPlace> places;
    std::vector<std::filesystem::path> files;
    PacketProgress progress;
};

PacketDesk::PacketDesk(Session& session, QObject* parent)
    : QObject(parent)
    , m_session(session)
{
    connect(&session, &Session::captureChanged, this, &PacketDesk::forgetFiles);
    connect(&session, &Session::readFinished, this, [this] { m_fetcher = nullptr; }); // descriptions have come
}

PacketDesk::~PacketDesk() = default;

void PacketDesk::forgetFiles()
{
    m_fetcher = nullptr;
    stop();
}

void PacketDesk::stop()
{
    ++m_request;
    m_lane.cancel();
    if (std::exchange(m_busy, false))
        Q_EMIT stopped();
}

void PacketDesk::ask(flow::FlowId flow, std::function<void(const Asked&, const std::stop_token&)> job)
{
    const auto table = m_session.table();
    if (!table || flow.value >= table->size())
        return;
    const std::vector<std::filesystem::path> files = filePaths(m_session.files());
    if (!m_fetcher)
        m_fetcher = std::make_shared<capture::PacketFetcher>(files, m_session.descriptions());
    const auto places = table->places(flow);
    Asked asked{++m_request, m_fetcher, {places.begin(), places.end()}, std::move(files), {}};
    asked.progress = [this, request = m_request](std::size_t done, std::size_t total) {
        QMetaObject::invokeMethod(
            this,
            [this, request,
             fraction = static_cast<double>(done) / static_cast<double>(std::max<std::size_t>(1, total))] {
                if (request == m_request && m_busy)
                    Q_EMIT progressed(fraction);
            },
            Qt::QueuedConnection);
    };
    if (std::exchange(m_busy, true))
        Q_EMIT stopped();
    m_lane.replace([asked = std::move(asked), job = std::move(job)](const std::stop_token& stop) { job(asked, stop); });
}

void PacketDesk::read(flow::FlowId flow, std::size_t first)
{
    ask(flow, [this, flow, first](const Asked& asked, const std::stop_token& stop) {
        const PageSize page{.packets = first == 0 ? firstPage : nextPage};
        const std::size_t begin = std::min(first, asked.places.size());
        const std::size_t count = std::min(page.packets, asked.places.size() - begin);
        capture::announceFetches(asked.files, std::span(asked.places).subspan(begin, count));
        auto packets = std::make_shared<const FetchedPackets>(
            readPackets(*asked.fetcher, asked.places, begin, page, asked.progress, stop));
        QMetaObject::invokeMethod(
            this,
            [this, flow, request = asked.request, packets = std::move(packets)] {
                if (request != m_request)
                    return;
                m_busy = false;
                Q_EMIT packetsRead(flow, packets);
            },
            Qt::QueuedConnection);
    });
}

void PacketDesk::readStream(flow::FlowId flow)
{
    const auto table = m_session.table();
    if (!table || flow.value >= table->size())
        return;
    ask(flow, [this, flow, client = table->client[flow.value],
               protocol = table->protocol[flow.value]](const Asked& asked, const std::stop_token& stop) {
        capture::announceFetches(asked.files, std::span(asked.places).first(std::min(announced, asked.places.size())));
        auto stream = std::make_shared<const FlowStream>(
            ui::readStream(*asked.fetcher, asked.places, client, protocol, asked.progress, stop));
        QMetaObject::invokeMethod(
            this,
            [this, flow, request = asked.request, stream = std::move(stream)] {
                if (request != m_request)
                    return;
                m_busy = false;
                Q_EMIT streamRead(flow, stream);
            },
            Qt::QueuedConnection);
    });
}

} // namespace flowscent::ui
