// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <optional>
#include <vector>

#include "engine/flow/flow_record.h"

namespace flowscent::ui {

/// The flows that are chosen, everywhere at once: table, scatter and details show the same ones. Kept as ids, so that
/// sorting, filtering and another view do not lose them.
class FlowSelection : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Any order; doubles count once.
    void select(std::vector<flow::FlowId> flows);
    void clear();
    /// The one that the details are about; need not be among the chosen.
    void setCurrent(std::optional<flow::FlowId> flow);

    [[nodiscard]] const std::vector<flow::FlowId>& flows() const { return m_flows; } ///< ascending
    [[nodiscard]] bool contains(flow::FlowId flow) const;
    [[nodiscard]] std::optional<flow::FlowId> current() const { return m_current; }

Q_SIGNALS:
    void changed();
    void currentChanged();

private:
    std::vector<flow::FlowId> m_flows;
    std::optional<flow::FlowId> m_current;
};

} // namespace flowscent::ui
