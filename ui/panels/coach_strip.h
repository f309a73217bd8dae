// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include <array>

class QLabel;
class QPushButton;

namespace flowscent::ui {

/// Four steps of a first hunt, above the flows of the sample: not in the way, closed at will, and each ticked when it
/// was done.
class CoachStrip : public QFrame {
    Q_OBJECT

public:
    enum class Step { Mark, Watch, Suggest, Compare };

    explicit CoachStrip(QWidget* parent = nullptr);

    void restart(); ///< nothing done yet; shows the strip
    void setDone(Step step);
    [[nodiscard]] bool isDone(Step step) const { return m_done[static_cast<std::size_t>(step)]; }

Q_SIGNALS:
    void examplesAsked(); ///< "choose three for me"

protected:
    void changeEvent(QEvent* event) override;

private:
    void dress();

    static constexpr std::size_t steps = 4;
    std::array<QLabel*, steps> m_icons{};
    std::array<QLabel*, steps> m_texts{};
    std::array<bool, steps> m_done{};
    QPushButton* m_choose;
};

} // namespace flowscent::ui
