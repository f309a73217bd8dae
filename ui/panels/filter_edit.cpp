// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/filter_edit.h"

#include "ui/models/flow_text.h"
#include "ui/panels/completion_popup.h"
#include "ui/plots/colours.h"

#include <QAction>
#include <QApplication>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QTextCharFormat>

#include <algorithm>

namespace flowscent::ui {

namespace {

/// Letters of the text (as Qt counts them) before a byte of its UTF-8.
int lettersBefore(const QString& text, std::size_t byte)
{
    return static_cast<int>(
        QString::fromUtf8(text.toUtf8().left(static_cast<qsizetype>(std::min<std::size_t>(byte, 1U << 20U)))).size());
}

QColor mixed(const QColor& ground, const QColor& colour, double share)
{
    const auto mix = [share](int a, int b) { return static_cast<int>(a * (1 - share) + b * share); };
    return {mix(ground.red(), colour.red()), mix(ground.green(), colour.green()), mix(ground.blue(), colour.blue())};
}

} // namespace

FilterEdit::FilterEdit(QWidget* parent)
    : QLineEdit(parent)
    , m_popup(new CompletionPopup(*this))
{
    setClearButtonEnabled(true);
    // Qt gives the clear button no signal of its own; who presses it wants to see all flows and not to press Enter too.
    if (auto* clear = findChild<QAction*>(QStringLiteral("_q_qlineeditclearaction")))
        connect(clear, &QAction::triggered, this, &FilterEdit::applyAsked);
    connect(this, &QLineEdit::textEdited, this, [this] {
        Q_EMIT typing();
        offer();
    });
    connect(m_popup, &CompletionPopup::clicked, this, &FilterEdit::take);
    connect(m_popup, &CompletionPopup::moved, this, [this] {
        const auto row = m_popup->chosen();
        setAccessibleDescription(row ? toQString(m_popup->item(*row).text) : m_words);
    });
}

void FilterEdit::offer()
{
    if (!m_complete || m_composing)
        return;
    m_offersWanted = true;
    m_popup->offer(
        m_complete(text().toStdString(), static_cast<std::size_t>(text().left(cursorPosition()).toUtf8().size())));
}

void FilterEdit::offerAgain()
{
    if (m_offersWanted && hasFocus() && !m_popup->chosen())
        offer();
}

bool FilterEdit::offering() const
{
    return m_popup->isVisible();
}

void FilterEdit::closeOffers()
{
    m_offersWanted = false;
    m_popup->hide();
    setAccessibleDescription(m_words);
}

void FilterEdit::take(int row)
{
    const hunt::Completion item = m_popup->item(row);
    const auto [from, to] = m_popup->replaces();
    replace(from, to, toQString(item.text));
    const bool spaced = text().mid(cursorPosition()).startsWith(QLatin1Char(' '));
    if (spaced)
        cursorForward(false);
    else
        insert(QStringLiteral(" "));
    closeOffers();
    Q_EMIT typing();
    if (item.kind != hunt::CompletionKind::Value) // a field wants an operator, an operator a value
        offer();
}

void FilterEdit::replace(std::size_t from, std::size_t to, const QString& replacement)
{
    const int first = lettersBefore(text(), from);
    setSelection(first, lettersBefore(text(), to) - first);
    insert(replacement);
}

void FilterEdit::setCursorByte(std::size_t byte)
{
    setCursorPosition(lettersBefore(text(), byte));
}

/// QLineEdit formats parts of its text only for input methods, so the line comes as one of their events. It types
/// nothing.
void FilterEdit::underline(std::size_t from, std::size_t length)
{
    if (m_composing)
        return;
    QList<QInputMethodEvent::Attribute> attributes;
    const auto size = static_cast<int>(text().size());
    if (length > 0 && size > 0) {
        const int first = std::clamp(lettersBefore(text(), from), 0, size - 1);
        const int end = std::clamp(lettersBefore(text(), from + length), first + 1, size);
        QTextCharFormat wave;
        wave.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        wave.setUnderlineColor(Colours::of(QApplication::palette()).threat);
        attributes.emplace_back(QInputMethodEvent::TextFormat, first - cursorPosition(), end - first, wave);
    }
    QInputMethodEvent event({}, attributes);
    QLineEdit::inputMethodEvent(&event);
}

void FilterEdit::setState(State state, const QString& words)
{
    m_words = words;
    setAccessibleDescription(words);
    if (state == m_state)
        return;
    m_state = state;
    dress();
}

void FilterEdit::dress()
{
    m_popup->dress();
    const QPalette palette = QApplication::palette();
    const Colours colours = Colours::of(palette);
    const QColor base = palette.color(QPalette::Base);
    QColor ground = base;
    QColor line = colours.border;
    if (m_state != State::Plain) {
        line = m_state == State::Applied ? colours.notThreat
               : m_state == State::Ready ? colours.unsure
                                         : colours.threat;
        ground = mixed(base, line, colours.dark ? 0.18 : 0.11);
    }
    setStyleSheet(QStringLiteral("QLineEdit { background: %1; border-color: %2; }").arg(ground.name(), line.name()));
}

bool FilterEdit::event(QEvent* event)
{
    if (event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Tab && key->modifiers() == Qt::NoModifier) {
            if (offering()) {
                take(m_popup->chosen().value_or(0));
                return true;
            }
            if (m_tabTakesHint) {
                Q_EMIT hintAsked();
                return true;
            }
        }
    }
    return QLineEdit::event(event);
}

