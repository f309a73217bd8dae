// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QAction;
class QCheckBox;
class QKeySequenceEdit;
class QLabel;
class QPushButton;
class QTableWidget;

namespace flowscent::ui {

class KeyBindings;

/// Every command with its key, to be given another. A key that another command has is not taken from it silently: the
/// sentence below names that command.
class KeyEditor : public QDialog {
    Q_OBJECT

public:
    /// The bindings outlive the dialog.
    explicit KeyEditor(KeyBindings& bindings, QWidget* parent = nullptr);

private:
    void showKeys();
    void chosen();
    void offer(const QKeySequence& key);
    void take();
    [[nodiscard]] QAction* current() const;

    KeyBindings& m_bindings;
    QTableWidget* m_table;
    QKeySequenceEdit* m_edit;
    QPushButton* m_set;
    QLabel* m_remark;
    QCheckBox* m_letters;
};

} // namespace flowscent::ui
