// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/stream_desk.h"

#include "engine/base/atomic_file.h"

#include <QRegularExpression>

namespace flowscent::ui {

StreamDesk::StreamDesk(QObject* parent)
    : QObject(parent)
{
}

StreamDesk::~StreamDesk()
{
    m_layStop.request_stop();
    m_findStop.request_stop();
}

void StreamDesk::forget()
{
    ++m_layRequest;
    ++m_findRequest;
    m_layStop.request_stop();
    m_findStop.request_stop();
}

void StreamDesk::lay(const std::shared_ptr<const FlowStream>& stream, StreamMode mode, StreamSides sides)
{
    m_layStop.request_stop();
    m_layStop = std::stop_source();
    m_lane.post([this, request = ++m_layRequest, stream, mode, sides, stop = m_layStop.get_token()](std::stop_token) {
        auto lines = stop.stop_requested() ? nullptr : StreamLines::lay(stream, mode, sides, stop);
        QMetaObject::invokeMethod(
            this,
            [this, request, lines = std::move(lines)] {
                if (request == m_layRequest && lines)
                    Q_EMIT laid(lines);
            },
            Qt::QueuedConnection);
    });
}

void StreamDesk::find(const std::shared_ptr<const FlowStream>& stream, StreamSides sides,
                      std::vector<std::uint8_t> needle, bool foldCase)
{
    m_findStop.request_stop();
    m_findStop = std::stop_source();
    m_lane.post([this, request = ++m_findRequest, stream, sides, needle = std::move(needle), foldCase,
                 stop = m_findStop.get_token()](std::stop_token) {
        auto hits = stop.stop_requested() ? nullptr : findInStream(stream->stream, sides, needle, foldCase, stop);
        QMetaObject::invokeMethod(
            this,
            [this, request, hits = std::move(hits)] {
                if (request == m_findRequest && hits)
                    Q_EMIT found(hits);
            },
            Qt::QueuedConnection);
    });
}

void StreamDesk::save(const std::shared_ptr<const FlowStream>& stream, StreamSides sides, const QString& file)
{
    m_lane.post([this, stream, sides, file](std::stop_token) {
        quint64 bytes = 0;
        const auto written = base::writeAtomically(file.toStdString(), [&](std::ostream& out) -> base::Result<void> {
            for (const StreamRun& run : streamRuns(stream->stream, sides)) {
                const auto* begin = reinterpret_cast<const char*>(stream->stream.bytes.data() + run.begin);
                out.write(begin, static_cast<std::streamsize>(run.end - run.begin));
                bytes += run.end - run.begin;
            }
            return {};
        });
        QMetaObject::invokeMethod(
            this,
            [this, file, bytes, written] {
                if (written)
                    Q_EMIT saved(file, bytes);
                else
                    Q_EMIT failed(written.error());
            },
            Qt::QueuedConnection);
    });
}

std::vector<std::uint8_t> bytesOfHex(const QString& text)
{
    static const QRegularExpression pairs(QStringLiteral("^\\s*[0-9A-Fa-f]{2}(?:[ :]*[0-9A-Fa-f]{2})*\\s*$"));
    if (!pairs.match(text).hasMatch())
        return {};
    const QByteArray bytes = QByteArray::fromHex(text.toLatin1()); // passes over what is no digit
    return {bytes.begin(), bytes.end()};
}

} // namespace flowscent::ui
