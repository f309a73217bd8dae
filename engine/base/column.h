// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <new>
#include <type_traits>
#include <utility>

namespace flowscent::base {

/// A block of `size` bytes that begins with what `block` (of `oldSize`, or null) held; `block` is gone. Small ones come
/// from the heap; large ones are pages of their own, huge where the system has them, and grow by moving page tables.
/// Throws std::bad_alloc.
[[nodiscard]] void* resizeBlock(void* block, std::size_t oldSize, std::size_t size);
void freeBlock(void* block, std::size_t size);

/// A growing array of plain values for millions of rows. Like std::vector, but growing a large one moves page tables
/// instead of bytes, so that a table costs neither the copying nor, for a moment, twice its memory.
/// As thread-safe as std::vector; throws std::bad_alloc like it.
template <class T>
class Column {
    static_assert(std::is_trivially_copyable_v<T>, "values are moved by the byte");
    static_assert(alignof(T) <= alignof(std::max_align_t));

public:
    using value_type = T;
    using iterator = T*;
    using const_iterator = const T*;

    Column() = default;
    Column(std::initializer_list<T> values) { append(values.begin(), values.size()); }
    explicit Column(std::size_t size) { resize(size); }
    Column(const Column& other) { append(other.data(), other.size()); }
    Column(Column&& other) noexcept { swap(other); }
    Column& operator=(Column other) noexcept
    {
        swap(other);
        return *this;
    }
    ~Column() { freeBlock(m_values, m_capacity * sizeof(T)); }

    void swap(Column& other) noexcept
    {
        std::swap(m_values, other.m_values);
        std::swap(m_size, other.m_size);
        std::swap(m_capacity, other.m_capacity);
    }

    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] bool empty() const { return m_size == 0; }
    [[nodiscard]] T* data() { return m_values; }
    [[nodiscard]] const T* data() const { return m_values; }
    [[nodiscard]] T* begin() { return m_values; }
    [[nodiscard]] T* end() { return m_values + m_size; }
    [[nodiscard]] const T* begin() const { return m_values; }
    [[nodiscard]] const T* end() const { return m_values + m_size; }
    [[nodiscard]] T& operator[](std::size_t index) { return m_values[index]; }
    [[nodiscard]] const T& operator[](std::size_t index) const { return m_values[index]; }

    void reserve(std::size_t capacity)
    {
        if (capacity <= m_capacity)
            return;
        if (capacity > static_cast<std::size_t>(-1) / 2 / sizeof(T))
            throw std::bad_alloc();
        m_values = static_cast<T*>(resizeBlock(m_values, m_capacity * sizeof(T), capacity * sizeof(T)));
        m_capacity = capacity;
    }
    /// New values are T{}.
    void resize(std::size_t size)
    {
        makeRoom(size);
        for (std::size_t i = m_size; i < size; ++i)
            new (m_values + i) T{};
        m_size = size;
    }
    void push_back(T value)
    {
        makeRoom(m_size + 1);
        new (m_values + m_size++) T(value);
    }
    void append(const T* values, std::size_t count)
    {
        if (count == 0)
            return;
        makeRoom(m_size + count);
        std::memcpy(static_cast<void*>(m_values + m_size), values, count * sizeof(T));
        m_size += count;
    }
    /// Room for `count` more values, which are the caller's to write.
    [[nodiscard]] T* extend(std::size_t count)
    {
        makeRoom(m_size + count);
        m_size += count;
        return m_values + m_size - count;
    }
    void clear() { m_size = 0; }

    friend bool operator==(const Column& a, const Column& b) { return std::ranges::equal(a, b); }

private:
    void makeRoom(std::size_t size)
    {
        if (size > m_capacity)
            reserve(std::max({size, m_capacity + m_capacity / 2, std::size_t{16}}));
    }

    T* m_values = nullptr;
    std::size_t m_size = 0;
    std::size_t m_capacity = 0;
};

} // namespace flowscent::base
