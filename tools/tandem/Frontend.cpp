//===- Frontend.cpp - from a model file to parts -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "Frontend.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include "Capacity.h"
#include "Diagnostics.h"
#include "tandem/passes/Import/ModelFolder.h"
#include "tandem/passes/Split/Passes.h"
#include "tandem/targets/Interface/Target.h"

using namespace mlir;

namespace tandem {

std::string nameModel(llvm::StringRef path) {
  while (path.size() > 1 && path.ends_with("/")) {
    path = path.drop_back();
  }
  llvm::StringRef stem = llvm::sys::path::stem(path);
  // "model.onnx" says nothing; its folder does.
  if (stem == "model") {
    llvm::SmallString<256> absolute(path);
    llvm::sys::fs::make_absolute(absolute);
    stem = llvm::sys::path::filename(llvm::sys::path::parent_path(absolute));
    return stem.str();
  }
  return stem.str();
}

static DialectRegistry makeRegistry() {
  DialectRegistry registry;
  registerDialects(registry);
  for (const std::unique_ptr<Target> &target : getTargets()) {
    target->registerDialects(registry);
  }
  return registry;
}

Frontend::Frontend(const CompileRequest &request)
    : request(request), context(std::make_unique<MLIRContext>(
                            makeRegistry(), MLIRContext::Threading::DISABLED)) {
  context->loadAllAvailableDialects();
  context->printOpOnDiagnostic(false);
}

ExitCode Frontend::load() {
  llvm::Expected<std::string> file = findModelFile(request.model);
  if (!file) {
    return fail(ExitCode::InputRejected, file.takeError());
  }
  folder = llvm::sys::path::parent_path(*file).str();
  if (folder.empty()) {
    folder = ".";
  }
  ImportOptions importOptions;
  importOptions.allowedDirs = request.allowedDirs;
  importOptions.needsData = request.hasWeights;
  FailureOr<ImportedModel> imported =
      importOnnx(*file, importOptions, context.get());
  if (failed(imported)) {
    return ExitCode::InputRejected;
  }
  model = std::move(*imported);
  if (request.hasWeights) {
    options.raise.readWeight = [this](onnx::WeightAttr weight) {
      return getWeights().bytes(weight);
    };
  }
  options.raise.storesBf16 = request.precision == "bf16";
  options.raise.storesF16 = request.precision == "fp16";
  return request.startFrom.empty() ? finishStage("import") : readStage();
}

/// Where the program after `stage` is saved: FOLDER/NN-stage.mlir.
static std::string pathOf(const Stage &stage, llvm::StringRef folder) {
  int number = &stage - getStages().data();
  llvm::SmallString<256> path(folder);
  llvm::sys::path::append(path, llvm::formatv("{0}{1}-{2}.mlir",
                                              number < 10 ? "0" : "", number,
                                              stage.name)
                                    .str());
  return path.str().str();
}

/// Reads what the stage before --start-from saved.
ExitCode Frontend::readStage() {
  const Stage *previous = lookupStage(request.startFrom) - 1;
  std::string path = pathOf(*previous, request.saveStages);
  OwningOpRef<ModuleOp> read = parseSourceFile<ModuleOp>(path, context.get());
  if (!read) {
    return fail(ExitCode::InputRejected,
                "cannot read '" + path + "', which --start-from " +
                    request.startFrom +
                    " goes on from; write it by a run of "
                    "--save-stages");
  }
  model.module = std::move(read);
  return ExitCode::Success;
}

ExitCode Frontend::run(llvm::StringRef name) {
  const Stage *stage = lookupStage(name);
  if (!request.startFrom.empty() && stage < lookupStage(request.startFrom)) {
    return ExitCode::Success;
  }
  if (failed(runStage(*stage, getModule(), options))) {
    return ExitCode::Unsupported;
  }
  return finishStage(name);
}

/// Saves the program as NN-stage.mlir where that was asked for.
ExitCode Frontend::finishStage(llvm::StringRef name) {
  stopped = request.stopAfter == name;
  if (request.saveStages.empty()) {
    return ExitCode::Success;
  }
  if (std::error_code error =
          llvm::sys::fs::create_directories(request.saveStages)) {
    return fail(ExitCode::Usage, "cannot create folder '" + request.saveStages +
                                     "': " + error.message());
  }
  std::string path = pathOf(*lookupStage(name), request.saveStages);
  std::error_code error;
  llvm::raw_fd_ostream file(path, error);
  if (error) {
    return fail(ExitCode::Usage,
                "cannot write '" + path + "': " + error.message());
  }
  getModule()->print(file, OpPrintingFlags().enableDebugInfo());
  return ExitCode::Success;
}

ExitCode Frontend::returnValue(llvm::StringRef node) {
  PassManager manager(context.get());
  ReturnValuePassOptions pass;
  pass.node = node.str();
  manager.addPass(createReturnValuePass(pass));
  return succeeded(manager.run(getModule())) ? ExitCode::Success
                                             : ExitCode::Usage;
}

ExitCode Frontend::chooseCapacity() {
  auto configured = readContextLength(folder);
  if (!configured) {
    return fail(ExitCode::InputRejected, configured.takeError());
  }
  auto chosen = tandem::chooseCapacity(request.maxContext, *configured,
                                       findTableBound(getModule()));
  if (!chosen) {
    return fail(ExitCode::Infeasible, chosen.takeError());
  }
  capacity = *chosen;
  options.capacityTokens = capacity.tokens;
  return ExitCode::Success;
}

} // namespace tandem