bool FilterEdit::takenByOffers(const QKeyEvent& key)
{
    if (!offering())
        return false;
    const auto chosen = m_popup->chosen();
    switch (key.key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!chosen || key.modifiers().testFlag(Qt::AltModifier))
            return false;
        take(*chosen);
        return true;
    case Qt::Key_Escape:
        closeOffers();
        return true;
    case Qt::Key_Down:
        m_popup->move(1);
        return true;
    case Qt::Key_Up:
        if (!chosen)
            return false;
        m_popup->move(-1);
        return true;
    case Qt::Key_PageDown:
        m_popup->move(m_popup->page());
        return true;
    case Qt::Key_PageUp:
        m_popup->move(-std::min(m_popup->page(), chosen.value_or(0)));
        return true;
    default:
        return false;
    }
}

void FilterEdit::keyPressEvent(QKeyEvent* event)
{
    if (takenByOffers(*event))
        return;
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        closeOffers();
        if (event->modifiers().testFlag(Qt::AltModifier))
            Q_EMIT highlightAsked();
        else
            Q_EMIT applyAsked();
        return;
    case Qt::Key_Escape:
        Q_EMIT restoreAsked();
        return;
    case Qt::Key_Up:
        closeOffers();
        Q_EMIT olderAsked();
        return;
    case Qt::Key_Down:
        Q_EMIT newerAsked();
        return;
    case Qt::Key_Space:
        if (event->modifiers().testFlag(Qt::ControlModifier)) {
            Q_EMIT typing();
            offer();
            return;
        }
        break;
    case Qt::Key_Backspace:
        if (text().isEmpty()) {
            Q_EMIT backspacedWhenEmpty();
            return;
        }
        break;
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Home:
    case Qt::Key_End:
        closeOffers(); // they were for where the cursor was
        break;
    default:
        break;
    }
    QLineEdit::keyPressEvent(event);
}

void FilterEdit::inputMethodEvent(QInputMethodEvent* event)
{
    m_composing = !event->preeditString().isEmpty();
    QLineEdit::inputMethodEvent(event);
}

void FilterEdit::focusInEvent(QFocusEvent* event)
{
    QLineEdit::focusInEvent(event);
    Q_EMIT typing();
}

void FilterEdit::focusOutEvent(QFocusEvent* event)
{
    closeOffers();
    QLineEdit::focusOutEvent(event);
}

void FilterEdit::resizeEvent(QResizeEvent* event)
{
    QLineEdit::resizeEvent(event);
    if (offering())
        m_popup->follow();
}

} // namespace flowscent::ui
