// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QEvent>
#include <QEventLoop>
#include <QTimer>
#include <QWidget>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

/// What programs that measure a real window share: waiting as the program does, stalls of its event loop, and the
/// moment at which something is painted.
namespace flowscent::bench {

inline constexpr int patience = 300'000; // ms

/// Runs the event loop as the program does: QTest's own waiting sleeps between two looks.
inline bool waitUntil(const std::function<bool()>& holds)
{
    QEventLoop loop;
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, &loop, [&] {
        if (holds())
            loop.quit();
    });
    look.start(1);
    QTimer::singleShot(patience, &loop, &QEventLoop::quit);
    loop.exec();
    return holds();
}

/// Notes the longest time between two turns of the event loop.
class StallProbe : public QObject {
public:
    StallProbe()
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(1);
        QObject::connect(&m_timer, &QTimer::timeout, this, [this] { m_gaps.push_back(milliseconds(m_clock)); });
    }
    void start()
    {
        m_gaps.clear();
        m_clock.start();
        m_timer.start();
    }
    /// Longest, and the 99th percentile.
    std::pair<double, double> stop()
    {
        m_timer.stop();
        std::ranges::sort(m_gaps);
        return m_gaps.empty() ? std::pair(0.0, 0.0) : std::pair(m_gaps.back(), m_gaps[m_gaps.size() * 99 / 100]);
    }

private:
    static double milliseconds(QElapsedTimer& clock)
    {
        const double elapsed = static_cast<double>(clock.nsecsElapsed()) / 1e6;
        clock.restart();
        return elapsed;
    }
    QTimer m_timer;
    QElapsedTimer m_clock;
    std::vector<double> m_gaps;
};

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
    double wait()
    {
        return waitUntil([this] { return m_painted >= 0; }) ? m_painted : -1;
    }

private:
    std::function<bool()> m_holds;
    QElapsedTimer m_clock;
    double m_painted = -1;
};

} // namespace flowscent::bench
