// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <optional>
#include <span>
#include <vector>

#include "engine/flow/flow_set.h"

namespace flowscent::ui {

/// The flows that are chosen, everywhere at once: table, map, scatter and details show the same ones. Kept as ids, so
/// that sorting, filtering and another view do not lose them.
class FlowSelection : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    void select(flow::FlowSet flows);
    /// Any order; doubles count once.
    void select(const std::vector<flow::FlowId>& flows);
    void clear();
    /// The one that the details are about; need not be among the chosen.
    void setCurrent(std::optional<flow::FlowId> flow);

    [[nodiscard]] const flow::FlowSet& set() const { return m_flows; }
    [[nodiscard]] std::vector<flow::FlowId> flows() const { return m_flows.flows(); } ///< ascending
    [[nodiscard]] std::size_t count() const { return m_flows.count(); }
    [[nodiscard]] bool empty() const { return m_flows.empty(); }
    [[nodiscard]] bool contains(flow::FlowId flow) const { return m_flows.contains(flow); }
    [[nodiscard]] std::optional<flow::FlowId> current() const { return m_current; }

Q_SIGNALS:
    void changed();
    void currentChanged();

private:
    flow::FlowSet m_flows;
    std::optional<flow::FlowId> m_current;
};

} // namespace flowscent::ui
