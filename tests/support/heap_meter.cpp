// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/heap_meter.h"

#include <atomic>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

std::atomic<std::int64_t> held{0};
std::atomic<std::int64_t> mostHeld{0};

} // namespace

// NOLINTBEGIN(cppcoreguidelines-no-malloc)
void* operator new(std::size_t size)
{
    void* memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr)
        throw std::bad_alloc();
    const std::int64_t now = held += static_cast<std::int64_t>(malloc_usable_size(memory));
    std::int64_t most = mostHeld;
    while (now > most && !mostHeld.compare_exchange_weak(most, now)) {
    }
    return memory;
}

void operator delete(void* memory) noexcept
{
    held -= static_cast<std::int64_t>(malloc_usable_size(memory));
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept
{
    operator delete(memory);
}
// NOLINTEND(cppcoreguidelines-no-malloc)

namespace flowscent::test {

HeapMeter::HeapMeter()
    : m_before(held)
{
    mostHeld = m_before;
}

std::int64_t HeapMeter::most() const
{
    return mostHeld - m_before;
}

} // namespace flowscent::test
