// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>

#include <chrono>
#include <deque>
#include <optional>

#include "engine/flow/flow_set.h"
#include "ui/session/flow_query.h"

namespace flowscent::ui {

class FlowSelection;

/// Where the hunter has been: what was asked for, what was chosen and which flow was looked at, to go back to and
/// forth again. Changes that follow each other closely are one step; the oldest of more than a hundred are forgotten.
class ViewHistory : public QObject {
    Q_OBJECT

public:
    static constexpr std::size_t mostStates = 100;

    /// Query and selection outlive it. A change within `oneStep` of the one before belongs to it.
    ViewHistory(FlowQuery& query, FlowSelection& selection, QObject* parent = nullptr,
                std::chrono::milliseconds oneStep = std::chrono::seconds(1));

    [[nodiscard]] bool canGoBack() const { return m_at > 0; }
    [[nodiscard]] bool canGoForward() const { return m_at + 1 < m_states.size(); }
    void goBack();
    void goForward();
    /// Another capture: what is now is the first state.
    void clear();

Q_SIGNALS:
    void changed(); ///< whether one can go back or forward

private:
    struct State {
        QueryState query;
        flow::FlowSet chosen;
        std::optional<flow::FlowId> current;
        friend bool operator==(const State&, const State&) = default;
    };

    [[nodiscard]] State now() const;
    void note();
    void show(std::size_t state);

    FlowQuery& m_query;
    FlowSelection& m_selection;
    std::chrono::milliseconds m_oneStep;
    std::deque<State> m_states; ///< never empty
    std::size_t m_at = 0;
    QElapsedTimer m_sinceChange; ///< not valid where the next change begins a step in any case
    bool m_showing = false;
};

} // namespace flowscent::ui
