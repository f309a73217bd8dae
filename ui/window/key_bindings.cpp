// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/key_bindings.h"

#include <QAction>
#include <QSettings>

namespace flowscent::ui {

namespace {

const QString lettersKey = QStringLiteral("keys/singleLetters");

QString settingOf(const QAction* command)
{
    return QStringLiteral("keys/commands/") + command->objectName();
}

bool isSingleLetter(const QKeySequence& key)
{
    if (key.count() != 1)
        return false;
    const auto modifiers = key[0].keyboardModifiers();
    const int code = key[0].key();
    const bool printable = code > Qt::Key_Space && code < Qt::Key_Escape;
    return printable && (modifiers & ~Qt::ShiftModifier) == Qt::NoModifier;
}

} // namespace

KeyBindings::KeyBindings(QList<QAction*> commands)
    : m_commands(std::move(commands))
{
    const QSettings settings;
    m_singleLetters = settings.value(lettersKey, true).toBool();
    for (const QAction* command : m_commands) {
        m_own << command->shortcut();
        const QVariant chosen = settings.value(settingOf(command));
        m_keys << (chosen.isValid() ? QKeySequence(chosen.toString(), QKeySequence::PortableText)
                                    : command->shortcut());
    }
    apply();
}

void KeyBindings::apply()
{
    for (qsizetype i = 0; i < m_commands.size(); ++i)
        m_commands[i]->setShortcut(!m_singleLetters && isSingleLetter(m_keys[i]) ? QKeySequence() : m_keys[i]);
}

QKeySequence KeyBindings::key(const QAction* command) const
{
    return m_keys.value(m_commands.indexOf(command));
}

QAction* KeyBindings::holder(const QKeySequence& key, const QAction* butNot) const
{
    for (qsizetype i = 0; i < m_commands.size(); ++i) {
        if (!key.isEmpty() && m_keys[i] == key && m_commands[i] != butNot)
            return m_commands[i];
    }
    return nullptr;
}

void KeyBindings::setKey(QAction* command, const QKeySequence& key)
{
    const qsizetype at = m_commands.indexOf(command);
    if (at < 0 || m_keys[at] == key)
        return;
    m_keys[at] = key;
    if (key == m_own[at])
        QSettings().remove(settingOf(command));
    else
        QSettings().setValue(settingOf(command), key.toString(QKeySequence::PortableText));
    apply();
}

void KeyBindings::reset()
{
    for (qsizetype i = 0; i < m_commands.size(); ++i)
        setKey(m_commands[i], m_own[i]);
    setSingleLetters(true);
}

void KeyBindings::setSingleLetters(bool on)
{
    m_singleLetters = on;
    QSettings().setValue(lettersKey, on);
    apply();
}

} // namespace flowscent::ui
