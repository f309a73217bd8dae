// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QEvent>
#include <QWidget>

#include "tests/ui/support/workbench.h"

#include <functional>
#include <utility>

/// What programs that measure a real window share: the moment at which something is painted.
namespace flowscent::bench {

/// Stops a watch at the first repaint of a widget for which something holds.
class PaintWatch : public QObject {
public:
    PaintWatch(QWidget& widget, std::function<bool()> holds)
        : m_holds(std::move(holds))
    {
        widget.installEventFilter(this);
        m_clock.start();
    }
    bool eventFilter(QObject* /*watched*/, QEvent* event) override
    {
        // The filter runs before the painting: what is painted now holds, and a queued call comes after it.
        if (event->type() == QEvent::Paint && m_painted < 0 && m_holds())
            QMetaObject::invokeMethod(
                this,
                [this] {
                    if (m_painted < 0)
                        m_painted = static_cast<double>(m_clock.nsecsElapsed()) / 1e6;
                },
                Qt::QueuedConnection);
        return false;
    }
    /// Milliseconds from the making of the watch; below 0 when it never came.
    double wait()
    {
        return test::runUntil([this] { return m_painted >= 0; }) ? m_painted : -1;
    }

private:
    std::function<bool()> m_holds;
    QElapsedTimer m_clock;
    double m_painted = -1;
};

} // namespace flowscent::bench
