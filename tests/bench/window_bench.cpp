// SPDX-License-Identifier: GPL-3.0-or-later
// window_bench [CAPTURE [PRESSES]] - opens a capture (the sample unless given) in a real window and prints when the
// first rows are painted, when all are there, how long the event loop stood still at worst, and how long a labelling
// key takes until the visible rows are painted with their new scores. Needs a display; Xvfb will do.
#include <QApplication>
#include <QElapsedTimer>
#include <QTableView>
#include <QTest>

#include "tests/bench/window_watch.h"
#include "tests/ui/support/stall_probe.h"
#include "tests/ui/support/workbench.h"

#include <algorithm>
#include <cstdio>
#include <functional>

using namespace flowscent;

using bench::PaintWatch, bench::waitUntil;
using test::StallProbe;

namespace {

void openCapture(test::Workbench& bench, const QString& capture)
{
    auto& table = bench.widget<QTableView>("flowTable");
    StallProbe probe;
    probe.start();
    PaintWatch first(*table.viewport(), [&] { return table.model()->rowCount() > 0; });
    QElapsedTimer clock;
    clock.start();
    bench.window.openCaptures({capture});
    const double firstRows = first.wait();
    const bool done = waitUntil([&] {
        return !bench.session.reading() && bench.session.table() &&
               table.model()->rowCount() == static_cast<int>(bench.session.table()->size());
    });
    const double all = static_cast<double>(clock.nsecsElapsed()) / 1e6;
    const test::StallReport longest = probe.stop();
    std::printf("%s: %d flows%s\n", qPrintable(QFileInfo(capture).fileName()), table.model()->rowCount(),
                done ? "" : " (not finished)");
    std::printf("first rows painted         %8.1f ms\nall rows                   %8.1f ms\n", firstRows, all);
    std::printf("longest stall              %8.1f ms (p99 %.1f ms)\n", longest.worst, longest.p99);
}

/// From the key to the visible rows with the scores of that very act.
double press(test::Workbench& bench, const std::function<void()>& key)
{
    auto& table = bench.widget<QTableView>("flowTable");
    PaintWatch watch(*table.viewport(), [&] { return bench.session.scoresCurrent(); });
    key(); // makes the scores at hand old at once
    const double shown = watch.wait();
    return waitUntil([&] { return bench.session.scores() && bench.session.scores()->complete(); }) ? shown : -1;
}

void print(const char* what, std::vector<double> times)
{
    std::ranges::sort(times);
    std::printf("%-26s %8.1f ms median, %.1f ms p95, %.1f ms worst of %zu\n", what, times[times.size() / 2],
                times[times.size() * 95 / 100], times.back(), times.size());
}

void label(test::Workbench& bench, int presses)
{
    auto& table = bench.widget<QTableView>("flowTable");
    const auto choose = [&](int row) {
        table.setCurrentIndex(table.model()->index(row, 2));
        QCoreApplication::sendPostedEvents();
    };
    const auto mark = [&] { QTest::keyClick(&table, Qt::Key_M); };
    const auto undo = [&] { bench.window.findChild<QAction*>(QStringLiteral("undoAction"))->trigger(); };
    choose(1);
    StallProbe probe;
    probe.start();
    std::printf("first key                  %8.1f ms\n", press(bench, mark));
    const test::StallReport cold = probe.stop();
    std::printf("longest stall meanwhile    %8.1f ms (p99 %.1f ms)\n", cold.worst, cold.p99);
    std::vector<double> marks;
    std::vector<double> undos;
    probe.start();
    for (int i = 0; i < presses; ++i) {
        choose(2 + i % 20);
        marks.push_back(press(bench, mark));
        undos.push_back(press(bench, undo));
    }
    const test::StallReport longest = probe.stop();
    print("key to repainted rows", marks);
    print("undo to repainted rows", undos);
    std::printf("longest stall meanwhile    %8.1f ms (p99 %.1f ms)\n", longest.worst, longest.p99);
}

} // namespace

int main(int argc, char** argv)
{
    const QApplication application(argc, argv);
    test::useOwnSettings();
    const QString capture = argc > 1 ? QString::fromLocal8Bit(argv[1]) : test::sampleCapture();
    test::Workbench bench;
    if (!QTest::qWaitForWindowExposed(&bench.window) || !QFileInfo::exists(capture)) {
        std::fprintf(stderr, "no window or no capture\n");
        return 1;
    }
    if (!waitUntil([&] { return bench.session.baseModel() != nullptr; }))
        return 1;
    openCapture(bench, capture);
    label(bench, argc > 2 ? std::max(1, std::atoi(argv[2])) : 30);
    return 0;
}
