// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/dissector.h"

#include "engine/base/atomic_file.h"
#include "engine/capture/pcapng_writer.h"
#include "ui/session/other_program.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>

namespace flowscent::ui {

using base::Error;

namespace {

constexpr qsizetype mostSaid = qsizetype{64} << 20; ///< bytes of PDML
constexpr qsizetype mostComplaint = 4096;

QString program()
{
    return otherProgram(QStringLiteral("tshark/program"), QStringLiteral("tshark"));
}

base::Result<void> writePackets(const FetchedPackets& packets, std::size_t count, const std::string& file)
{
    return base::writeAtomically(file, [&](std::ostream& out) -> base::Result<void> {
        capture::PcapngWriter writer(out, "");
        for (std::size_t i = 0; i < count; ++i) {
            const capture::StoredPacket& packet = packets.packets[i].stored;
            if (auto written = writer.write({packet.bytes, packet.originalLength, packet.time, packet.linkType, {}});
                !written)
                return written;
        }
        return {};
    });
}

} // namespace

Dissector::Dissector(QObject* parent)
    : QObject(parent)
    , m_patience(new QTimer(this))
{
    m_patience->setSingleShot(true);
    connect(m_patience, &QTimer::timeout, this, [this] {
        endProcess();
        fail(Error::Code::Io, tr("tshark took longer than %1 s and was ended").arg(m_timeout / 1000));
    });
}

Dissector::~Dissector()
{
    endProcess();
}

QString Dissector::missing()
{
    return program().isEmpty()
               ? tr("tshark is not installed. \"apt install tshark\" brings it. Everything else works without.")
               : QString();
}

void Dissector::endProcess()
{
    m_patience->stop();
    if (m_process == nullptr)
        return;
    m_process->disconnect(this);
    m_process->kill();
    // Waits for its end out of sight; a process that is destroyed while it runs would make us wait.
    m_process->setParent(nullptr);
    if (m_process->state() == QProcess::NotRunning)
        m_process->deleteLater();
    else
        connect(m_process, &QProcess::finished, m_process, &QObject::deleteLater);
    m_process = nullptr;
}

void Dissector::stop()
{
    ++m_request;
    endProcess();
    m_lane.cancel();
    m_said.clear();
    if (std::exchange(m_busy, false))
        Q_EMIT stopped();
}

void Dissector::fail(Error::Code code, const QString& what)
{
    ++m_request;
    m_busy = false;
    m_said.clear();
    Q_EMIT failed(Error{code, what.toStdString(), {}});
}

void Dissector::dissect(const std::shared_ptr<const FetchedPackets>& packets, std::size_t count)
{
    stop();
    if (const QString reason = missing(); !reason.isEmpty()) {
        fail(Error::Code::Unavailable, reason);
        return;
    }
    if (!m_folder)
        m_folder = std::make_unique<QTemporaryDir>(); // readable by nobody else
    if (!m_folder->isValid()) {
        fail(Error::Code::Io, tr("no folder for tshark's packets: %1").arg(m_folder->errorString()));
        m_folder = nullptr;
        return;
    }
    m_packets = packets;
    m_count = std::min(count, packets->packets.size());
    m_busy = true;
    const QString file = m_folder->filePath(QStringLiteral("packets.pcapng"));
    m_lane.post([this, request = m_request, packets, count = m_count, file](std::stop_token) {
        const auto written = writePackets(*packets, count, file.toStdString());
        QMetaObject::invokeMethod(
            this,
            [this, request, file, written] {
                if (request != m_request)
                    return;
                if (written)
                    run(request, file);
                else
                    fail(written.error().code, QString::fromStdString(written.error().sentence()));
            },
            Qt::QueuedConnection);
    });
}

void Dissector::run(std::uint64_t request, const QString& file)
{
    m_said.clear();
    m_complaint.clear();
    m_seen = 0;
    m_process = new QProcess(this);
    m_process->setProgram(program());
    m_process->setArguments({QStringLiteral("-n"), QStringLiteral("-r"), file, QStringLiteral("-T"),
                             QStringLiteral("pdml")}); // -n: no name is asked of anybody
    m_process->setProcessEnvironment(otherEnvironment());
    m_process->setStandardInputFile(QProcess::nullDevice());
    connect(m_process, &QProcess::readyReadStandardOutput, this, &Dissector::take);
    connect(m_process, &QProcess::readyReadStandardError, this,
            [this] { m_complaint = (m_complaint + m_process->readAllStandardError()).left(mostComplaint); });
    connect(m_process, &QProcess::errorOccurred, this, [this, request](QProcess::ProcessError error) {
        if (request == m_request && error == QProcess::FailedToStart) {
            endProcess();
            fail(Error::Code::Unavailable, tr("tshark cannot be started"));
        }
    });
    connect(m_process, &QProcess::finished, this, [this, request](int code, QProcess::ExitStatus status) {
        if (request != m_request)
            return;
        take();
        if (m_process == nullptr)
            return; // that was too much
        finish(status == QProcess::NormalExit && code == 0);
    });
    m_patience->start(m_timeout);
    m_process->start();
}

void Dissector::take()
{
    const qsizetype before = m_said.size();
    m_said += m_process->readAllStandardOutput();
    static const QByteArray mark("<packet>");
    for (qsizetype at = std::max<qsizetype>(0, before - mark.size() + 1); (at = m_said.indexOf(mark, at)) >= 0;
         at += mark.size())
        ++m_seen;
    Q_EMIT progressed(m_count == 0 ? 1.0 : static_cast<double>(m_seen) / static_cast<double>(m_count));
    if (m_said.size() > mostSaid) {
        m_said.truncate(mostSaid);
        endProcess();
        finish(true); // the reader says where it ends
    }
}

void Dissector::finish(bool whole)
{
    endProcess();
    if (!whole && m_said.isEmpty()) {
        const QString why = QString::fromUtf8(m_complaint).simplified();
        fail(Error::Code::Format, tr("tshark could not read the packets: %1").arg(why));
        return;
    }
    m_lane.post([this, request = m_request, said = std::exchange(m_said, {}), packets = m_packets,
                 count = m_count](const std::stop_token& stop) {
        auto read = readPdml(said, packets, count, stop);
        QMetaObject::invokeMethod(
            this,
            [this, request, read = std::move(read)] {
                if (request != m_request || !read)
                    return;
                m_busy = false;
                Q_EMIT dissected(read);
            },
            Qt::QueuedConnection);
    });
}

} // namespace flowscent::ui
