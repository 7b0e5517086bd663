//===- Frontend.h - from a model file to parts -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs the stages that are pipelines of passes, with progress, --save-stages,
// --start-from and --stop-after.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_FRONTEND_H
#define TANDEM_TOOLS_TANDEM_FRONTEND_H

#include <memory>

#include "Commands.h"
#include "ModelConfig.h"
#include "mlir/IR/MLIRContext.h"
#include "tandem/passes/Import/OnnxImporter.h"
#include "tandem/passes/Pipelines/Stages.h"
#include "tandem/targets/Fleets/Fleet.h"

namespace tandem {

/// A model on its way through the stages.
class Frontend {
public:
  explicit Frontend(const CompileRequest &request);

  /// Imports the model, and reads the program that --start-from asks for.
  /// Diagnostics were printed where it fails.
  ExitCode load();

  /// Runs stage `name` unless it lies before --start-from; Unsupported, with
  /// diagnostics printed, where it fails.
  ExitCode run(llvm::StringRef name);

  /// Makes the value of node `until` what the step returns; the program is at
  /// the level after split.
  ExitCode returnValue(llvm::StringRef node);

  /// Chooses the capacity from request, files beside the model and tables; the
  /// program is at the level after split.
  ExitCode chooseCapacity();

  /// Whether --stop-after named the stage that ran last.
  bool isStopped() const { return stopped; }

  mlir::ModuleOp getModule() { return *model.module; }
  WeightFiles &getWeights() { return *model.weights; }
  mlir::MLIRContext &getContext() { return *context; }
  const ContextLength &getCapacity() const { return capacity; }
  /// Folder of the model file.
  const std::string &getFolder() const { return folder; }
  StageOptions options;

private:
  ExitCode finishStage(llvm::StringRef name);
  ExitCode readStage();

  const CompileRequest &request;
  std::unique_ptr<mlir::MLIRContext> context;
  ImportedModel model;
  std::string folder;
  ContextLength capacity;
  bool stopped = false;
};

/// A name for people: the model's folder or file, without extension.
std::string nameModel(llvm::StringRef path);

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_FRONTEND_H
