// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/flow_mime.h"

#include <QCoreApplication>
#include <QDataStream>
#include <QIODevice>
#include <QUuid>

namespace flowscent::ui {

namespace {

/// Cannot be guessed by who offers us ids of another table.
const QByteArray& ours()
{
    static const QByteArray token = QUuid::createUuid().toRfc4122();
    return token;
}

} // namespace

QString flowMimeType()
{
    return QStringLiteral("application/x-flowscent-flows");
}

std::unique_ptr<QMimeData> flowMime(const std::vector<flow::FlowId>& flows)
{
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream << ours();
    for (const flow::FlowId flow : flows)
        stream << quint32{flow.value};
    auto data = std::make_unique<QMimeData>();
    data->setData(flowMimeType(), bytes);
    return data;
}

std::optional<std::vector<flow::FlowId>> flowsOf(const QMimeData& data)
{
    QDataStream stream(data.data(flowMimeType()));
    QByteArray token;
    stream >> token;
    if (stream.status() != QDataStream::Ok || token != ours())
        return std::nullopt;
    std::vector<flow::FlowId> flows;
    while (!stream.atEnd()) {
        quint32 flow = 0;
        stream >> flow;
        if (stream.status() != QDataStream::Ok)
            return std::nullopt;
        flows.emplace_back(flow);
    }
    return flows;
}

} // namespace flowscent::ui
