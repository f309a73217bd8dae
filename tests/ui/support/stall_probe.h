// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QStringList>
#include <QTimer>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace flowscent::test {

/// A time in which the event loop stood still.
struct Stall {
    double milliseconds = 0;
    QStringList place; ///< our own functions that were running when it was noticed, innermost first; empty when short
};

struct StallReport {
    double worst = 0;          ///< ms
    double p99 = 0;            ///< ms, of all turns of the event loop
    std::vector<Stall> stalls; ///< the longest, longest first
    /// "event loop: worst 43 ms, 99 % within 4 ms; worst in flowscent::ui::..."
    [[nodiscard]] QString text() const;
};

/// Watches the event loop of the thread it lives in: a timer of 1 ms notes how long each turn took, and a second thread
/// that sees no turn for a while interrupts the first and notes where it is. Names of functions come from the
/// program's symbols (addr2line of binutils; without it places stay empty). One at a time; Linux.
class StallProbe : public QObject {
public:
    StallProbe();
    ~StallProbe() override;

    void start();
    [[nodiscard]] StallReport stop();

private:
    struct Watched; ///< where the second thread puts what it sees
    void turn();

    QTimer m_timer;
    QElapsedTimer m_clock;
    std::vector<double> m_gaps; ///< ms
    std::unique_ptr<Watched> m_watched;
    std::jthread m_watcher; ///< last: it uses what is above
};

} // namespace flowscent::test
