// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/column.h"

#include <cstdlib>

#include <sys/mman.h>

namespace flowscent::base {

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t large = 1U << 20;    ///< from here on a block is pages of its own
constexpr std::size_t hugeFrom = 4U << 20; ///< below, a huge page would be mostly empty

std::size_t pages(std::size_t size)
{
    return (size + page - 1) / page * page;
}

void* allocated(void* block)
{
    if (block == nullptr || block == MAP_FAILED)
        throw std::bad_alloc();
    return block;
}

} // namespace

void* resizeBlock(void* block, std::size_t oldSize, std::size_t size)
{
    if (size < large)
        return allocated(std::realloc(block, size));
    void* grown = nullptr;
    if (block != nullptr && oldSize >= large) {
        grown = allocated(mremap(block, pages(oldSize), pages(size), MREMAP_MAYMOVE));
    } else {
        grown = allocated(mmap(nullptr, pages(size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
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
