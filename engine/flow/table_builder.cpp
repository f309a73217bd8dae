// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/table_builder.h"

#include <cassert>
#include <utility>

namespace flowscent::flow {

void TableBuilder::add(FlowId id, const FlowRecord& record)
{
    if (m_row.size() <= id.value)
        m_row.resize(std::size_t{id.value} + 1, open);
    m_row[id.value] = static_cast<std::uint32_t>(m_ended.size());
    m_ended.append(record);
}

std::shared_ptr<const FlowTable> TableBuilder::snapshot(const FlowAssembler& assembler) const
{
    auto table = std::make_shared<FlowTable>();
    table->reserve(m_ended.size() + assembler.openFlows());
    const auto takeEnded = [&] {
        while (table->size() < m_row.size() && m_row[table->size()] != open)
            table->append(m_ended, FlowId(m_row[table->size()]));
    };
    assembler.forEachOpen([&](FlowId, const FlowRecord& record) {
        takeEnded();
        table->append(record);
    });
    takeEnded();
    return table;
}

std::shared_ptr<const FlowTable> TableBuilder::take()
{
    assert(m_row.size() == m_ended.size());
    m_ended.reorder(m_row);
    m_row.clear();
    return std::make_shared<FlowTable>(std::exchange(m_ended, {}));
}

} // namespace flowscent::flow
