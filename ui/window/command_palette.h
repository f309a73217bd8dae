// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QPointer>

#include <vector>

class QAction;
class QLabel;
class QLineEdit;
class QListWidget;
class QMenuBar;

namespace flowscent::ui {

/// Every command of the menus, found by typing parts of its words; Enter does the chosen one. Commands that cannot be
/// done now are listed too, greyed, so that nobody looks for them in vain.
class CommandPalette : public QDialog {
    Q_OBJECT

public:
    /// The menus' actions may go away while the palette is open.
    explicit CommandPalette(const QMenuBar& menus, QWidget* parent = nullptr);

    /// How well what was typed fits a command's words: 0 when a word of it is nowhere, else higher for beginnings of
    /// words and for short commands. Any case.
    [[nodiscard]] static int fit(const QString& typed, const QString& command);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Command {
        QPointer<QAction> action;
        QString words; ///< "Flow: Mark as threat"
    };

    void list(const QString& typed);
    void run();

    std::vector<Command> m_commands;
    QLineEdit* m_edit;
    QListWidget* m_list;
    QLabel* m_none;
};

} // namespace flowscent::ui
