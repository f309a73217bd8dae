// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>

#include <memory>
#include <vector>

#include "engine/flow/flow_table.h"

namespace flowscent::ui {

/// A few flows, one line each: examples, counter-examples or the background.
class SupportModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role { FlowRole = Qt::UserRole };

    using QAbstractListModel::QAbstractListModel;

    /// Resets only when something is different.
    void setFlows(std::shared_ptr<const flow::FlowTable> table, std::vector<flow::FlowId> flows);
    [[nodiscard]] flow::FlowId flowAt(int row) const { return m_flows[static_cast<std::size_t>(row)]; }
    [[nodiscard]] const std::vector<flow::FlowId>& flows() const { return m_flows; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    std::shared_ptr<const flow::FlowTable> m_table;
    std::vector<flow::FlowId> m_flows;
};

} // namespace flowscent::ui
