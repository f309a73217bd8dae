// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/handoff.h"

#include "engine/store/packet_export.h"
#include "ui/session/file_paths.h"
#include "ui/session/other_program.h"
#include "ui/session/session.h"

#include <QLocale>
#include <QProcess>
#include <QTemporaryDir>

#include <utility>

namespace flowscent::ui {

using base::Error;

namespace {

QString sizeText(std::uint64_t bytes)
{
    return QLocale::c().formattedDataSize(static_cast<qint64>(bytes), 1, QLocale::DataSizeSIFormat);
}

QString numberText(std::uint64_t number)
{
    return QString::number(static_cast<qulonglong>(number));
}

} // namespace

FlowVolume volumeOf(const flow::FlowTable& table, const flow::FlowSet& flows)
{
    FlowVolume volume;
    flows.each([&](flow::FlowId flow) {
        if (flow.value >= table.size())
            return;
        ++volume.flows;
        if (!table.hasPackets(flow))
            return;
        ++volume.withPackets;
        volume.packets += table.packets[flow.value][0] + table.packets[flow.value][1];
        volume.bytes += table.bytes[flow.value][0] + table.bytes[flow.value][1];
    });
    return volume;
}

Handoff::Handoff(Session& session, QObject* parent)
    : QObject(parent)
    , m_session(session)
{
}

Handoff::~Handoff() = default;

QString Handoff::program()
{
    return otherProgram(QStringLiteral("wireshark/program"), QStringLiteral("wireshark"));
}

QString Handoff::refusal(const flow::FlowSet& flows) const
{
    if (program().isEmpty())
        return tr("Wireshark is not installed. \"apt install wireshark\" brings it; another program can be set as "
                  "wireshark/program in Flowscent's settings file.");
    const auto table = m_session.table();
    if (!table || flows.empty())
        return tr("Choose flows first; their packets are what is opened.");
    const FlowVolume volume = volumeOf(*table, flows);
    if (volume.withPackets == 0)
        return tr("These flows were imported from a log: there are no packets to open.");
    if (volume.bytes > most)
        return tr("%1 flows have %2 of packets, more than the %3 that are handed over. Choose fewer, or export them.")
            .arg(numberText(volume.withPackets), sizeText(volume.bytes), sizeText(most));
    return {};
}

QString Handoff::question(const flow::FlowSet& flows) const
{
    const auto table = m_session.table();
    const FlowVolume volume = table ? volumeOf(*table, flows) : FlowVolume{};
    return volume.bytes < askFrom ? QString()
                                  : tr("Open %1 flows (%2)?").arg(numberText(volume.flows), sizeText(volume.bytes));
}

void Handoff::open(const flow::FlowSet& flows)
{
    stop();
    if (const QString reason = refusal(flows); !reason.isEmpty()) {
        Q_EMIT failed(Error{Error::Code::Unavailable, reason.toStdString(), {}});
        return;
    }
    if (!m_folder)
        m_folder = std::make_unique<QTemporaryDir>();
    if (!m_folder->isValid()) {
        fail({Error::Code::Io, m_folder->errorString().toStdString(), m_folder->path().toStdString()});
        m_folder = nullptr;
        return;
    }
    const auto chosenFlows = flows.flows();
    const QString name = chosenFlows.size() == 1 ? QStringLiteral("flow-%1").arg(chosenFlows.front().value + 1)
                                                 : QStringLiteral("%1-flows").arg(chosenFlows.size());
    const QString file = m_folder->filePath(QStringLiteral("%1-%2.pcapng").arg(name).arg(++m_files));
    store::PacketExport chosen{.table = m_session.table(),
                               .files = filePaths(m_session.files()),
                               .descriptions = m_session.descriptions(),
                               .flows = {}};
    for (const flow::FlowId flow : chosenFlows)
        chosen.flows.push_back({flow, {}});
    m_busy = true;
    m_lane.replace([this, request = ++m_request, chosen = std::move(chosen), file](const std::stop_token& stop) {
        const auto progress = [this, request](const base::Progress& at) {
            QMetaObject::invokeMethod(
                this,
                [this, request, fraction = at.fraction()] {
                    if (request == m_request && m_busy)
                        Q_EMIT progressed(fraction);
                },
                Qt::QueuedConnection);
        };
        const auto report = store::exportPackets(chosen, file.toStdString(), progress, stop);
        QMetaObject::invokeMethod(
            this,
            [this, request, file, report] {
                if (request != m_request)
                    return;
                if (report)
                    start(file, report->packets);
                else
                    fail(report.error());
            },
            Qt::QueuedConnection);
    });
}

void Handoff::start(const QString& file, quint64 packets)
{
    m_busy = false;
    QProcess process;
    process.setProgram(program());
    process.setArguments({file});
    process.setProcessEnvironment(otherEnvironment());
    if (process.startDetached())
        Q_EMIT opened(file, packets);
    else
        fail({Error::Code::Unavailable, tr("cannot be started").toStdString(), process.program().toStdString()});
}

void Handoff::fail(const Error& error)
{
    m_busy = false;
    Q_EMIT failed(error);
}

void Handoff::stop()
{
    ++m_request;
    m_lane.cancel();
    if (std::exchange(m_busy, false))
        Q_EMIT stopped();
}

} // namespace flowscent::ui
