// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/judged_model.h"

#include "app/cli/console.h"

#include "engine/base/atomic_file.h"
#include "engine/base/digest.h"
#include "engine/store/model_file.h"

namespace flowscent::cli {

namespace {

constexpr std::uint64_t largestModel = 256ULL << 20;

} // namespace

std::string fileHash(const std::string& file)
{
    base::Sha256 digest;
    if (const auto bytes = base::readWhole(file, largestModel))
        digest.add(*bytes);
    return digest.hex();
}

base::Result<JudgedModel> judgedModel(const std::string& model, const std::string& corpus, const std::string& split,
                                      const std::stop_token& stop)
{
    JudgedModel judged;
    judged.file = model.empty() ? store::shippedModel().string() : model;
    auto loaded = store::loadModel(judged.file);
    if (!loaded)
        return base::failure(loaded.error());
    judged.sha256 = fileHash(judged.file);
    auto read = store::readCorpus(corpus, split, progressLine(), stop);
    if (!read)
        return base::failure(read.error());
    judged.corpus = std::move(*read);
    for (const std::string& remark : judged.corpus.remarks)
        say(remark);
    const auto engine = learn::backend();
    if (!engine)
        return base::failure(engine.error());
    auto encoder = (*engine)->encoder(std::make_shared<const learn::BaseModel>(std::move(*loaded)));
    if (!encoder)
        return base::failure(encoder.error());
    judged.encoder = std::move(*encoder);
    return judged;
}

} // namespace flowscent::cli
