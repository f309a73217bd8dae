// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/question_bar.h"

#include "ui/panels/icons.h"
#include "ui/plots/colours.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace flowscent::ui {

QuestionBar::QuestionBar(const QString& name, QWidget* parent)
    : QFrame(parent)
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
    , m_layout(new QHBoxLayout(this))
{
    setObjectName(name);
    setAutoFillBackground(true);
    m_text->setObjectName(name + QStringLiteral("Text"));
    m_text->setAccessibleName(tr("Question"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setWordWrap(true);
    m_layout->setContentsMargins(12, 6, 8, 6);
    m_layout->setSpacing(8);
    m_layout->addWidget(m_icon, 0, Qt::AlignVCenter);
    m_layout->addWidget(m_text, 1);
    dress();
    hide();
}

QString QuestionBar::question() const
{
    return m_text->text();
}

void QuestionBar::begin(const QString& question)
{
    if (!isVisible())
        m_before = QApplication::focusWidget();
    for (QWidget* widget : m_asked) {
        widget->hide();
        widget->setObjectName({}); // nobody finds the old answers any more
        widget->deleteLater();     // one of them may be what was pressed
    }
    m_asked.clear();
    m_edit = nullptr;
    m_text->setText(question);
}

void QuestionBar::ask(const QString& question, std::vector<Answer> answers, Focus focus)
{
    begin(question);
    answers.push_back({focus == Focus::Take ? tr("Cancel") : tr("Close"), objectName() + QStringLiteral("Cancel"), {}});
    for (const Answer& answer : answers)
        addButton(answer);
    show();
    if (focus == Focus::Take)
        m_asked.front()->setFocus(Qt::OtherFocusReason);
}

void QuestionBar::askText(const QString& question, const QString& text, const QString& accept, int longest,
                          std::function<void(const QString&)> accepted)
{
    begin(question);
    m_edit = new QLineEdit(text, this);
    m_edit->setObjectName(objectName() + QStringLiteral("Edit"));
    m_edit->setAccessibleName(question);
    m_edit->setMaxLength(longest);
    m_layout->addWidget(m_edit, 2);
    m_asked.push_back(m_edit);
    const auto done = [edit = m_edit, accepted = std::move(accepted)] { accepted(edit->text()); };
    addButton({accept, objectName() + QStringLiteral("Accept"), done});
    addButton({tr("Cancel"), objectName() + QStringLiteral("Cancel"), {}});
    connect(m_edit, &QLineEdit::returnPressed, this, [this, done] {
        done();
        close();
    });
    show();
    m_edit->setFocus(Qt::OtherFocusReason);
    m_edit->selectAll();
}

void QuestionBar::addButton(const Answer& answer)
{
    auto* button = new QPushButton(answer.text, this);
    button->setObjectName(answer.name);
    button->setAutoDefault(true); // Enter answers as Space does
    connect(button, &QPushButton::clicked, this, [this, act = answer.act] {
        close(); // first: what is done may ask the next question
        if (act)
            act();
    });
    m_layout->addWidget(button, 0, Qt::AlignVCenter);
    m_asked.push_back(button);
}

void QuestionBar::close()
{
    const bool mine = isAncestorOf(QApplication::focusWidget());
    hide();
    if (mine && m_before)
        m_before->setFocus(Qt::OtherFocusReason);
}

void QuestionBar::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        close();
    else if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)
        focusNextPrevChild(event->key() == Qt::Key_Right);
    else
        QFrame::keyPressEvent(event);
}

void QuestionBar::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::ApplicationPaletteChange)
        dress();
}

void QuestionBar::dress()
{
    const Colours colours = Colours::of(QApplication::palette());
    m_icon->setPixmap(iconPixmap(QStringLiteral("info"), colours.accent, 18, devicePixelRatioF()));
    QPalette raised = QApplication::palette();
    raised.setColor(QPalette::Window, raised.color(QPalette::AlternateBase));
    setPalette(raised);
}

} // namespace flowscent::ui
