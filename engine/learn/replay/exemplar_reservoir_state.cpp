// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/replay/exemplar_reservoir.h"

#include "engine/base/matrix_rows.h"
#include "engine/features/feature_schema.h"
#include "engine/learn/replay/saved_state.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace flowscent::learn {

using base::Error;
using nlohmann::json;

namespace {

/// Tensors of all exemplars, class after class; `describe` holds the rest of each in the same order.
struct Columns {
    base::Matrix sequences;
    base::Matrix statistics;
    std::vector<float> logits; ///< of all exemplars in a row

    void append(const Exemplar& exemplar)
    {
        ++sequences.rows;
        ++statistics.rows;
        sequences.values.insert(sequences.values.end(), exemplar.sequence.begin(), exemplar.sequence.end());
        statistics.values.insert(statistics.values.end(), exemplar.statistics.begin(), exemplar.statistics.end());
        logits.insert(logits.end(), exemplar.logits.begin(), exemplar.logits.end());
    }
};

json describe(const Exemplar& exemplar)
{
    return {exemplar.sessionId, exemplar.insertedAt, exemplar.logitClasses};
}

base::Matrix finiteMatrix(const base::TensorFile& file, const std::string& name, std::size_t columns)
{
    auto matrix = file.matrix(name);
    saved::require(matrix.has_value(), "a tensor is missing");
    saved::require(matrix->columns == columns && matrix->rows <= matrix->values.size() &&
                       matrix->values.size() == matrix->rows * columns,
                   "a tensor has another shape than the feature table");
    saved::require(base::allFinite(*matrix), "a tensor holds a number that is not finite");
    return std::move(*matrix);
}

std::vector<std::string> namesFrom(const json& value)
{
    auto names = value.get<std::vector<std::string>>();
    saved::require(std::set<std::string>(names.begin(), names.end()).size() == names.size(), "a name occurs twice");
    return names;
}

/// Hands out what belongs to one exemplar after the other.
class Reader {
public:
    Reader(const base::TensorFile& file, const std::string& prefix)
        : m_columns{finiteMatrix(file, prefix + ".sequences", features::sequenceLength * features::sequenceFields),
                    finiteMatrix(file, prefix + ".statistics", features::statisticDefinitions().size()),
                    {}}
    {
        auto logits = file.matrix(prefix + ".logits");
        saved::require(logits && logits->rows == 1 && logits->values.size() == logits->columns,
                       "the logits are missing");
        saved::require(base::allFinite(*logits), "a logit is not finite");
        m_columns.logits = std::move(logits->values);
    }

    Exemplar next(const json& described, std::uint32_t classId, const ExemplarReservoir& names)
    {
        saved::require(described.is_array() && described.size() == 3 && described[2].is_array(),
                       "an exemplar's description is incomplete");
        saved::require(m_row < m_columns.sequences.rows && m_row < m_columns.statistics.rows,
                       "there are more descriptions than exemplars");
        const auto sequence = m_columns.sequences.row(m_row);
        const auto statistics = m_columns.statistics.row(m_row);
        ++m_row;
        saved::require(!names.sessionNames().empty(), "there are no sessions");
        Exemplar exemplar{.sequence = {sequence.begin(), sequence.end()},
                          .statistics = {statistics.begin(), statistics.end()},
                          .classId = classId,
                          .sessionId =
                              static_cast<std::uint32_t>(saved::whole(described[0], names.sessionNames().size() - 1)),
                          .insertedAt = saved::whole(described[1])};
        saved::require(exemplar.insertedAt < names.offered(), "an exemplar is younger than the stream");
        saved::require(described[2].size() <= m_columns.logits.size() - m_logit, "logits are missing");
        for (const json& of : described[2]) {
            exemplar.logitClasses.push_back(
                static_cast<std::uint32_t>(saved::whole(of, names.classNames().size() - 1)));
            exemplar.logits.push_back(m_columns.logits[m_logit++]);
        }
        return exemplar;
    }

    [[nodiscard]] bool done() const
    {
        return m_row == m_columns.sequences.rows && m_row == m_columns.statistics.rows &&
               m_logit == m_columns.logits.size();
    }

private:
    Columns m_columns;
    std::size_t m_row = 0;
    std::size_t m_logit = 0;
};

} // namespace

void ExemplarReservoir::put(base::TensorFile& file, const std::string& prefix) const
{
    Columns columns;
    columns.sequences.columns = features::sequenceLength * features::sequenceFields;
    columns.statistics.columns = features::statisticDefinitions().size();
    json classes = json::array();
    for (const Class& one : m_classes) {
        json kept = json::array();
        for (const Exemplar& exemplar : one.kept) {
            columns.append(exemplar);
            kept.push_back(describe(exemplar));
        }
        classes.push_back({{"id", one.id}, {"offered", one.offered}, {"kept", std::move(kept)}});
    }
    file.put(prefix + ".sequences", columns.sequences);
    file.put(prefix + ".statistics", columns.statistics);
    file.put(prefix + ".logits", columns.logits);
    file.metadata[prefix] = json{
        {"capacity", m_capacity},
        {"generator", saved::generator(m_rng)},
        {"offered", m_offered},
        {"features", features::schemaHash()},
        {"class_names", m_classNames},
        {"session_names", m_sessionNames},
        {"kept_columns", {"session", "inserted_at", "logit_classes"}},
        {"classes",
         std::move(classes)}}.dump();
}

base::Result<ExemplarReservoir> ExemplarReservoir::take(const base::TensorFile& file, const std::string& prefix)
try {
    const auto text = file.text(prefix);
    if (!text)
        return failure(text.error());
    const json state = saved::parse(*text);
    if (state.at("features").get<std::string>() != features::schemaHash())
        return base::failure(Error::Code::Model, "holds exemplars of another feature table");
    ExemplarReservoir reservoir(saved::whole(state.at("capacity")), saved::generator(state.at("generator")));
    reservoir.m_offered = saved::whole(state.at("offered"));
    reservoir.m_classNames = namesFrom(state.at("class_names"));
    reservoir.m_sessionNames = namesFrom(state.at("session_names"));
    Reader reader(file, prefix);
    std::uint64_t unaccounted = reservoir.m_offered;
    for (const json& described : state.at("classes")) {
        saved::require(!reservoir.m_classNames.empty(), "there are no classes");
        const auto id = static_cast<std::uint32_t>(saved::whole(described.at("id"), reservoir.m_classNames.size() - 1));
        saved::require(std::ranges::find(reservoir.m_classes, id, &Class::id) == reservoir.m_classes.end(),
                       "a class occurs twice");
        Class& one = reservoir.classOf(id);
        one.offered = saved::whole(described.at("offered"), unaccounted);
        unaccounted -= one.offered;
        for (const json& exemplar : described.at("kept"))
            one.kept.push_back(reader.next(exemplar, id, reservoir));
        saved::require(one.kept.size() <= one.offered, "more flows of a class are kept than were offered");
    }
    saved::require(unaccounted == 0 && reader.done() && reservoir.size() <= reservoir.m_capacity,
                   "the counts contradict each other");
    return reservoir;
} catch (const std::exception& error) { // nlohmann::json and saved::
    return base::failure(Error::Code::Model,
                         "holds a replay reservoir that cannot be read (" + std::string(error.what()) + ")", prefix);
}

} // namespace flowscent::learn
