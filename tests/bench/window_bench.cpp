// SPDX-License-Identifier: GPL-3.0-or-later
// window_bench [CAPTURE [PRESSES]] - a scripted half hour with a capture (the sample unless given) in a real window:
// starts the program, opens the capture, filters, sorts, chooses all, scrolls and labels, and prints how long each
// takes until it is painted, where the event loop stood still at worst meanwhile, and what the window keeps in memory.
// Needs a display; Xvfb will do.
#include <QApplication>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QHeaderView>
#include <QLineEdit>
#include <QProcess>
#include <QScrollBar>
#include <QTableView>
#include <QTest>
#include <QTimer>

#include "tests/bench/window_watch.h"
#include "tests/ui/support/stall_probe.h"
#include "tests/ui/support/workbench.h"
#include "ui/models/flow_selection.h"
#include "ui/models/flow_table_model.h"
#include "ui/window/theme.h"
#include "ui/window/zoom.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>

using namespace flowscent;
using bench::PaintWatch;
using test::runUntil;

namespace {

double since(std::chrono::steady_clock::time_point then)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - then).count();
}

/// The program as app/main.cpp makes it, up to its first window; prints the milliseconds since `begun` (a steady
/// clock's nanoseconds), which the process that started this one read before.
int showFirstWindow(long long begun)
{
    ui::applyZoom(ui::chosenZoom());
    ui::applyTheme(ui::chosenTheme());
    ui::Session session;
    ui::MainWindow window(session);
    PaintWatch watch(window, [] { return true; });
    window.show();
    watch.wait();
    std::printf("%.1f\n", since(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(begun))));
    return 0;
}

void timeStart()
{
    std::vector<double> times;
    constexpr int starts = 9;
    for (int i = 0; i < starts; ++i) {
        QProcess program;
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        program.start(QCoreApplication::applicationFilePath(),
                      {QStringLiteral("--start"),
                       QString::number(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count())});
        if (program.waitForFinished())
            times.push_back(program.readAllStandardOutput().trimmed().toDouble());
    }
    std::ranges::sort(times);
    if (!times.empty())
        std::printf("%-34s %8.1f ms median, %.1f ms worst of %zu\n", "exec to first window painted",
                    times[times.size() / 2], times.back(), times.size());
}

/// The window, and what is asked of it over and over.
class Script {
public:
    explicit Script(test::Workbench& bench)
        : m_bench(bench)
        , m_table(bench.widget<QTableView>("flowTable"))
    {
    }

    void open(const QString& capture)
    {
        m_probe.start();
        PaintWatch first(*m_table.viewport(), [&] { return m_table.model()->rowCount() > 0; });
        const auto begun = std::chrono::steady_clock::now();
        m_bench.window.openCaptures({capture});
        const double firstRows = first.wait();
        runUntil([&] { return !m_bench.session.reading() && m_bench.session.table() && rows() == flows(); });
        const double allRows = since(begun);
        std::printf("%s: %d flows\n", qPrintable(QFileInfo(capture).fileName()), flows());
        line("open: first rows painted", firstRows);
        line("open: all rows there", allRows);
        runUntil([&] { return m_bench.session.numbers() != nullptr; });
        line("open: every flow looked at", since(begun));
        stalls();
    }

    void filter(const char* expression)
    {
        auto& edit = m_bench.widget<QLineEdit>("filterEdit");
        m_probe.start();
        edit.setFocus();
        edit.clear();
        QTest::keyClicks(&edit, QLatin1String(expression));
        bool arranged = false;
        const auto heard =
            QObject::connect(&m_bench.session, &ui::Session::arranged, &m_table, [&] { arranged = true; });
        PaintWatch watch(*m_table.viewport(), [&] { return arranged; });
        QTest::keyClick(&edit, Qt::Key_Return);
        const double shown = watch.wait();
        QObject::disconnect(heard);
        std::printf("%-34s %8.1f ms to the rows, %d of %d\n",
                    (std::string("filter ") + (*expression != '\0' ? expression : "(none)")).c_str(), shown, rows(),
                    flows());
        stalls();
    }

    void sort(ui::FlowColumn column, const char* name)
    {
        m_probe.start();
        bool arranged = false;
        const auto heard =
            QObject::connect(&m_bench.session, &ui::Session::arranged, &m_table, [&] { arranged = true; });
        QHeaderView& header = *m_table.horizontalHeader();
        m_table.setColumnHidden(static_cast<int>(column), false);
        m_table.scrollTo(m_table.model()->index(0, static_cast<int>(column)));
        const QPoint at(header.sectionViewportPosition(static_cast<int>(column)) + 20, header.height() / 2);
        PaintWatch watch(*m_table.viewport(), [&] { return arranged; });
        QTest::mouseClick(header.viewport(), Qt::LeftButton, {}, at);
        line((std::string("sort by ") + name).c_str(), watch.wait());
        QObject::disconnect(heard);
        stalls();
    }

    void chooseAll()
    {
        m_probe.start();
        m_table.setFocus();
        PaintWatch watch(*m_table.viewport(),
                         [&] { return m_bench.window.selection().count() == static_cast<std::size_t>(rows()); });
        QTest::keyClick(&m_table, Qt::Key_A, Qt::ControlModifier);
        line("Ctrl+A to painted", watch.wait());
        stalls();
        m_bench.window.selection().clear();
    }

    void scroll(int steps)
    {
        m_probe.start();
        std::vector<double> frames;
        QScrollBar& bar = *m_table.verticalScrollBar();
        for (int i = 0; i < steps; ++i) {
            PaintWatch watch(*m_table.viewport(), [] { return true; });
            bar.setValue(i % 2 == 0 ? bar.value() + 3 : (i * 7919) % std::max(1, bar.maximum()));
            frames.push_back(watch.wait());
        }
        print("scroll, a frame", frames);
        stalls();
        bar.setValue(0);
    }

