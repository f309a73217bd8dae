// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/backend.h"

#include "engine/learn/plugin.h"
#include "engine/learn/training/training_run.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>

#include <dlfcn.h>

namespace flowscent::learn {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

namespace {

/// OpenBLAS falls back to SSE kernels on processors that it does not know, and takes all cores for matrices too small
/// to share. Both are read from the environment when the library loads, and only then.
void prepareBlas()
{
    constexpr int keep = 0;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
        setenv("OPENBLAS_CORETYPE", "SkylakeX", keep);
    else if (__builtin_cpu_supports("avx2"))
        setenv("OPENBLAS_CORETYPE", "Haswell", keep);
    setenv("OPENBLAS_NUM_THREADS", "1", keep);
}

std::vector<fs::path> candidates()
{
    if (const char* folder = std::getenv("FLOWSCENT_PLUGINS"))
        return {fs::path(folder) / pluginFile};
    std::error_code ignored;
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    std::vector<fs::path> files{program / "../lib" / pluginFile, program / "../lib/flowscent" / pluginFile};
    for (const auto& entry : fs::directory_iterator(program / "../lib", ignored))
        files.push_back(entry.path() / "flowscent" / pluginFile);
    files.push_back(fs::path(FLOWSCENT_BUILT_PLUGINS) / pluginFile);
    return files;
}

base::Result<const Backend*> load()
{
    prepareBlas();
    for (const fs::path& file : candidates()) {
        std::error_code ignored;
        if (!fs::exists(file, ignored))
            continue;
        void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL); // never closed: LibTorch cannot be unloaded
        if (library == nullptr)
            return failure(Error::Code::Unavailable, std::string("the learning engine cannot be loaded: ") + dlerror(),
                           file.string());
        FlowscentLearnPlugin entry = nullptr;
        void* symbol = dlsym(library, "flowscentLearnPlugin");
        std::memcpy(&entry, &symbol, sizeof entry);
        if (entry == nullptr || std::strcmp(entry().tag, pluginTag) != 0)
            return failure(Error::Code::Unavailable, "the learning engine belongs to another version of Flowscent",
                           file.string());
        return entry().backend;
    }
    return failure(Error::Code::Unavailable, std::string("the learning engine (") + pluginFile +
                                                 ") is not installed; browsing works, adapting does not");
}

} // namespace

base::Result<base::Matrix> Encoder::embedScaled(const features::FeatureSet&, const std::stop_token&) const
{
    return failure(Error::Code::Unavailable, "this encoder takes no scaled flows");
}

base::Result<features::FeatureSet> Encoder::gradients(const features::FeatureSet&, const base::Matrix&,
                                                      const std::stop_token&) const
{
    return failure(Error::Code::Unavailable, "this encoder knows no derivative");
}

base::Result<BaseModel> Backend::train(const Dataset& training, const Dataset& validation,
                                       const TrainSettings& settings, const CurveSink& curve,
                                       const std::stop_token& stop) const
{
    auto begun = beginTraining(training, validation, settings, {});
    if (!begun)
        return failure(begun.error());
    RunControl control;
    const std::stop_callback onStop(stop, [&control] { control.stop(); });
    return runTraining(**begun, {.checkpointEvery = 0}, {.look = curve}, control);
}

base::Result<const Backend*> backend()
{
    static std::mutex mutex;
    static const Backend* loaded = nullptr;
    const std::scoped_lock lock(mutex);
    if (loaded != nullptr)
        return loaded;
    auto result = load();
    if (result)
        loaded = *result;
    return result;
}

} // namespace flowscent::learn
