// SPDX-License-Identifier: GPL-3.0-or-later
// table_bench [FLOWS] - prints what the flow table costs with so many made-up flows (a million unless given): sorting
// by every column, filtering, choosing, scrolling with real widgets, and the memory that the GUI itself takes a flow.
// Needs a display; Xvfb will do.
#include <QApplication>
#include <QElapsedTimer>
#include <QScrollBar>
#include <QTest>
#include <QWheelEvent>

#include "engine/base/random.h"
#include "engine/hunt/filter.h"
#include "tests/support/packet_builder.h"
#include "tests/ui/support/made_flows.h"
#include "tests/ui/support/workbench.h"
#include "ui/models/flow_columns.h"
#include "ui/models/flow_selection.h"
#include "ui/panels/flow_view.h"
#include "ui/session/flow_order.h"
#include "ui/window/theme.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <numeric>

using namespace flowscent;
using ui::FlowColumn;

namespace {

constexpr int repeats = 5;
constexpr std::uint32_t distinctHosts = 20'000;

double milliseconds(const std::function<void()>& work)
{
    QElapsedTimer clock;
    clock.start();
    work();
    return static_cast<double>(clock.nsecsElapsed()) / 1e6;
}

void print(const char* what, std::vector<double> times)
{
    std::ranges::sort(times);
    std::printf("%-28s %8.1f ms median, %8.1f ms p99, %8.1f ms worst of %zu\n", what, times[times.size() / 2],
                times[times.size() * 99 / 100], times.back(), times.size());
    std::fflush(stdout);
}

/// As many kinds of values as a capture of a busy network has, a tenth of it IPv6.
std::shared_ptr<const flow::FlowTable> bigTable(std::uint32_t flows)
{
    auto names = std::make_shared<identify::Names>();
    std::vector<identify::NameId> hosts;
    for (std::uint32_t i = 0; i < distinctHosts; ++i)
        hosts.push_back(names->add("host-" + std::to_string(i * 7919 % distinctHosts) + ".example"));
    std::vector<identify::NameId> applications;
    for (const char* name : {"TLS", "TLS.Google", "DNS", "HTTP", "SSH", "QUIC.YouTube"})
        applications.push_back(names->add(name));
    auto table = std::make_shared<flow::FlowTable>(names);
    base::Rng random(3);
    for (std::uint32_t i = 0; i < flows; ++i) {
        flow::FlowRecord record = test::madeFlow(i);
        const auto draw = [&](std::uint64_t bound) { return random.below(bound); };
        for (packet::Endpoint* end : {&record.key.client, &record.key.server}) {
            end->address = {};
            end->address.v6 = i % 10 == 0;
            for (std::size_t byte = 0; byte < (end->address.v6 ? 16U : 4U); ++byte)
                end->address.bytes[byte] = static_cast<std::uint8_t>(draw(256));
            end->port = static_cast<std::uint16_t>(draw(65'536));
        }
        record.start += static_cast<base::Nanoseconds>(draw(3'600'000'000'000));
        record.last = record.start + static_cast<base::Nanoseconds>(draw(600'000'000'000));
        record.state = static_cast<flow::TcpState>(draw(14));
        record.statistics.packets = {1 + draw(1000), draw(1000)};
        record.statistics.bytes = {draw(10'000'000), draw(10'000'000)};
        record.statistics.allGaps = {};
        for (int gap = 0; gap < 3; ++gap)
            record.statistics.allGaps.add(random.uniform());
        record.vlan = static_cast<std::uint16_t>(draw(8));
        record.identity.host = hosts[draw(distinctHosts)];
        record.identity.application = applications[draw(applications.size())];
        record.identity.risks = draw(16);
        table->append(record);
    }
    return table;
}

std::shared_ptr<const ui::Scores> drawnScores(std::size_t flows, std::uint64_t seed)
{
    base::Rng random(seed);
    std::vector<float> values(flows);
    std::ranges::generate(values, [&] { return static_cast<float>(random.uniform()); });
    return test::madeScores(std::move(values), seed);
}

/// Judged as the window does, with half of the flows for a baseline.
std::shared_ptr<const ui::Judgements> judged(const std::shared_ptr<const flow::FlowTable>& table,
                                             const std::vector<float>& values)
{
    auto adaptation = std::make_shared<ui::Adaptation>();
    adaptation->table = table;
    adaptation->detector.revision = 1;
    auto scores = std::make_shared<const ui::Scores>(ui::makeScores(values, true, adaptation));
    auto judgements = ui::judge(scores, {}, {});
    if (!judgements)
        qFatal("%s", judgements.error().sentence().c_str());
    return std::make_shared<const ui::Judgements>(std::move(*judgements));
}

void sortEveryColumn(const ui::ArrangeInput& input)
{
    ui::FlowOrder order;
    double worst = 0;
    for (std::size_t i = 0; i < ui::flowColumns; ++i) {
        const auto column = static_cast<FlowColumn>(i);
        if (!ui::sortable(column))
            continue;
        std::vector<double> times;
        for (int turn = 0; turn < repeats; ++turn) {
            std::vector<std::uint32_t> rows(input.table->size());
            std::iota(rows.begin(), rows.end(), 0U);
            times.push_back(milliseconds([&] { order.sort(input, rows, {{column, turn % 2 == 0}}, {}); }));
        }
        worst = std::max(worst, *std::ranges::min_element(times));
        print((std::string("sort ") + ui::columnText(column).key).c_str(), times);
    }
    std::printf("slowest column at its best   %8.1f ms; kept for sorting: %.1f bytes a flow\n", worst,
                static_cast<double>(order.bytes()) / static_cast<double>(input.table->size()));
}

void filterByColumns(const ui::ArrangeInput& input)
{
    for (const char* expression : {"ip.src == 10.0.0.0/8", "bytes.out > 5000000", "host == \"host-77.example\"",
                                   "score >= 0.9", "app == tls && port.dst < 1024"}) {
        const auto filter = hunt::Filter::parse(expression);
        std::vector<double> times;
        for (int turn = 0; turn < repeats; ++turn)
            times.push_back(milliseconds([&] { static_cast<void>(ui::arrange(input, {.filter = *filter}, {})); }));
        print((std::string("filter ") + expression).c_str(), times);
    }
}

/// From the act to the painted table.
double painted(ui::FlowView& view, const std::function<void()>& act)
{
    return milliseconds([&] {
        act();
        view.viewport()->repaint();
    });
}

void choose(ui::FlowView& view, ui::FlowSelection& selection, std::uint32_t flows)
{
    std::vector<double> all;
    std::vector<double> inverted;
    std::vector<double> alternate;
    for (int turn = 0; turn < repeats; ++turn) {
        selection.clear();
        all.push_back(painted(view, [&] { QTest::keyClick(&view, Qt::Key_A, Qt::ControlModifier); }));
        flow::FlowSet every;
        alternate.push_back(painted(view, [&] {
            for (std::uint32_t flow = 0; flow < flows; flow += 2)
                every.insert(flow::FlowId(flow));
            selection.select(std::move(every));
        }));
        inverted.push_back(painted(view, [&] { view.invertChoice(); }));
    }
    print("Ctrl+A", all);
    print("choose every second flow", alternate);
    print("invert the choice", inverted);
}

void scroll(ui::FlowView& view)
{
    std::vector<double> wheel;
    std::vector<double> page;
    std::vector<double> jump;
    auto* bar = view.verticalScrollBar();
    base::Rng random(1);
    for (int step = 0; step < 300; ++step) {
        const QPointF at(200, 200);
        wheel.push_back(painted(view, [&] {
            QWheelEvent event(at, view.viewport()->mapToGlobal(at), {}, {0, -120}, Qt::NoButton, Qt::NoModifier,
                              Qt::NoScrollPhase, false);
            QApplication::sendEvent(view.viewport(), &event);
        }));
        page.push_back(painted(view, [&] { QTest::keyClick(&view, Qt::Key_PageDown); }));
        jump.push_back(painted(view, [&] {
            bar->setValue(static_cast<int>(random.below(static_cast<std::uint64_t>(bar->maximum()) + 1)));
        }));
        QCoreApplication::sendPostedEvents();
    }
    print("wheel step", wheel);
    print("page", page);
    print("jump", jump);
}

void printMemory(const ui::FlowTableModel& model, const ui::FlowSelection& selection, const ui::ArrangeInput& input)
{
    const auto flows = static_cast<double>(input.table->size());
    const auto bytes = [](const auto& values) { return values.capacity() * sizeof(values[0]); };
    constexpr std::size_t arranged = sizeof(std::uint32_t); // the session's latest answer
    constexpr std::size_t rowHeights = 8;                   // QHeaderView's, hidden or not
    const std::size_t scores = bytes(input.scores->values) + bytes(input.scores->ranks);
    const std::size_t kept = bytes(input.kept->values) + bytes(input.kept->ranks);
    const std::size_t verdicts = bytes(input.judgements->verdicts) + bytes(input.judgements->doubts);
    const double total =
        static_cast<double>(model.bytes() + scores + kept + verdicts + selection.set().bytes()) / flows + arranged +
        rowHeights + 8; // gaps, once sorted by them
    std::printf("memory a flow: rows and places %.1f, latest arrangement %zu, scores and ranks %.1f, score B %.1f, "
                "verdicts %.1f, choice %.2f, Qt's row heights %zu, gaps 8: %.1f bytes in all\n",
                static_cast<double>(model.bytes()) / flows, arranged, static_cast<double>(scores) / flows,
                static_cast<double>(kept) / flows, static_cast<double>(verdicts) / flows,
                static_cast<double>(selection.set().bytes()) / flows, rowHeights, total);
}

} // namespace

int main(int argc, char** argv)
{
    const QApplication application(argc, argv);
    test::useOwnSettings();
    ui::applyTheme(ui::Theme::Light);
    const auto flows = static_cast<std::uint32_t>(argc > 1 ? std::max(1000, std::atoi(argv[1])) : 1'000'000);
    const auto table = bigTable(flows);
    const auto judgements = judged(table, drawnScores(flows, 1)->values);
    const ui::ArrangeInput input{
        .table = table, .scores = judgements->scores, .kept = drawnScores(flows, 2), .judgements = judgements};
    std::printf("%u flows\n", flows);
    sortEveryColumn(input);
    filterByColumns(input);

    ui::FlowTableModel model;
    ui::FlowSelection selection;
    ui::FlowView view(model, selection);
    view.resize(1280, 800);
    view.show();
    if (!QTest::qWaitForWindowExposed(&view))
        return 1;
    model.setScores(input.scores);
    model.setKeptScores(input.kept);
    model.setJudgements(judgements);
    view.showComparison(true);
    std::vector<std::uint32_t> rows(flows);
    std::iota(rows.begin(), rows.end(), 0U);
    std::vector<double> shown;
    for (int turn = 0; turn < repeats; ++turn) {
        std::ranges::reverse(rows);
        shown.push_back(painted(view, [&] { model.show(table, rows); }));
    }
    print("show a new order", shown);
    view.setFocus();
    choose(view, selection, flows);
    view.selectionModel()->setCurrentIndex(model.index(0, 0), QItemSelectionModel::NoUpdate);
    scroll(view);
    print("row of every flow", {milliseconds([&] {
              int sum = 0;
              for (std::uint32_t flow = 0; flow < flows; ++flow)
                  sum ^= model.rowOf(flow::FlowId(flow));
              if (sum == -1)
                  std::printf("?");
          })});
    printMemory(model, selection, input);
    return 0;
}
