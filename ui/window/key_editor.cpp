// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/key_editor.h"

#include "ui/window/key_bindings.h"
#include "ui/window/menu_commands.h"

#include <QAction>
#include <QCheckBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

namespace flowscent::ui {

KeyEditor::KeyEditor(KeyBindings& bindings, QWidget* parent)
    : QDialog(parent)
    , m_bindings(bindings)
    , m_table(new QTableWidget(static_cast<int>(bindings.commands().size()), 2, this))
    , m_edit(new QKeySequenceEdit(this))
    , m_set(new QPushButton(tr("Give it this key"), this))
    , m_remark(new QLabel(this))
    , m_letters(new QCheckBox(tr("Single letters are commands where flows have the focus"), this))
{
    setObjectName(QStringLiteral("keyEditor"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Keys of commands"));
    m_table->setObjectName(QStringLiteral("keyTable"));
    m_table->setAccessibleName(tr("Commands and their keys"));
    m_table->setHorizontalHeaderLabels({tr("Command"), tr("Key")});
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_edit->setObjectName(QStringLiteral("keyEdit"));
    m_edit->setAccessibleName(tr("New key"));
    m_set->setObjectName(QStringLiteral("keySet"));
    m_remark->setObjectName(QStringLiteral("keyRemark"));
    m_remark->setWordWrap(true);
    m_letters->setObjectName(QStringLiteral("keyLetters"));
    m_letters->setChecked(bindings.singleLetters());

    auto* change = new QHBoxLayout;
    change->addWidget(m_edit, 1);
    change->addWidget(m_set);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::RestoreDefaults | QDialogButtonBox::Close, this);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_table, 1);
    layout->addLayout(change);
    layout->addWidget(m_remark);
    layout->addWidget(m_letters);
    layout->addWidget(buttons);
    const QFontMetrics metrics(font());
    resize(metrics.averageCharWidth() * 80, metrics.height() * 32);

    connect(m_table, &QTableWidget::itemSelectionChanged, this, &KeyEditor::chosen);
    connect(m_edit, &QKeySequenceEdit::keySequenceChanged, this, &KeyEditor::offer);
    connect(m_set, &QPushButton::clicked, this, &KeyEditor::take);
    connect(m_letters, &QCheckBox::toggled, this, [this](bool on) { m_bindings.setSingleLetters(on); });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    connect(buttons->button(QDialogButtonBox::RestoreDefaults), &QPushButton::clicked, this, [this] {
        m_bindings.reset();
        m_letters->setChecked(m_bindings.singleLetters());
        showKeys();
    });
    showKeys();
    m_table->selectRow(0);
}

void KeyEditor::showKeys()
{
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const QAction* command = m_bindings.commands()[row];
        m_table->setItem(row, 0, new QTableWidgetItem(withoutAccessKeys(command->text())));
        m_table->setItem(row, 1, new QTableWidgetItem(m_bindings.key(command).toString(QKeySequence::NativeText)));
    }
    chosen();
}

QAction* KeyEditor::current() const
{
    return m_table->currentRow() < 0 ? nullptr : m_bindings.commands()[m_table->currentRow()];
}

void KeyEditor::chosen()
{
    if (const QAction* command = current())
        m_edit->setKeySequence(m_bindings.key(command));
    offer(m_edit->keySequence());
}

void KeyEditor::offer(const QKeySequence& key)
{
    const QAction* command = current();
    const QAction* other = command == nullptr ? nullptr : m_bindings.holder(key, command);
    m_set->setEnabled(command != nullptr && other == nullptr && key != m_bindings.key(command));
    if (other != nullptr)
        m_remark->setText(tr("%1 is the key of \"%2\". Give that another one first, or press other keys.")
                              .arg(key.toString(QKeySequence::NativeText), withoutAccessKeys(other->text())));
    else if (key.isEmpty())
        m_remark->setText(tr("Without a key the command stays in the menus and in the list of commands (Ctrl+J)."));
    else
        m_remark->setText(tr("No other command has this key."));
}

void KeyEditor::take()
{
    m_bindings.setKey(current(), m_edit->keySequence());
    showKeys();
}

} // namespace flowscent::ui
