// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>

#include "engine/base/error.h"
#include "engine/flow/flow_set.h"

class QTimer;

namespace flowscent::ui {

class FlowSelection;
class Handoff;
class Session;

/// "Open in Wireshark" (W): hands the chosen flows over, or the current one when none is chosen. Disabled, with the
/// reason as its tip, where there is no Wireshark, no flow or no packet. Asks before it writes very much.
class WiresharkAction : public QAction {
    Q_OBJECT

public:
    /// Session and selection outlive it; questions are asked over `parent`.
    WiresharkAction(Session& session, FlowSelection& selection, QWidget* parent);

Q_SIGNALS:
    void told(const QString& text); ///< for the status line
    void progressed(double fraction);
    void failed(const base::Error& error);

private:
    void refresh();
    void ask();
    [[nodiscard]] flow::FlowSet flows() const;

    FlowSelection& m_selection;
    QWidget* m_window;
    Handoff* m_handoff;
    QTimer* m_patience; ///< until a selection that is being drawn is counted
};

} // namespace flowscent::ui
