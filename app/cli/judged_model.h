// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "engine/learn/backend.h"
#include "engine/store/corpus.h"

namespace flowscent::cli {

/// What every protocol of `evaluate` begins with: a base model, and the corpus that it is judged on.
struct JudgedModel {
    std::string file;
    std::string sha256; ///< of the file
    std::shared_ptr<const learn::Encoder> encoder;
    store::CorpusReport corpus;
};

/// `model`: empty for the shipped one. Says what was remarkable about the corpus.
[[nodiscard]] base::Result<JudgedModel> judgedModel(const std::string& model, const std::string& corpus,
                                                    const std::string& split, const std::stop_token& stop);

/// SHA-256 (hex) of a file; that of nothing when it cannot be read.
[[nodiscard]] std::string fileHash(const std::string& file);

} // namespace flowscent::cli
