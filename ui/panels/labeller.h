// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include "ui/session/session.h"

namespace flowscent::ui {

class QuestionBar;
class Toast;

/// What stands between a gesture and the book: a label that is there already is never overwritten silently. One flow is
/// marked at once, with a way back in the toast. Of several, those labelled otherwise are asked about; so are more than
/// `many`, with their number.
class Labeller : public QObject {
    Q_OBJECT

public:
    static constexpr std::size_t many = 1000;

    /// All outlive the labeller.
    Labeller(Session& session, QuestionBar& question, Toast& toast, QObject* parent = nullptr);

    /// Threat means the active one.
    void mark(const std::vector<flow::FlowId>& flows, hunt::Label label);
    void markThreat(const std::vector<flow::FlowId>& flows, hunt::ThreatNumber threat);
    void bookmark(const std::vector<flow::FlowId>& flows);
    /// Asks for the text, which begins as the note of the first flow.
    void note(const std::vector<flow::FlowId>& flows);

Q_SIGNALS:
    void nothingChosen(); ///< a gesture without flows

private:
    void mark(const std::vector<flow::FlowId>& flows, const hunt::Mark& wanted);
    void put(const std::vector<flow::FlowId>& flows, const hunt::Mark& wanted);

    Session& m_session;
    QuestionBar& m_question;
    Toast& m_toast;
};

} // namespace flowscent::ui
