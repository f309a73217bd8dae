// SPDX-License-Identifier: GPL-3.0-or-later
// map_draw_bench - what drawing a map of 100 000 and 1 000 000 flows costs, 900 x 700 pixels: a whole redraw, colouring
// anew, looking for the nearest point and a lasso. Best of ten, by the clock.
#include <QApplication>

#include "engine/base/random.h"
#include "ui/plots/flow_map.h"

#include <QElapsedTimer>

#include <cstdio>

using namespace flowscent;

namespace {

template <class Work>
double best(const Work& work)
{
    double least = 1e9;
    for (int round = 0; round < 10; ++round) {
        QElapsedTimer clock;
        clock.start();
        work();
        least = std::min(least, static_cast<double>(clock.nsecsElapsed()) / 1e6);
    }
    return least;
}

void measure(std::size_t flows)
{
    base::Rng rng(1);
    auto layout = std::make_shared<ui::MapLayout>();
    auto classes = std::make_shared<ui::MapClasses>();
    classes->classes = {{{}, ui::MapTone::Quiet}, {"a", ui::MapTone::Category, 0}, {"b", ui::MapTone::Category, 1}};
    for (std::size_t i = 0; i < flows; ++i) {
        const auto group = static_cast<float>(rng.below(30));
        layout->places.push_back({group + 0.4F * static_cast<float>(rng.normal()),
                                  20 * std::sin(group) + 2 * static_cast<float>(rng.normal())});
        classes->of.push_back(static_cast<std::uint8_t>(rng.below(3)));
    }
    ui::FlowMap map;
    map.resize(900, 700);
    map.show();
    map.setLayoutOfFlows(layout);
    auto* plot = map.findChild<QCustomPlot*>();
    plot->replot();
    std::printf("%8zu flows: redraw %.1f ms", flows, best([&] { plot->replot(); }));
    std::printf(", colours %.1f ms", best([&] { map.setClasses(classes); }));
    ui::PointLayer* points = nullptr;
    for (int i = 0; i < plot->layer(QStringLiteral("main"))->children().size() && points == nullptr; ++i)
        points = dynamic_cast<ui::PointLayer*>(plot->layer(QStringLiteral("main"))->children()[i]);
    std::printf(", nearest %.1f ms", best([&] { (void)points->nearest({400, 300}, 9); }));
    const QPolygonF circle = [] {
        QPolygonF made;
        for (int i = 0; i < 200; ++i)
            made << QPointF(450 + 200 * std::cos(i * 0.0314), 350 + 200 * std::sin(i * 0.0314));
        return made;
    }();
    std::printf(", lasso %.1f ms\n", best([&] { (void)points->within(circle); }));
}

} // namespace

int main(int argc, char** argv)
{
    const QApplication application(argc, argv);
    measure(100'000);
    measure(1'000'000);
}
