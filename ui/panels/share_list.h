// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QListView>

namespace flowscent::ui {

class ShareModel;

/// Rows of a share as labelled bars, as tall as its rows. A click or Enter asks for what the row stands for.
class ShareList : public QListView {
    Q_OBJECT

public:
    /// The model outlives the list.
    explicit ShareList(ShareModel& model, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void asked(const QString& expression);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    void ask(const QModelIndex& index);
};

} // namespace flowscent::ui
