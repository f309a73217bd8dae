// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <cstdint>
#include <memory>

#include "engine/base/lane.h"
#include "engine/hunt/filter_completion.h"

namespace flowscent::ui {

class Session;

/// Counts the values that the capture at hand holds, for whoever completes what is typed. It counts when it is asked
/// to and what it knows is out of date, on a lane of its own: nobody who types waits for it. Belongs to the GUI
/// thread.
class ValueCounter : public QObject {
    Q_OBJECT

public:
    /// The session outlives it.
    explicit ValueCounter(Session& session, QObject* parent = nullptr);

    /// Somebody is about to type. Answered by `counted`, unless what is known fits already.
    void want();
    /// The latest count; without any value before the first of a capture.
    [[nodiscard]] const hunt::ValueCounts& values() const { return *m_values; }

Q_SIGNALS:
    void counted();

private:
    void forget();

    Session& m_session;
    std::shared_ptr<const hunt::ValueCounts> m_values;
    std::uint64_t m_capture = 0; ///< which one: answers about an earlier capture are dropped
    bool m_wanted = false;       ///< by somebody, at some time
    bool m_stale = true;
    bool m_counting = false;
    base::Lane m_lane{"counting"}; ///< last: ends before what its jobs use
};

} // namespace flowscent::ui
