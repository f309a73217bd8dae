// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>

#include <functional>

#include "engine/hunt/filter_completion.h"

namespace flowscent::ui {

class CompletionPopup;

/// The line in which a filter is typed: its ground says how things stand, a wavy line shows what is wrong, and a list
/// below offers what could come next. What keys mean beyond typing goes out as signals.
///
/// Enter applies, also while offers are shown, unless one of them was chosen with the arrows; Tab inserts the chosen
/// or the first offer.
class FilterEdit : public QLineEdit {
    Q_OBJECT

public:
    enum class State { Plain, Applied, Ready, Wrong };
    /// Offers for an expression with the cursor at a byte of it. Called at every keystroke: it answers at once.
    using Complete = std::function<hunt::Completions(std::string_view expression, std::size_t cursor)>;

    explicit FilterEdit(QWidget* parent = nullptr);

    void setComplete(Complete complete) { m_complete = std::move(complete); }
    /// `words` say the same to those who do not see the ground.
    void setState(State state, const QString& words);
    void dress(); ///< takes up the palette's colours
    /// Underlines bytes of the text as UTF-8; a length of 0 underlines nothing. Typing takes the line away.
    void underline(std::size_t from, std::size_t length);
    /// Puts the cursor before a byte of the text as UTF-8.
    void setCursorByte(std::size_t byte);
    /// Replaces bytes of the text as UTF-8, as if typed: Ctrl+Z takes it back.
    void replace(std::size_t from, std::size_t to, const QString& text);
    /// Offers anew, if offers are wanted: more has become known.
    void offerAgain();
    [[nodiscard]] bool offering() const;
    void closeOffers();
    /// Whether Tab takes a hint (`hintAsked`) in place of leaving the edit.
    void setTabTakesHint(bool takes) { m_tabTakesHint = takes; }

Q_SIGNALS:
    void applyAsked();
    void highlightAsked();
    void restoreAsked();
    void olderAsked();
    void newerAsked();
    void hintAsked(); ///< Tab, with no offers shown and a hint at hand
    void backspacedWhenEmpty();
    void typing(); ///< somebody is about to type or does

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void inputMethodEvent(QInputMethodEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void offer();
    void take(int row);
    bool takenByOffers(const QKeyEvent& key);

    CompletionPopup* m_popup;
    Complete m_complete;
    State m_state = State::Plain;
    QString m_words;
    bool m_tabTakesHint = false;
    bool m_offersWanted = false; ///< since somebody typed; there may be none to show
    bool m_composing = false;    ///< an input method is at work; its text is not to be touched
};

} // namespace flowscent::ui
