// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/replay/saved_state.h"
#include "engine/learn/replay/task_replay.h"

#include <algorithm>
#include <limits>

namespace flowscent::learn {

using base::Error;
using nlohmann::json;

namespace {

json toJson(const TaskReplaySettings& settings)
{
    return {{"capacity", settings.capacity},
            {"sharpness", settings.sharpness},
            {"least_loss", settings.leastLoss},
            {"stale_after", settings.staleAfter},
            {"stale_share", settings.staleShare}};
}

TaskReplaySettings settingsFrom(const json& value)
{
    return {.capacity = saved::whole(value.at("capacity")),
            .sharpness = saved::number(value.at("sharpness"), 0, 10),
            .leastLoss = saved::number(value.at("least_loss"), 1e-12, 1),
            .staleAfter = saved::whole(value.at("stale_after")),
            .staleShare = saved::number(value.at("stale_share"), 0, 1)};
}

json toJson(const Episode& episode)
{
    return {{"ways", episode.ways},   {"classes", episode.classes},        {"support", episode.support},
            {"query", episode.query}, {"support_way", episode.supportWay}, {"query_way", episode.queryWay}};
}

/// Numbers below `end`.
template <class T>
std::vector<T> indicesFrom(const json& value, std::uint64_t end)
{
    saved::require(value.is_array(), "a list is missing");
    saved::require(value.empty() || end > 0, "an index is out of its range");
    std::vector<T> indices;
    for (const json& index : value)
        indices.push_back(
            static_cast<T>(saved::whole(index, std::min<std::uint64_t>(end - 1, std::numeric_limits<T>::max()))));
    return indices;
}

Episode episodeFrom(const json& value, std::size_t rows, std::size_t classes)
{
    Episode episode;
    episode.ways =
        static_cast<std::uint32_t>(saved::whole(value.at("ways"), std::numeric_limits<std::uint16_t>::max()));
    episode.classes = indicesFrom<std::uint16_t>(value.at("classes"), classes);
    episode.support = indicesFrom<std::uint32_t>(value.at("support"), rows);
    episode.supportWay = indicesFrom<std::uint16_t>(value.at("support_way"), episode.ways);
    episode.query = indicesFrom<std::uint32_t>(value.at("query"), rows);
    episode.queryWay = indicesFrom<std::uint16_t>(value.at("query_way"), std::uint64_t{episode.ways} + 1);
    saved::require(episode.support.size() == episode.supportWay.size() &&
                       episode.query.size() == episode.queryWay.size() && episode.classes.size() == episode.ways,
                   "an episode's lists disagree");
    return episode;
}

json toJson(const RememberedTask& task)
{
    return {{"id", task.id},
            {"episode", toJson(task.episode)},
            {"loss", task.loss},
            {"remembered_at", task.rememberedAt},
            {"last_drawn", task.lastDrawn},
            {"draws", task.draws}};
}

} // namespace

void TaskReplay::put(base::TensorFile& file, const std::string& name) const
{
    json tasks = json::array();
    for (const RememberedTask& task : m_tasks)
        tasks.push_back(toJson(task));
    file.metadata[name] = json{
        {"settings", toJson(m_settings)},
        {"generator", saved::generator(m_rng)},
        {"step", m_step},
        {"next_id", m_nextId},
        {"draws", m_draws},
        {"evicted", m_evicted},
        {"turned_down", m_turnedDown},
        {"tasks",
         std::move(tasks)}}.dump();
}

base::Result<TaskReplay> TaskReplay::take(const base::TensorFile& file, const std::string& name, std::size_t rows,
                                          std::size_t classes)
try {
    const auto text = file.text(name);
    if (!text)
        return failure(text.error());
    const json state = saved::parse(*text);
    TaskReplay replay(settingsFrom(state.at("settings")), saved::generator(state.at("generator")));
    replay.m_step = saved::whole(state.at("step"));
    replay.m_nextId = saved::whole(state.at("next_id"));
    replay.m_draws = saved::whole(state.at("draws"));
    replay.m_evicted = saved::whole(state.at("evicted"));
    replay.m_turnedDown = saved::whole(state.at("turned_down"));
    std::uint64_t next = 0; // ids ascend: the youngest is always appended
    for (const json& value : state.at("tasks")) {
        const RememberedTask task{.id = saved::whole(value.at("id")),
                                  .episode = episodeFrom(value.at("episode"), rows, classes),
                                  .loss = saved::number(value.at("loss"), 0, 1e6),
                                  .rememberedAt = saved::whole(value.at("remembered_at"), replay.m_step),
                                  .lastDrawn = saved::whole(value.at("last_drawn"), replay.m_step),
                                  .draws = saved::whole(value.at("draws"), replay.m_draws)};
        saved::require(task.id >= next && task.id < replay.m_nextId && task.rememberedAt <= task.lastDrawn,
                       "the tasks are out of order");
        next = task.id + 1;
        replay.m_tasks.push_back(task);
    }
    saved::require(replay.m_tasks.size() <= replay.m_settings.capacity, "there are more tasks than places");
    return replay;
} catch (const std::exception& error) { // nlohmann::json and saved::
    return base::failure(Error::Code::Model,
                         "holds a task buffer that cannot be read (" + std::string(error.what()) + ")", name);
}

} // namespace flowscent::learn
