// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/flow/flow_assembler.h"
#include "engine/flow/flow_table.h"

namespace flowscent::flow {

/// Puts flows, which end in another order than they begin, into the rows of a table. Not thread-safe.
class TableBuilder {
public:
    /// `names` of the assembler's settings.
    explicit TableBuilder(std::shared_ptr<const identify::Names> names = nullptr)
        : m_table(std::move(names))
    {
    }

    /// Takes a flow that is over. Every id from 0 on must come exactly once before `take`.
    void add(FlowId id, const FlowView& flow);
    /// Flows that are over.
    [[nodiscard]] std::size_t size() const { return m_ended; }
    /// Everything so far, open flows as they are now; ids stay as they are.
    [[nodiscard]] std::shared_ptr<const FlowTable> snapshot(const FlowAssembler& assembler) const;
    /// The whole table, with the identities of an assembler that finds them apart. The builder is empty afterwards.
    [[nodiscard]] std::shared_ptr<const FlowTable> take(const FlowAssembler& assembler);

private:
    FlowTable m_table; ///< rows of open flows are empty
    std::size_t m_ended = 0;
};

} // namespace flowscent::flow
