// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeySequence>
#include <QList>

class QAction;

namespace flowscent::ui {

/// The keys of commands as the user wants them, kept in the settings. Commands are told apart by their object names.
class KeyBindings {
public:
    /// Remembers the keys that the commands have now as the program's own, then gives them the user's. The commands
    /// outlive this.
    explicit KeyBindings(QList<QAction*> commands);

    [[nodiscard]] const QList<QAction*>& commands() const { return m_commands; }
    /// What the command has, whether single letters are on or not.
    [[nodiscard]] QKeySequence key(const QAction* command) const;

    /// Another command that has this key already; null when there is none. An empty key belongs to nobody.
    [[nodiscard]] QAction* holder(const QKeySequence& key, const QAction* butNot) const;
    /// An empty key takes the command's key away.
    void setKey(QAction* command, const QKeySequence& key);
    void reset();

    /// Keys that are one character without Ctrl or Alt may come from a dictation program or a cat: WCAG 2.1.4 wants
    /// them to be switched off at will.
    [[nodiscard]] bool singleLetters() const { return m_singleLetters; }
    void setSingleLetters(bool on);

private:
    void apply();

    QList<QAction*> m_commands;
    QList<QKeySequence> m_own;  ///< of each command
    QList<QKeySequence> m_keys; ///< of each command
    bool m_singleLetters = true;
};

} // namespace flowscent::ui
