//===- Stages.h - the stages of compilation, in order -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one list of stages. It drives --stop-after, --start-from, --save-stages,
// timing, help and the docs.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PIPELINES_STAGES_H
#define TANDEM_PASSES_PIPELINES_STAGES_H

#include <string>

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/ArrayRef.h"

#include "tandem/passes/Raise/Pipeline.h"

namespace tandem {

/// What the stages need to know beside the program.
struct StageOptions {
  int64_t capacityTokens = 4096;    ///< tokens a cache slot holds
  std::string workload;             ///< --workload, or empty
  std::string slo;                  ///< --slo, or empty
  std::string prefillChip;          ///< --prefill, or empty
  std::string decodeChip;           ///< --decode, or empty
  std::string activations = "file"; ///< --activations: exact, int8 or file
  RaiseOptions raise;
};

/// One stage. `build` is null where the stage is not a pipeline of passes: the
/// driver reads the file (import) and calls the target (emit, bundle).
struct Stage {
  llvm::StringLiteral name;
  llvm::StringLiteral sentence;
  void (*build)(mlir::OpPassManager &, const StageOptions &);
};

/// All stages, in order.
llvm::ArrayRef<Stage> getStages();

/// The stage called `name`, or null.
const Stage *lookupStage(llvm::StringRef name);

/// Runs one stage that is a pipeline of passes. Diagnostics go to the context.
mlir::LogicalResult runStage(const Stage &stage, mlir::ModuleOp module,
                             const StageOptions &options);

/// Registers every dialect that a stage reads or writes.
void registerDialects(mlir::DialectRegistry &registry);

/// Registers every pass, and every stage as a pipeline (--tandem-simplify,
/// ...).
void registerPasses();

} // namespace tandem

#endif // TANDEM_PASSES_PIPELINES_STAGES_H
