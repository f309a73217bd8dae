// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/first_hunt.h"

#include "ui/models/flow_selection.h"
#include "ui/panels/coach_strip.h"
#include "ui/session/sample_guide.h"
#include "ui/session/session.h"

#include <QFileInfo>

namespace flowscent::ui {

namespace {

constexpr std::size_t examples = 3;

} // namespace

FirstHunt::FirstHunt(Session& session, FlowSelection& selection, CoachStrip& strip, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_strip(strip)
    , m_guide(new SampleGuide(this))
{
    connect(&m_strip, &CoachStrip::examplesAsked, this, [this] {
        if (m_session.table())
            m_guide->findExamples(m_session.table(), examples);
    });
    connect(m_guide, &SampleGuide::examplesFound, this, [this, &selection](const std::vector<flow::FlowId>& flows) {
        if (flows.empty())
            return;
        selection.setCurrent(flows.front());
        selection.select(flows);
        Q_EMIT examplesChosen();
    });
    connect(m_guide, &SampleGuide::failed, &m_session, &Session::failed);
    connect(&m_session, &Session::captureChanged, this, &FirstHunt::captureChanged);
    connect(&m_session, &Session::supportChanged, this, &FirstHunt::labelsChanged);
    connect(&m_session, &Session::scoresChanged, this, [this] {
        if (m_session.scoresCurrent() && m_session.scores()->complete())
            m_strip.setDone(CoachStrip::Step::Watch);
    });
}

bool FirstHunt::onSample() const
{
    return m_session.files().size() == 1 && QFileInfo(m_session.files().front()) == QFileInfo(SampleGuide::capture());
}

void FirstHunt::restart()
{
    m_strip.restart();
    labelsChanged();
}

void FirstHunt::captureChanged()
{
    if (onSample())
        m_strip.restart();
    else
        m_strip.hide();
}

void FirstHunt::labelsChanged()
{
    if (m_session.labels().support().count(hunt::Label::Threat) >= examples)
        m_strip.setDone(CoachStrip::Step::Mark);
}

void FirstHunt::suggestionSeen()
{
    m_strip.setDone(CoachStrip::Step::Suggest);
}

void FirstHunt::comparisonSeen()
{
    m_strip.setDone(CoachStrip::Step::Compare);
}

} // namespace flowscent::ui
