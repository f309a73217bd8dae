// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"

#include "engine/base/atomic_file.h"
#include "engine/learn/export/onnx_export.h"
#include "engine/store/model_file.h"

#include <CLI/CLI.hpp>

namespace flowscent::cli {

namespace {

struct ExportModelOptions {
    std::string model;
    std::string head;
    std::string torchScript;
    std::string onnx;
};

/// What is to be exported: a base model, and of a detector what it computes from embeddings.
struct Exported {
    std::shared_ptr<const learn::BaseModel> model;
    learn::Readout readout;
};

base::Result<Exported> readExported(const ExportModelOptions& options)
{
    Exported exported;
    if (!options.model.empty()) {
        auto model = store::loadModel(options.model);
        if (!model)
            return base::failure(model.error());
        exported.model = std::make_shared<const learn::BaseModel>(std::move(*model));
    }
    if (options.head.empty())
        return exported;
    auto detector = store::loadDetector(options.head);
    if (!detector)
        return base::failure(detector.error());
    if (exported.model && exported.model->identity() != detector->base->identity())
        return base::failure(base::Error::Code::Argument, "was adapted from another model than " + options.model,
                             options.head);
    return Exported{detector->base, detect::readout(*detector)};
}

base::Result<void> writeModel(const std::string& file, const base::Result<std::string>& bytes)
{
    if (!bytes)
        return base::failure(bytes.error());
    if (auto written = base::writeAtomically(file, *bytes); !written)
        return written;
    say("wrote " + file + ", " + std::to_string(bytes->size()) + " bytes");
    return {};
}

int run(const ExportModelOptions& options)
{
    if (options.model.empty() && options.head.empty()) {
        say("say what to export: --model, or --head for a detector with its model");
        return Usage;
    }
    if (options.torchScript.empty() && options.onnx.empty()) {
        say("say what to write: --torchscript, --onnx or both");
        return Usage;
    }
    for (const std::string& file : {options.torchScript, options.onnx}) {
        if (auto writable = checkWritable(file); !writable)
            return fail(writable.error());
    }
    const auto exported = readExported(options);
    if (!exported)
        return fail(exported.error());
    if (!options.onnx.empty()) {
        if (auto done = writeModel(options.onnx, learn::exportOnnx(*exported->model, exported->readout)); !done)
            return fail(done.error());
    }
    if (!options.torchScript.empty()) {
        const auto engine = learn::backend();
        if (!engine)
            return fail(engine.error());
        const auto script = (*engine)->exportTorchScript(*exported->model, exported->readout);
        if (auto done = writeModel(options.torchScript, script); !done)
            return fail(done.error());
    }
    return Good;
}

} // namespace

void addExportModelCommand(CLI::App& program, const Choose& choose)
{
    auto options = std::make_shared<ExportModelOptions>();
    CLI::App* command = program.add_subcommand(
        "export-model", "Write a model for other programs: raw features in, embeddings (or a detector's scores) out");
    command->add_option("--model", options->model, "The base model")->type_name("FILE");
    command->add_option("--head", options->head, "A detector, which brings its base model: its scores come out, too")
        ->type_name("DETECTOR");
    command->add_option("--torchscript", options->torchScript, "Write TorchScript, for torch.jit.load")
        ->type_name("FILE");
    command->add_option("--onnx", options->onnx, "Write ONNX (operator set 13)")->type_name("FILE");
    command->callback([choose, options] { choose([options](const std::stop_token&) { return run(*options); }); });
}

} // namespace flowscent::cli
