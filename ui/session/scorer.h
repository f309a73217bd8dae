// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <stop_token>

#include "engine/base/progress.h"
#include "engine/learn/backend.h"
#include "ui/session/scores.h"

namespace flowscent::ui {

/// Turns examples into scores: knows the learning engine and keeps the embeddings of one table, each computed once.
/// Belongs to one lane; nothing here is thread-safe.
class Scorer {
public:
    using ScoreSink = std::function<void(Scores)>;

    /// Loads the shipped base model the first time.
    [[nodiscard]] base::Result<std::shared_ptr<const learn::BaseModel>> model();

    /// Flows without packets keep no score and are no examples; when no other is marked as threat: Support error.
    /// Adapts to the examples and tells `scores` twice at most: the flows on the screen as soon as they can be had,
    /// then every flow. What is not embedded yet is embedded on the way, told to `progress` in flows; what was embedded
    /// when a newer request stopped this one is kept. Cancelled when stopped.
    [[nodiscard]] base::Result<void> run(const ScoreRequest& request, const ScoreSink& scores,
                                         const base::ProgressSink& progress, const std::stop_token& stop);

    /// Numbers of all flows of the latest table; null until every flow has been looked at. They never change again.
    [[nodiscard]] std::shared_ptr<const detect::FlowNumbers> numbers() const;

private:
    [[nodiscard]] base::Result<void> loadEngine();
    void setTable(const std::shared_ptr<const flow::FlowTable>& table);
    [[nodiscard]] base::Result<void> embed(const std::vector<std::uint32_t>& flows, const std::stop_token& stop);
    [[nodiscard]] base::Result<void> embedRest(const base::ProgressSink& progress, const std::stop_token& stop);
    [[nodiscard]] base::Result<std::shared_ptr<const Adaptation>> adapt(const ScoreRequest& request,
                                                                        const std::stop_token& stop);

    std::shared_ptr<const learn::BaseModel> m_model;
    std::shared_ptr<const learn::Encoder> m_encoder;
    std::shared_ptr<const flow::FlowTable> m_table;
    std::shared_ptr<const detect::Foundation> m_foundation;
    std::shared_ptr<detect::FlowNumbers> m_flows; ///< a row per flow of m_table; given away once all are filled
    std::vector<std::uint8_t> m_present;          ///< per flow: 1 when its row is filled
    std::uint32_t m_next = 0;                     ///< flows below this are all present
};

} // namespace flowscent::ui