    void label(int presses)
    {
        const auto mark = [&] { QTest::keyClick(&m_table, Qt::Key_M); };
        const auto undo = [&] { m_bench.window.findChild<QAction*>(QStringLiteral("undoAction"))->trigger(); };
        m_table.setFocus();
        choose(1);
        m_probe.start();
        const auto [first, firstAll] = press(mark);
        std::printf("%-34s %8.1f ms to visible rows, %.1f ms to all\n", "first label", first, firstAll);
        stalls();
        std::vector<double> visible;
        std::vector<double> all;
        m_probe.start();
        for (int i = 0; i < presses; ++i) {
            choose(2 + i % 20);
            for (const auto& act : {std::function<void()>(mark), std::function<void()>(undo)}) {
                const auto [shown, complete] = press(act);
                visible.push_back(shown);
                all.push_back(complete);
            }
        }
        print("label or undo to visible rows", visible);
        print("label or undo to all rows", all);
        stalls();
    }

    void memory() const
    {
        const auto scores = m_bench.session.scores();
        const auto judgements = m_bench.session.judgements();
        const auto arranged = m_bench.session.lastArranged();
        double bytes = 0;
        if (scores)
            bytes += static_cast<double>(scores->values.capacity() * sizeof(float) +
                                         scores->ranks.capacity() * sizeof(std::uint32_t));
        if (judgements)
            bytes += static_cast<double>(judgements->verdicts.capacity() + judgements->doubts.capacity());
        if (arranged)
            bytes +=
                2.0 * static_cast<double>(arranged->rows.capacity() * sizeof(std::uint32_t)); // the model's copy, too
        bytes += static_cast<double>(m_bench.window.selection().set().bytes());
        std::printf("%-34s %8.1f bytes a flow (rows, scores, ranks, verdicts, chosen)\n", "window's own memory",
                    bytes / std::max(1, flows()));
    }

    [[nodiscard]] double worst() const { return m_worst; }
    [[nodiscard]] const QString& worstPlace() const { return m_worstPlace; }

private:
    [[nodiscard]] int rows() const { return m_table.model()->rowCount(); }
    [[nodiscard]] int flows() const { return static_cast<int>(m_bench.session.table()->size()); }

    void choose(int row)
    {
        const flow::FlowId flow(m_table.model()->index(row, 0).data(ui::FlowTableModel::FlowRole).toUInt());
        m_bench.window.selection().setCurrent(flow);
        m_bench.window.selection().select({flow});
        QCoreApplication::sendPostedEvents();
    }

    /// From the key to the visible rows with the scores of that very act, and to the scores of all.
    std::pair<double, double> press(const std::function<void()>& key)
    {
        PaintWatch watch(*m_table.viewport(), [&] { return m_bench.session.scoresCurrent(); });
        const auto begun = std::chrono::steady_clock::now();
        key(); // makes the scores at hand old at once
        const double shown = watch.wait();
        runUntil([&] { return m_bench.session.scoresCurrent() && m_bench.session.scores()->complete(); });
        return {shown, since(begun)};
    }

    static void line(const char* what, double milliseconds) { std::printf("%-34s %8.1f ms\n", what, milliseconds); }
    static void print(const char* what, std::vector<double> times)
    {
        std::ranges::sort(times);
        std::printf("%-34s %8.1f ms median, %.1f ms p99, %.1f ms worst of %zu\n", what, times[times.size() / 2],
                    times[times.size() * 99 / 100], times.back(), times.size());
    }
    void stalls()
    {
        const test::StallReport report = m_probe.stop();
        std::printf("    %s\n", qPrintable(report.text()));
        std::fflush(stdout);
        if (report.worst > m_worst) {
            m_worst = report.worst;
            m_worstPlace = report.text();
        }
    }

    test::Workbench& m_bench;
    QTableView& m_table;
    test::StallProbe m_probe;
    double m_worst = 0;
    QString m_worstPlace;
};

} // namespace

int main(int argc, char** argv)
{
    const QApplication application(argc, argv);
    test::useOwnSettings();
    if (argc == 3 && QByteArray(argv[1]) == "--start")
        return showFirstWindow(QByteArray(argv[2]).toLongLong());
    timeStart();
    const QString capture = argc > 1 ? QString::fromLocal8Bit(argv[1]) : test::sampleCapture();
    test::Workbench bench;
    if (!QTest::qWaitForWindowExposed(&bench.window) || !QFileInfo::exists(capture)) {
        std::fprintf(stderr, "no window or no capture\n");
        return 1;
    }
    if (!runUntil([&] { return bench.session.baseModel() != nullptr; }))
        return 1;
    Script script(bench);
    script.open(capture);
    script.scroll(200);
    for (const char* expression : {"tcp.port == 443 && bytes > 2k", "ip.addr == 10.0.0.0/8 and not dns",
                                   "dur >= 1s or pkts > 100", "host contains \"e\"", ""})
        script.filter(expression);
    using enum ui::FlowColumn;
    for (const auto& [column, name] : {std::pair(BytesOut, "bytes"), std::pair(Duration, "duration"),
                                       std::pair(Source, "source"), std::pair(Host, "host"), std::pair(Start, "start")})
        script.sort(column, name);
    script.chooseAll();
    script.label(argc > 2 ? std::max(1, std::atoi(argv[2])) : 15);
    script.sort(Score, "score");
    script.filter("score >= 0.5");
    script.filter("");
    script.scroll(100);
    script.memory();
    std::printf("worst stall of all: %.1f ms\n%s\n", script.worst(), qPrintable(script.worstPlace()));
    return 0;
}
