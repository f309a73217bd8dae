// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/identity_text.h"

#include "ui/models/flow_text.h"

#include <QStringList>

namespace flowscent::ui {

using identify::Confidence;
using identify::Identity;

namespace {

QString applicationText(const flow::FlowTable& table, const Identity& identity)
{
    const QString name = toQString(table.text(identity.application));
    return identity.confidence == Confidence::Port ? name + QStringLiteral(" ?") : name;
}

QString risksText(const Identity& identity)
{
    QStringList names;
    for (const std::string_view risk : identify::riskTexts(identity.risks))
        names.push_back(toQString(risk));
    return names.join(QStringLiteral("; "));
}

} // namespace

QString identityText(const flow::FlowTable& table, flow::FlowId flow, FlowColumn column)
{
    const Identity identity = table.identity(flow);
    switch (column) {
    case FlowColumn::Application:
        return applicationText(table, identity);
    case FlowColumn::Host:
        return toQString(table.text(identity.host));
    case FlowColumn::Category:
        return toQString(table.text(identity.category));
    case FlowColumn::Alpn:
        return toQString(table.text(identity.alpn));
    case FlowColumn::Agent:
        return toQString(table.text(identity.agent));
    case FlowColumn::Software:
        return toQString(table.text(identity.software));
    case FlowColumn::ClientPrint:
        return toQString(table.text(identity.clientPrint));
    case FlowColumn::ServerPrint:
        return toQString(table.text(identity.serverPrint));
    case FlowColumn::Ja4:
        return toQString(table.text(identity.ja4));
    case FlowColumn::Risks:
        return risksText(identity);
    default:
        return {};
    }
}

} // namespace flowscent::ui
