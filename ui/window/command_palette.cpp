// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/command_palette.h"

#include "ui/window/menu_commands.h"

#include <QAction>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

CommandPalette::CommandPalette(const QMenuBar& menus, QWidget* parent)
    : QDialog(parent, Qt::Popup)
    , m_edit(new QLineEdit(this))
    , m_list(new QListWidget(this))
    , m_none(new QLabel(tr("No command has these words. Esc closes."), this))
{
    setObjectName(QStringLiteral("commandPalette"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Commands"));
    for (const MenuCommand& command : menuCommands(menus))
        m_commands.push_back({command.action, QStringLiteral("%1: %2").arg(command.menu, command.words)});

    m_edit->setObjectName(QStringLiteral("paletteEdit"));
    m_edit->setAccessibleName(tr("Command"));
    m_edit->setPlaceholderText(tr("Type parts of a command's words; Enter does it"));
    m_edit->installEventFilter(this);
    m_list->setObjectName(QStringLiteral("paletteList"));
    m_list->setAccessibleName(tr("Commands that fit"));
    m_list->setFocusPolicy(Qt::NoFocus); // typing goes on while one chooses
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_none->setAlignment(Qt::AlignCenter);
    m_none->setMargin(12);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(m_edit);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_none);
    const QFontMetrics metrics(font());
    resize(metrics.averageCharWidth() * 76, metrics.height() * 20);
    connect(m_edit, &QLineEdit::textChanged, this, &CommandPalette::list);
    connect(m_edit, &QLineEdit::returnPressed, this, &CommandPalette::run);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::run);
    list({});
}

int CommandPalette::fit(const QString& typed, const QString& command)
{
    constexpr int beginning = 20;
    constexpr int inside = 5;
    int sum = 1000 - static_cast<int>(std::min<qsizetype>(command.size(), 500));
    for (const QString& part : typed.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const qsizetype at = command.indexOf(part, 0, Qt::CaseInsensitive);
        if (at < 0)
            return 0;
        const bool begins = at == 0 || !command[at - 1].isLetterOrNumber();
        sum += 100 * (begins ? beginning : inside);
    }
    return sum;
}

void CommandPalette::list(const QString& typed)
{
    std::vector<std::pair<int, const Command*>> fitting;
    for (const Command& command : m_commands) {
        if (const int fits = fit(typed, command.words); fits > 0 && command.action)
            fitting.emplace_back(fits, &command);
    }
    if (!typed.trimmed().isEmpty()) // as in the menus while nothing is asked for
        std::ranges::stable_sort(fitting, std::ranges::greater{}, [](const auto& entry) { return entry.first; });
    m_list->clear();
    for (const auto& [fits, command] : fitting) {
        const QString keys = command->action->shortcut().toString(QKeySequence::NativeText);
        auto* item = new QListWidgetItem(
            keys.isEmpty() ? command->words : QStringLiteral("%1    (%2)").arg(command->words, keys), m_list);
        item->setData(Qt::UserRole, static_cast<int>(command - m_commands.data()));
        item->setToolTip(command->action->toolTip());
        if (!command->action->isEnabled())
            item->setFlags(Qt::NoItemFlags);
    }
    for (int row = 0; row < m_list->count(); ++row) {
        if (m_list->item(row)->flags().testFlag(Qt::ItemIsEnabled)) {
            m_list->setCurrentRow(row);
            break;
        }
    }
    m_none->setVisible(m_list->count() == 0);
    m_list->setVisible(m_list->count() > 0);
}

void CommandPalette::run()
{
    const QListWidgetItem* item = m_list->currentItem();
    if (item == nullptr || !item->flags().testFlag(Qt::ItemIsEnabled))
        return;
    const QPointer<QAction> action = m_commands[static_cast<std::size_t>(item->data(Qt::UserRole).toInt())].action;
    close(); // first: the command may open something of its own
    if (action)
        action->trigger();
}

/// Arrows and pages move in the list while the edit keeps the focus.
bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_edit || event->type() != QEvent::KeyPress)
        return QDialog::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
    constexpr int page = 10;
    const int step = key->key() == Qt::Key_Down       ? 1
                     : key->key() == Qt::Key_Up       ? -1
                     : key->key() == Qt::Key_PageDown ? page
                     : key->key() == Qt::Key_PageUp   ? -page
                                                      : 0;
    if (step == 0 || m_list->count() == 0)
        return QDialog::eventFilter(watched, event);
    m_list->setCurrentRow(std::clamp(m_list->currentRow() + step, 0, m_list->count() - 1));
    return true;
}

} // namespace flowscent::ui
