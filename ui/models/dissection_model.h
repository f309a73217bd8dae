// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>

#include <memory>

#include "ui/session/dissection.h"

namespace flowscent::ui {

/// Packets, their protocols and fields as a tree of one column.
class DissectionModel : public QAbstractItemModel {
    Q_OBJECT

public:
    using QAbstractItemModel::QAbstractItemModel;

    /// Null empties the tree.
    void setDissection(std::shared_ptr<const Dissection> dissection);
    [[nodiscard]] const std::shared_ptr<const Dissection>& dissection() const { return m_dissection; }
    [[nodiscard]] const DissectedNode& at(const QModelIndex& index) const
    {
        return m_dissection->nodes[static_cast<std::size_t>(index.internalId())];
    }
    [[nodiscard]] QModelIndex indexOf(std::uint32_t node) const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& child) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    using QObject::parent;

private:
    std::shared_ptr<const Dissection> m_dissection;
};

} // namespace flowscent::ui
