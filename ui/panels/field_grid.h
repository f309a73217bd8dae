// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <utility>
#include <vector>

class QGridLayout;
class QLabel;

namespace flowscent::ui {

/// Names on the left, values on the right, under a heading; values can be selected and copied.
class FieldGrid : public QWidget {
    Q_OBJECT

public:
    using Fields = std::vector<std::pair<QString, QString>>;

    explicit FieldGrid(const QString& heading, QWidget* parent = nullptr);
    void setFields(const Fields& fields);

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Line {
        QLabel* name;
        QLabel* value;
    };
    void dress();

    QGridLayout* m_layout;
    std::vector<Line> m_lines;
};

} // namespace flowscent::ui
