// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/note_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

#include <algorithm>

namespace flowscent::ui {

NoteStrip::NoteStrip(const QString& name, QWidget* parent)
    : QWidget(parent)
    , m_note(new QLabel(this))
    , m_progress(new QProgressBar(this))
    , m_button(new QPushButton(this))
{
    m_note->setObjectName(name + QStringLiteral("Note"));
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_progress->setObjectName(name + QStringLiteral("Progress"));
    m_progress->setAccessibleName(tr("Progress"));
    m_progress->setTextVisible(false);
    m_progress->setMaximumWidth(fontMetrics().averageCharWidth() * 24);
    m_button->setObjectName(name + QStringLiteral("Button"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->addWidget(m_note, 1);
    layout->addWidget(m_progress);
    layout->addWidget(m_button);
    connect(m_button, &QPushButton::clicked, this, [this] {
        if (m_working)
            Q_EMIT stopAsked();
        else
            Q_EMIT pressed();
    });
    tell({});
}

void NoteStrip::tell(const QString& note, const QString& button)
{
    m_working = false;
    m_note->setText(note);
    m_progress->hide();
    m_button->setText(button);
    m_button->setAccessibleName(button);
    m_button->setVisible(!button.isEmpty());
    setVisible(!note.isEmpty() || !button.isEmpty());
}

void NoteStrip::work(const QString& what, double fraction)
{
    m_working = true;
    m_note->setText(what);
    m_progress->setRange(0, fraction < 0 ? 0 : 100);
    m_progress->setValue(static_cast<int>(std::clamp(fraction, 0.0, 1.0) * 100));
    m_progress->show();
    m_button->setText(tr("Stop"));
    m_button->setAccessibleName(tr("Stop"));
    m_button->show();
    show();
}

QString NoteStrip::text() const
{
    return m_note->text();
}

} // namespace flowscent::ui
