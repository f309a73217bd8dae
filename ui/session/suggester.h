// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

#include "engine/base/lane.h"
#include "engine/detect/support/suggest_next.h"
#include "ui/session/label_book.h"

namespace flowscent::ui {

class Session;
struct Scores;

/// One flow worth a look, and why.
struct SuggestedFlow {
    flow::FlowId flow;
    detect::SuggestionReason reason = detect::SuggestionReason::Random;
    QString why;       ///< "forest and prototype disagree: 0.90 against 0.10"
    bool cold = false; ///< made while nothing is scored
};

/// Asks which flow to label next, on a lane of its own. No flow is asked about twice in a hunt, unless the hunter takes
/// back that it was skipped. Says nothing by itself: `next` asks; what the detector's parts say is worked out ahead,
/// unless all is paused. Belongs to the GUI thread.
class Suggester : public QObject {
    Q_OBJECT

public:
    enum class State {
        Idle,    ///< nothing was asked for yet
        Waiting, ///< for flows to be looked at; answered as soon as they are
        Asking,
        Shown,    ///< `suggestion` waits for an answer
        Answered, ///< the hunter has labelled it
        Nothing   ///< every flow that could be asked about was
    };

    /// The session outlives it.
    explicit Suggester(Session& session, QObject* parent = nullptr);
    ~Suggester() override;

    [[nodiscard]] State state() const { return m_state; }
    /// The latest; none before the first, and after a capture is gone.
    [[nodiscard]] const std::optional<SuggestedFlow>& suggestion() const { return m_suggestion; }
    /// Answered by `suggested` or by a change of state.
    void next();
    /// Goes on without an answer, which can be undone, and asks for the next.
    void skip();

Q_SIGNALS:
    void suggested(flow::FlowId flow); ///< show it
    void stateChanged();

private:
    /// What is worked out once for an adaptation.
    struct Opinions {
        std::shared_ptr<const Scores> scores;
        std::vector<std::vector<float>> parts;
        std::vector<QString> names; ///< of the parts: "forest"
    };
    struct Answer {
        std::optional<SuggestedFlow> flow;
        detect::SuggestState asked;
    };

    void forget();
    void scoresChanged();
    void ask();
    void settle(std::uint64_t request, const Answer& answer);
    void acted(const hunt::LabelAct& act, ActVerb verb);
    void marksChanged();
    void prepare();
    void setState(State state);
    [[nodiscard]] std::shared_ptr<const Scores> usableScores() const;
    [[nodiscard]] bool scoresToCome() const;
    static const Opinions& opinionsOf(Opinions& kept, const std::shared_ptr<const Scores>& scores);

    Session& m_session;
    State m_state = State::Idle;
    std::shared_ptr<const Scores> m_scores; ///< the latest that are complete; null without any
    bool m_scoring = false;                 ///< newer ones are being made
    std::optional<SuggestedFlow> m_suggestion;
    std::vector<SuggestedFlow> m_earlier; ///< that were skipped, for undo
    detect::SuggestState m_asked;
    std::uint64_t m_request = 0;
    std::shared_ptr<Opinions> m_opinions; ///< touched on the lane alone
    base::Lane m_lane{"suggesting"};      ///< last: ends before what its jobs use
};

} // namespace flowscent::ui
