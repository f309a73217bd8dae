// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>

#include "ui/models/share_rows.h"

namespace flowscent::ui {

/// The rows of one topic of the statistics, each with its share of all flows that pass.
class ShareModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role {
        ValueRole = Qt::UserRole, ///< QString: "1 284", "1.2 MB"
        ShareRole,                ///< double, 0 to 1
        PercentRole,              ///< QString: "34.1 %"
        ExpressionRole,           ///< QString: in the filter language; empty where nothing asks for it
    };

    using QAbstractListModel::QAbstractListModel;

    /// `whole` is what the shares are parts of.
    void setRows(std::vector<ShareRow> rows, const flow::Amount& whole, ShareMeasure measure);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    [[nodiscard]] double share(const ShareRow& row) const;

    std::vector<ShareRow> m_rows;
    flow::Amount m_whole;
    ShareMeasure m_measure = ShareMeasure::Flows;
};

} // namespace flowscent::ui
