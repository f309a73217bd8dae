// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/model_file.h"

#include "engine/store/sealed_file.h"

#include <cstdlib>

namespace flowscent::store {

namespace fs = std::filesystem;
using base::failure;

base::Result<learn::BaseModel> loadModel(const fs::path& file)
{
    const auto tensors = readSealed(file);
    if (!tensors)
        return failure(tensors.error());
    auto model = learn::BaseModel::fromTensors(*tensors);
    if (!model)
        return failure(located(model.error(), file));
    return model;
}

base::Result<void> saveModel(const learn::BaseModel& model, const fs::path& file)
{
    return writeSealed(model.toTensors(), file);
}

fs::path resourceFolder()
{
    if (const char* folder = std::getenv("FLOWSCENT_RESOURCES"))
        return folder;
    std::error_code ignored;
    const fs::path installed = fs::read_symlink("/proc/self/exe", ignored).parent_path() / "../share/flowscent";
    return fs::exists(installed / "models", ignored) ? installed : fs::path(FLOWSCENT_BUILT_RESOURCES);
}

fs::path shippedModel()
{
    return resourceFolder() / "models" / "base.safetensors";
}

} // namespace flowscent::store
