// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/hunt_figures.h"

namespace flowscent::cli {

namespace {

std::string nameOf(std::size_t metric)
{
    return std::string(detect::text(static_cast<detect::HuntMetric>(metric)));
}

} // namespace

std::string wording(const detect::HuntShape& shape)
{
    return formatted("%s capture, %s networks, %u shots", std::string(detect::text(shape.variant)).c_str(),
                     std::string(detect::text(shape.negatives)).c_str(), shape.shots);
}

Json shapeOf(const detect::HuntShape& shape)
{
    return {
        {"variant", detect::text(shape.variant)}, {"negatives", detect::text(shape.negatives)}, {"shots", shape.shots}};
}

Json intervals(const detect::HuntIntervals& all)
{
    Json object;
    for (std::size_t metric = 0; metric < detect::huntMetrics; ++metric)
        object[nameOf(metric)] = interval(all[metric]);
    return object;
}

Json figures(const detect::HuntFigures& all)
{
    Json object;
    for (std::size_t metric = 0; metric < detect::huntMetrics; ++metric)
        object[nameOf(metric)] = all[metric];
    return object;
}

std::string plain(const learn::ClassInterval& interval)
{
    return formatted("%.3f [%.3f, %.3f]", interval.mean, interval.low, interval.high);
}

std::string signedly(const learn::ClassInterval& interval)
{
    return formatted("%+.3f [%+.3f, %+.3f]", interval.mean, interval.low, interval.high);
}

} // namespace flowscent::cli
