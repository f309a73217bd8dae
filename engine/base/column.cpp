// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/column.h"

#include <cstdint>
#include <cstdlib>

#include <sys/mman.h>

namespace flowscent::base {

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t large = 1U << 20; ///< from here on a block is pages of its own
constexpr std::size_t hugePage = 2U << 20;
constexpr std::size_t hugeFrom = hugePage; ///< below, a huge page would be mostly empty

/// What is mapped for a block. Whole huge pages, so that its end is one, too, when it is written to: it costs nothing
/// before.
std::size_t pages(std::size_t size)
{
    const std::size_t unit = size >= hugeFrom ? hugePage : page;
    return (size + unit - 1) / unit * unit;
}

void* allocated(void* block)
{
    if (block == nullptr || block == MAP_FAILED)
        throw std::bad_alloc();
    return block;
}

/// Fresh pages; of large blocks they begin where a huge page can.
void* map(std::size_t size)
{
    const std::size_t slack = size >= hugeFrom ? hugePage : 0;
    auto* begin = static_cast<std::byte*>(
        allocated(mmap(nullptr, size + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
    if (slack == 0)
        return begin;
    const std::size_t before = -reinterpret_cast<std::uintptr_t>(begin) % hugePage;
    if (before > 0)
        munmap(begin, before);
    if (before < slack)
        munmap(begin + before + size, slack - before);
    return begin + before;
}

/// Moves the pages of a block, not what is in them. Huge ones stay whole when both ends lie alike.
void* remap(void* block, std::size_t oldSize, std::size_t size)
{
    void* grown = mremap(block, oldSize, size, 0);
    if (grown != MAP_FAILED)
        return grown;
    void* place = map(size);
    grown = mremap(block, oldSize, size, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    if (grown == MAP_FAILED)
        munmap(place, size);
    return allocated(grown);
}

} // namespace

void* resizeBlock(void* block, std::size_t oldSize, std::size_t size)
{
    if (size < large)
        return allocated(std::realloc(block, size));
    void* grown = nullptr;
    if (block != nullptr && oldSize >= large) {
        grown = remap(block, pages(oldSize), pages(size));
    } else {
        grown = map(pages(size));
        if (block != nullptr)
            std::memcpy(grown, block, oldSize);
        std::free(block);
    }
    if (size >= hugeFrom) // each page of 4 KiB touched first costs as much as copying it
        madvise(grown, pages(size), MADV_HUGEPAGE);
    return grown;
}

void freeBlock(void* block, std::size_t size)
{
    if (block != nullptr && size >= large)
        munmap(block, pages(size));
    else
        std::free(block);
}

} // namespace flowscent::base
