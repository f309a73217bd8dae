// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include <optional>

#include "engine/hunt/filter_completion.h"

class QLabel;
class QTreeView;

namespace flowscent::ui {

class CompletionModel;

/// What could be typed next, in a list below an edit. It never takes the focus: the edit keeps every key and says what
/// is chosen. Lies over the window, so that it moves, scales and closes with it.
class CompletionPopup : public QFrame {
    Q_OBJECT

public:
    /// Belongs to the edit's window once it is shown.
    explicit CompletionPopup(QWidget& edit);

    /// Shows the offers with none of them chosen; hides itself when there are none.
    void offer(hunt::Completions offers);
    void dress(); ///< takes up the palette's colours
    /// Below the edit again, after that has moved or changed its size.
    void follow();
    /// Row that the hunter has moved to; none before he has.
    [[nodiscard]] std::optional<int> chosen() const;
    /// Moves down (or up, for a negative number); up from the first leaves none chosen.
    void move(int rows);
    [[nodiscard]] int page() const; ///< rows on the screen
    [[nodiscard]] const hunt::Completion& item(int row) const;
    /// What an offer stands for: bytes of the expression.
    [[nodiscard]] std::pair<std::size_t, std::size_t> replaces() const { return {m_from, m_to}; }

Q_SIGNALS:
    void clicked(int row);
    void moved(); ///< another row is chosen, or none

private:
    QWidget& m_edit;
    CompletionModel* m_model;
    QTreeView* m_list;
    QLabel* m_keys; ///< which ones do what
    std::size_t m_from = 0;
    std::size_t m_to = 0;
};

} // namespace flowscent::ui
