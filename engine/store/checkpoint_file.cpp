// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/checkpoint_file.h"

#include "engine/store/sealed_file.h"

namespace flowscent::store {

base::Result<void> saveCheckpoint(const base::TensorFile& checkpoint, const std::filesystem::path& file)
{
    return writeSealed(checkpoint, file);
}

base::Result<base::TensorFile> loadCheckpoint(const std::filesystem::path& file)
{
    return readSealed(file);
}

} // namespace flowscent::store
