// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QLineEdit;
class QTreeWidget;

namespace flowscent::ui {

/// What can be asked for: every field with its meaning, to search through and to take over, and the language in a few
/// examples. Stays open beside the work.
class FilterHelp : public QDialog {
    Q_OBJECT

public:
    explicit FilterHelp(QWidget* parent = nullptr);

Q_SIGNALS:
    void fieldTaken(const QString& field); ///< to go on typing with

private:
    void search(const QString& words);

    QLineEdit* m_search;
    QTreeWidget* m_fields;
};

} // namespace flowscent::ui
