// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>

#include <map>
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
    /// What is said behind a flow's line: "copy of #12". Of flows that are not here nothing is shown.
    void setRemarks(std::map<flow::FlowId, QString> remarks);
    [[nodiscard]] flow::FlowId flowAt(int row) const { return m_flows[static_cast<std::size_t>(row)]; }
    [[nodiscard]] const std::vector<flow::FlowId>& flows() const { return m_flows; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    [[nodiscard]] QString remarked(flow::FlowId flow, const QString& text) const;

    std::shared_ptr<const flow::FlowTable> m_table;
    std::vector<flow::FlowId> m_flows;
    std::map<flow::FlowId, QString> m_remarks;
};

} // namespace flowscent::ui
