// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/session/session.h"

class QComboBox;
class QLineEdit;
class QPushButton;
class QStackedWidget;

namespace flowscent::ui {

/// Which of the hunt's threats is taught and adapted to; gives them names and adds new ones.
class ThreatChooser : public QWidget {
    Q_OBJECT

public:
    /// The session outlives it.
    explicit ThreatChooser(Session& session, QWidget* parent = nullptr);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void fill();
    void edit(bool fresh);
    void accept();
    void leave();

    Session& m_session;
    QStackedWidget* m_pages; ///< the choice, or the name being typed
    QComboBox* m_choice;
    QLineEdit* m_name;
    QPushButton* m_rename;
    QPushButton* m_add;
    bool m_fresh = false;
};

} // namespace flowscent::ui
