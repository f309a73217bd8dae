// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/tasks.h"

namespace flowscent::learn {

using torch::Tensor;

namespace {

template <class Value>
void copyInto(std::int64_t*& to, const std::vector<Value>& values)
{
    to = std::copy(values.begin(), values.end(), to);
}

struct Side {
    Tensor rows;
    Tensor ways;

    Side(std::int64_t tasks, std::size_t size)
        : rows(torch::empty({tasks, static_cast<std::int64_t>(size)}, torch::kLong))
        , ways(torch::empty({tasks, static_cast<std::int64_t>(size)}, torch::kLong))
    {
    }
    [[nodiscard]] Tensor of(const Tensor& values) const
    {
        auto shape = values.sizes().vec();
        shape.front() = rows.size(1);
        shape.insert(shape.begin(), rows.size(0));
        return values.index_select(0, rows.flatten()).reshape(shape);
    }
};

} // namespace

Tensor TaskBatch::oneHot() const
{
    return torch::one_hot(supportWay, ways).to(support.scalar_type());
}

bool sameShape(const Episode& a, const Episode& b)
{
    return a.ways == b.ways && a.support.size() == b.support.size() && a.query.size() == b.query.size();
}

TaskBatch gatherTasks(const Tensor& inputs, const Tensor& classOf, std::span<const Episode> episodes)
{
    const auto tasks = static_cast<std::int64_t>(episodes.size());
    Side support(tasks, episodes.front().support.size());
    Side query(tasks, episodes.front().query.size());
    auto* supportRow = support.rows.data_ptr<std::int64_t>();
    auto* supportWay = support.ways.data_ptr<std::int64_t>();
    auto* queryRow = query.rows.data_ptr<std::int64_t>();
    auto* queryWay = query.ways.data_ptr<std::int64_t>();
    for (const Episode& episode : episodes) {
        copyInto(supportRow, episode.support);
        copyInto(supportWay, episode.supportWay);
        copyInto(queryRow, episode.query);
        copyInto(queryWay, episode.queryWay);
    }
    TaskBatch batch{.ways = static_cast<std::int64_t>(episodes.front().ways),
                    .support = support.of(inputs),
                    .supportWay = support.ways,
                    .query = query.of(inputs),
                    .queryWay = query.ways};
    if (classOf.defined()) {
        batch.supportClass = support.of(classOf);
        batch.queryClass = query.of(classOf);
    }
    return batch;
}

} // namespace flowscent::learn
