// SPDX-License-Identifier: GPL-3.0-or-later
// find_bench CAPTURE|LOG [EXPRESSION...] - opens it in a real window, types each expression letter by letter with what
// is offered meanwhile, applies it with Enter, and prints how long the event loop stood still at worst while typing and
// how long it took from Enter until the rows were painted. Needs a display; Xvfb will do.
#include <QApplication>
#include <QFileInfo>
#include <QLineEdit>
#include <QTableView>
#include <QTest>

#include "tests/bench/window_watch.h"
#include "tests/ui/support/stall_probe.h"
#include "tests/ui/support/workbench.h"

#include <algorithm>
#include <cstdio>

using namespace flowscent;
using bench::PaintWatch, test::runUntil;
using test::StallProbe;

namespace {

/// Longest stall while typing, in ms.
double type(QLineEdit& edit, const QString& text)
{
    edit.clear();
    edit.setFocus();
    StallProbe probe;
    probe.start();
    for (const QChar letter : text) {
        QTest::sendKeyEvent(QTest::Click, &edit, Qt::Key_unknown, QString(letter), Qt::NoModifier);
        runUntil([] { return true; });
    }
    return probe.stop().worst;
}

void find(test::Workbench& bench, const QString& expression)
{
    auto& table = bench.widget<QTableView>("flowTable");
    auto& edit = bench.widget<QLineEdit>("filterEdit");
    const double stall = type(edit, expression);
    std::vector<double> times;
    for (int i = 0; i < 5; ++i) {
        edit.setText(QString());
        QTest::keyClick(&edit, Qt::Key_Return);
        runUntil([&] { return bench.session.lastArranged()->rows.size() == bench.session.table()->size(); });
        runUntil([&] { return table.model()->rowCount() == static_cast<int>(bench.session.table()->size()); });
        edit.setText(expression);
        PaintWatch watch(*table.viewport(), [&, all = bench.session.lastArranged()] {
            return bench.session.lastArranged() != all &&
                   table.model()->rowCount() == static_cast<int>(bench.session.lastArranged()->rows.size());
        });
        QTest::keyClick(&edit, Qt::Key_Return);
        times.push_back(watch.wait());
    }
    std::ranges::sort(times);
    std::printf("%-44s %8d rows  Enter to rows %6.1f ms median, %.1f ms worst of %zu; typing stalls %.1f ms at most\n",
                qPrintable(expression), table.model()->rowCount(), times[times.size() / 2], times.back(), times.size(),
                stall);
}

} // namespace

int main(int argc, char** argv)
{
    const QApplication application(argc, argv);
    test::useOwnSettings();
    test::Workbench bench;
    bench.window.resize(1280, 800);
    if (argc < 2 || !QFileInfo::exists(QString::fromLocal8Bit(argv[1])) ||
        !QTest::qWaitForWindowExposed(&bench.window)) {
        std::fprintf(stderr, "usage: find_bench CAPTURE [EXPRESSION...]\n");
        return 1;
    }
    bench.window.openCaptures({QString::fromLocal8Bit(argv[1])});
    auto& table = bench.widget<QTableView>("flowTable");
    runUntil([&] {
        return !bench.session.reading() && bench.session.table() &&
               table.model()->rowCount() == static_cast<int>(bench.session.table()->size());
    });
    std::printf("%d flows\n", table.model()->rowCount());
    QStringList expressions;
    for (int i = 2; i < argc; ++i)
        expressions << QString::fromLocal8Bit(argv[i]);
    if (expressions.isEmpty())
        expressions = {QStringLiteral("ip.addr == 10.0.0.5 && tcp"), QStringLiteral("bytes > 10k"),
                       QStringLiteral("tcp"), QStringLiteral("not udp and (port.dst in {53, 443} or dur > 1s)")};
    for (const QString& expression : expressions)
        find(bench, expression);
    return 0;
}
