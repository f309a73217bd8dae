// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <vector>

#include "engine/flow/flow_record.h"
#include "engine/hunt/support_set.h"

class QWidget;

namespace flowscent::ui {

class Actions;
class BulkMenu;
class FlowSelection;
class FlowView;
class JournalDesk;
class Labeller;
class MessageBar;
class QuestionBar;
class Session;
class StatusStrip;
class SupportPanel;
class Toast;

/// What labelling touches in the window; all outlives the errands.
struct LabelParts {
    Session& session;
    FlowSelection& selection;
    const Actions& actions;
    FlowView& table;
    SupportPanel& support;
    MessageBar& messages;
    StatusStrip& status;
};

/// Every way to label: keys, menus, drags, suggestions; what is asked back before much is done, what can be taken back
/// after, and what the journal tells.
class LabelErrands : public QObject {
    Q_OBJECT

public:
    LabelErrands(const LabelParts& parts, QWidget& centre);

    /// Questions that are asked in the window, to be laid above its pages: labels that came back, then bulk acts.
    [[nodiscard]] std::vector<QWidget*> questions() const;
    void mark(const std::vector<flow::FlowId>& flows, hunt::Label label);
    void markChosen(hunt::Label label);
    /// The journal outlives the errands.
    void tellOf(JournalDesk& journal);

private:
    void connectActions();
    void openBulkMenu();

    LabelParts m_parts;
    QuestionBar* m_question;
    QuestionBar* m_restored;
    Toast* m_toast;
    Labeller* m_labeller;
    BulkMenu* m_bulk;
};

} // namespace flowscent::ui
