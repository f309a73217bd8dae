// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/table_builder.h"

#include <cassert>
#include <utility>

namespace flowscent::flow {

void TableBuilder::add(FlowId id, const FlowView& flow)
{
    m_table.put(id, flow);
    ++m_ended;
}

std::shared_ptr<const FlowTable> TableBuilder::snapshot(const FlowAssembler& assembler) const
{
    auto table = std::make_shared<FlowTable>(m_table);
    assembler.forEachOpen([&table](FlowId id, const FlowView& flow) { table->put(id, flow); });
    assembler.identitiesInto(table->identities, false);
    return table;
}

std::shared_ptr<const FlowTable> TableBuilder::take(const FlowAssembler& assembler)
{
    assembler.identitiesInto(m_table.identities, true);
    assert(m_ended == m_table.size());
    m_ended = 0;
    return std::make_shared<FlowTable>(std::exchange(m_table, {}));
}

} // namespace flowscent::flow
