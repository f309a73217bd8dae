// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace flowscent::flow {

/// Finds numbers (slots) by the hashes of what they stand for. Open addressing with linear probing, at most half full;
/// removing moves the rest of a run back (Knuth, The Art of Computer Programming 6.4, algorithm R), so that nothing is
/// left behind by the millions of flows that come and go. Unlike a hash map from a library it can be told ahead which
/// entries will be wanted: looking for a flow at random is a miss of the cache, which is most of what it costs.
/// The lower half of each hash is kept. Not thread-safe.
class SlotIndex {
public:
    using Slot = std::uint32_t;
    static constexpr Slot none = UINT32_MAX; ///< is never put in

    /// Has the processor fetch where `find`, `insert` and `remove` begin.
    void prefetch(std::uint64_t hash) const
    {
        if (!m_entries.empty())
            __builtin_prefetch(&m_entries[home(hash)], 1);
    }

    /// The first slot with that hash, or with one whose lower half is the same, that `is` takes; none for none.
    template <class Is>
    [[nodiscard]] Slot find(std::uint64_t hash, const Is& is) const
    {
        if (m_entries.empty())
            return none;
        for (std::size_t at = home(hash); m_entries[at].slot != none; at = next(at)) {
            if (m_entries[at].hash == half(hash) && is(m_entries[at].slot))
                return m_entries[at].slot;
        }
        return none;
    }

    void insert(std::uint64_t hash, Slot slot)
    {
        if (2 * (m_size + 1) > m_entries.size())
            grow();
        place({half(hash), slot});
        ++m_size;
    }

    /// A slot that is in.
    void remove(std::uint64_t hash, Slot slot)
    {
        std::size_t hole = home(hash);
        while (m_entries[hole].slot != slot)
            hole = next(hole);
        for (std::size_t at = next(hole); m_entries[at].slot != none; at = next(at)) {
            // Whoever would still be found from its home moves into the hole.
            const std::size_t from = home(m_entries[at].hash);
            if (distance(from, at) < distance(hole, at))
                continue;
            m_entries[hole] = m_entries[at];
            hole = at;
        }
        m_entries[hole] = {};
        --m_size;
    }

    [[nodiscard]] std::size_t size() const { return m_size; }
    /// In no particular order.
    [[nodiscard]] std::vector<Slot> slots() const
    {
        std::vector<Slot> all;
        all.reserve(m_size);
        for (const Entry& entry : m_entries) {
            if (entry.slot != none)
                all.push_back(entry.slot);
        }
        return all;
    }

private:
    struct Entry {
        std::uint32_t hash = 0; ///< its lower half
        Slot slot = none;
    };

    static std::uint32_t half(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }
    [[nodiscard]] std::size_t home(std::uint64_t hash) const { return hash & (m_entries.size() - 1); }
    [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (m_entries.size() - 1); }
    [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const
    {
        return (to - from) & (m_entries.size() - 1);
    }
    void place(const Entry& entry)
    {
        std::size_t at = home(entry.hash);
        while (m_entries[at].slot != none)
            at = next(at);
        m_entries[at] = entry;
    }
    void grow()
    {
        std::vector<Entry> old(m_entries.empty() ? 64 : 2 * m_entries.size());
        old.swap(m_entries);
        for (const Entry& entry : old) {
            if (entry.slot != none)
                place(entry);
        }
    }

    std::vector<Entry> m_entries; ///< a power of two
    std::size_t m_size = 0;
};

} // namespace flowscent::flow
