// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace flowscent::ui {

/// Asks what a detector is to be called in the library and what it is for. Not modal: flows can be looked at meanwhile.
class SaveDetector : public QDialog {
    Q_OBJECT

public:
    /// `captures`: how many others there are to be looked through.
    SaveDetector(const QString& suggestedName, qsizetype captures, QWidget* parent = nullptr);

Q_SIGNALS:
    void saveAsked(const QString& name, const QString& why, bool hunt);

private:
    void judge();

    QLineEdit* m_name;
    QLineEdit* m_why;
    QCheckBox* m_hunt;
    QLabel* m_fault;
    QPushButton* m_save;
};

} // namespace flowscent::ui
