// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/session/session.h"

class QButtonGroup;
class QLabel;
class QPushButton;
class QTimer;

namespace flowscent::ui {

/// Whether labels are learnt from at once, in three words side by side; the button that does it now in any of them; and
/// in words what the scores on the screen are worth: which adaptation, how old, whether the labels have gone on since.
class LiveSwitch : public QWidget {
    Q_OBJECT

public:
    /// The session outlives it.
    explicit LiveSwitch(Session& session, QWidget* parent = nullptr);

private:
    void show();
    void tellAge();
    [[nodiscard]] QString stateText() const;

    Session& m_session;
    QButtonGroup* m_states;
    QPushButton* m_adapt;
    QLabel* m_state;
    QLabel* m_age;
    QTimer* m_clock;
    std::uint64_t m_revision = 0; ///< that m_scoredAt is about
    base::Nanoseconds m_scoredAt = 0;
};

/// The next of the three, round and round.
[[nodiscard]] Adapting nextAdapting(Adapting adapting);

} // namespace flowscent::ui
