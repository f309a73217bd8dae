// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace flowscent::ui {

class CoachStrip;
class FlowSelection;
class SampleGuide;
class Session;

/// Leads through a first hunt on the sample: shows the strip when the sample is opened and ticks its steps as they are
/// done. All that is named outlives it.
class FirstHunt : public QObject {
    Q_OBJECT

public:
    FirstHunt(Session& session, FlowSelection& selection, CoachStrip& strip, QObject* parent);

    /// From the menu, whatever is open.
    void restart();
    void suggestionSeen();
    void comparisonSeen();

Q_SIGNALS:
    void examplesChosen(); ///< they stand in the selection: the table should have the focus

private:
    void captureChanged();
    void labelsChanged();
    [[nodiscard]] bool onSample() const;

    Session& m_session;
    CoachStrip& m_strip;
    SampleGuide* m_guide;
};

} // namespace flowscent::ui
