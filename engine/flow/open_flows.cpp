// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/open_flows.h"

#include "engine/base/column.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace flowscent::flow {

OpenFlows::Chunk::Chunk()
    : flows(static_cast<OpenFlow*>(base::resizeBlock(nullptr, 0, chunk * sizeof(OpenFlow))))
{
}

OpenFlows::Chunk::Chunk(Chunk&& other) noexcept
    : flows(std::exchange(other.flows, nullptr))
    , count(std::exchange(other.count, 0))
{
}

OpenFlows::Chunk::~Chunk()
{
    std::destroy_n(flows, count);
    base::freeBlock(flows, chunk * sizeof(OpenFlow));
}

OpenFlows::Slot OpenFlows::add(const PacketNote& first, FlowId id)
{
    if (m_free.empty()) {
        if (m_ids.size() == m_chunks.size() * chunk)
            m_chunks.emplace_back();
        Chunk& last = m_chunks.back();
        new (last.flows + last.count++) OpenFlow;
        m_free.push_back(static_cast<Slot>(m_ids.size()));
        m_ids.push_back(nobody);
    }
    const Slot slot = m_free.back();
    m_free.pop_back();
    OpenFlow& open = (*this)[slot];
    open.key = {first.low(), first.high(), first.headers.protocol};
    open.id = id;
    m_ids[slot] = id;
    open.hash = first.hash;
    m_index.insert(first.hash, slot);
    return slot;
}

void OpenFlows::remove(Slot slot)
{
    m_index.remove((*this)[slot].hash, slot);
    (*this)[slot].id = nobody;
    m_ids[slot] = nobody;
    m_free.push_back(slot);
}

std::vector<OpenFlows::Slot> OpenFlows::inOrder() const
{
    std::vector<Slot> slots = m_index.slots();
    std::ranges::sort(slots, {}, [this](Slot slot) { return m_ids[slot]; });
    return slots;
}

} // namespace flowscent::flow
