// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include <vector>

#include "engine/hunt/filter_completion.h"

namespace flowscent::ui {

/// What could stand where the cursor is: a row for each offer, its text and what is known of it.
class CompletionModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Text, Detail, Columns };

    using QAbstractTableModel::QAbstractTableModel;

    void show(std::vector<hunt::Completion> offers);
    [[nodiscard]] const hunt::Completion& offer(int row) const { return m_offers[static_cast<std::size_t>(row)]; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    std::vector<hunt::Completion> m_offers;
};

} // namespace flowscent::ui
