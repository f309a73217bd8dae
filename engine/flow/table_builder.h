// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/flow/flow_assembler.h"
#include "engine/flow/flow_table.h"

namespace flowscent::flow {

/// Flows end in another order than they begin. Rows are kept in the order in which they ended, which costs one copy
/// each, and put in order of id when somebody wants to see them. Not thread-safe.
class TableBuilder {
public:
    /// Takes a flow that is over. Every id from 0 on must come exactly once before `take`.
    void add(FlowId id, const FlowRecord& record);
    [[nodiscard]] std::size_t size() const { return m_ended.size(); }
    /// Everything so far, open flows as they are now; ids stay as they are.
    [[nodiscard]] std::shared_ptr<const FlowTable> snapshot(const FlowAssembler& assembler) const;
    /// The whole table, in order of id. The builder is empty afterwards.
    [[nodiscard]] std::shared_ptr<const FlowTable> take();

private:
    static constexpr std::uint32_t open = UINT32_MAX; ///< in m_row: not ended yet

    FlowTable m_ended;
    std::vector<std::uint32_t> m_row; ///< by id: row in m_ended
};

} // namespace flowscent::flow
