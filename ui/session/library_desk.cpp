// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/library_desk.h"

#include "ui/session/file_paths.h"

#include "engine/base/who.h"
#include "engine/features/extract.h"
#include "engine/learn/backend.h"
#include "engine/store/library/flow_origins.h"
#include "engine/store/library/plain_text.h"

namespace flowscent::ui {

struct LibraryDesk::Order {
    std::shared_ptr<const Adaptation> adaptation;
    std::vector<std::filesystem::path> files;
    std::string name;
    std::string why;
    std::vector<std::filesystem::path> others;
};

namespace {

/// Everything that makes the detector again elsewhere, but where it comes from.
store::Bundle bundleOf(const Adaptation& adaptation, const std::string& name, const std::string& why)
{
    store::Bundle bundle;
    bundle.name = name;
    bundle.detector = adaptation.detector;
    bundle.detector.threatName = name;
    bundle.examples = {features::extract(*adaptation.table, adaptation.threats),
                       features::extract(*adaptation.table, adaptation.counters),
                       features::extract(*adaptation.table, adaptation.background)};
    bundle.falseAlarmBudget = adaptation.settings.falseAlarmBudget;
    bundle.seed = adaptation.settings.seed;
    bundle.provenance.author = base::loginName().value_or("unknown");
    bundle.provenance.created = base::timeNow();
    bundle.provenance.why = why;
    return bundle;
}

std::vector<store::MarkedFlow> markedFlows(const Adaptation& adaptation, const std::string& name)
{
    std::vector<store::MarkedFlow> marked;
    for (const flow::FlowId flow : adaptation.threats)
        marked.push_back({flow, name});
    for (const flow::FlowId flow : adaptation.counters)
        marked.push_back({flow, "not " + name});
    return marked;
}

} // namespace

LibraryDesk::LibraryDesk(const QString& folder, QObject* parent)
    : QObject(parent)
    , m_library(folder.isEmpty() ? store::Library::defaultFolder() : std::filesystem::path(folder.toStdString()))
{
}

template <class Function>
void LibraryDesk::onGuiThread(Function function)
{
    QMetaObject::invokeMethod(this, std::move(function), Qt::QueuedConnection);
}

QString LibraryDesk::nameFault(const QString& name)
{
    const auto checked = store::checkName(name.toStdString());
    return checked ? QString() : QString::fromStdString(checked.error().sentence());
}

void LibraryDesk::save(std::shared_ptr<const Adaptation> adaptation, const QStringList& files, const QString& name,
                       const QString& why, const QStringList& otherCaptures)
{
    m_lane.post([this, order = Order{std::move(adaptation), filePaths(files), name.toStdString(), why.toStdString(),
                                     filePaths(otherCaptures)}](const std::stop_token& stop) { run(order, stop); });
}

void LibraryDesk::cancel()
{
    m_lane.stop(); // not forgotten: what was found is told
}

/// On the lane.
void LibraryDesk::run(const Order& order, const std::stop_token& stop)
{
    store::Bundle bundle = bundleOf(*order.adaptation, order.name, order.why);
    const auto recorded = store::recordFlows(*order.adaptation->table, order.files,
                                             markedFlows(*order.adaptation, order.name), bundle.provenance, stop);
    auto version =
        recorded ? m_library.add(std::move(bundle)) : base::Result<std::uint32_t>(base::failure(recorded.error()));
    if (!version) {
        onGuiThread([this, error = version.error()] { Q_EMIT failed(error); });
        return;
    }
    onGuiThread([this, name = QString::fromStdString(order.name), number = *version] { Q_EMIT saved(name, number); });
    if (!order.others.empty())
        hunt(order, *version, stop);
}

void LibraryDesk::hunt(const Order& order, std::uint32_t version, const std::stop_token& stop)
{
    onGuiThread([this] { m_hunting = true; });
    const auto progress = [this](const base::Progress& at) {
        onGuiThread([this, at] {
            if (m_hunting)
                Q_EMIT huntProgressed(QString::fromStdString(at.what), at.fraction());
        });
    };
    const auto encoder = [&](const std::shared_ptr<const learn::BaseModel>&) {
        return base::Result<std::shared_ptr<const learn::Encoder>>(order.adaptation->encoder);
    };
    const auto passOver = [](const store::RetroHit&) { return base::Result<void>(); };
    detect::Detector detector = order.adaptation->detector;
    auto report = store::retroHunt(order.others, {{order.name, version, std::move(detector)}}, {}, encoder, passOver,
                                   progress, stop);
    onGuiThread([this, name = QString::fromStdString(order.name), version, report = std::move(report)]() mutable {
        m_hunting = false;
        if (report)
            Q_EMIT huntFinished(
                std::make_shared<const RetroFindings>(RetroFindings{name, version, std::move(*report)}));
        else
            Q_EMIT failed(report.error());
    });
}

} // namespace flowscent::ui
