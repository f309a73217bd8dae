// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/memory_file.h"

#include "engine/store/sealed_file.h"

namespace flowscent::store {

base::Result<learn::ContinualMemory> loadMemory(const std::filesystem::path& file)
{
    const auto tensors = readSealed(file);
    if (!tensors)
        return base::failure(tensors.error());
    auto memory = learn::ContinualMemory::fromTensors(*tensors);
    if (!memory)
        return base::failure(located(memory.error(), file));
    return memory;
}

base::Result<void> saveMemory(const learn::ContinualMemory& memory, const std::filesystem::path& file)
{
    return writeSealed(memory.toTensors(), file);
}

} // namespace flowscent::store
