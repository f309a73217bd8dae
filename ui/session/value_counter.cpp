// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/value_counter.h"

#include "ui/session/filter_input.h"
#include "ui/session/session.h"

#include <utility>

namespace flowscent::ui {

ValueCounter::ValueCounter(Session& session, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_values(std::make_shared<const hunt::ValueCounts>())
{
    const auto grewOld = [this] { m_stale = true; };
    connect(&m_session, &Session::captureChanged, this, &ValueCounter::forget);
    connect(&m_session, &Session::tableGrown, this, grewOld);
    connect(&m_session, &Session::supportChanged, this, grewOld);
    connect(&m_session, &Session::judgementsChanged, this, grewOld);
    connect(&m_session, &Session::readFinished, this, [this] {
        if (m_wanted)
            want(); // what was counted while rows came in is of a part of them
    });
}

/// A count under way is not begun anew, however fast somebody types or a capture grows: it would never end.
void ValueCounter::want()
{
    m_wanted = true;
    ArrangeInput input = m_session.arrangeInput();
    if (!m_stale || m_counting || !input.table)
        return;
    m_stale = false;
    m_counting = true;
    m_lane.replace([this, capture = m_capture, input = std::move(input)](const std::stop_token& stop) {
        const FilterInput known(input);
        auto values =
            std::make_shared<const hunt::ValueCounts>(hunt::ValueCounts::count(*input.table, known.context(), stop));
        QMetaObject::invokeMethod(
            this,
            [this, capture, values = std::move(values)] {
                if (capture != m_capture)
                    return;
                m_counting = false;
                m_values = values;
                Q_EMIT counted();
                if (m_stale && !m_session.reading())
                    want();
            },
            Qt::QueuedConnection);
    });
}

void ValueCounter::forget()
{
    ++m_capture;
    m_lane.cancel();
    m_counting = false;
    m_stale = true;
    m_values = std::make_shared<const hunt::ValueCounts>();
}

} // namespace flowscent::ui
