// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace flowscent::ui {

/// The picture of a key, as large as its letter needs.
class Keycap : public QWidget {
    Q_OBJECT

public:
    explicit Keycap(const QString& key, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_key;
};

} // namespace flowscent::ui
