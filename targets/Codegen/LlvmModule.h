//===- LlvmModule.h - kernels as LLVM IR and as a file ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The way from kernels in MLIR to what LLVM's code generator writes, in
// process. Kernels link nothing, so no library function exists for LLVM: loops
// must not become calls.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_CODEGEN_LLVMMODULE_H
#define TANDEM_TARGETS_CODEGEN_LLVMMODULE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>

namespace tandem::codegen {

/// A module of LLVM IR with a context of its own, so that several can be
/// compiled at once.
struct LlvmModule {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
};

/// Lowers `module` (llvm, scf, cf, arith, vector; functions are llvm.func) in
/// place and translates it by what the context has registered.
llvm::Expected<LlvmModule> translate(mlir::ModuleOp module);

/// What a code generator is made for.
struct MachineOptions {
  llvm::StringRef triple, cpu;
  std::string features; ///< "+a,-b"
  std::optional<llvm::Reloc::Model> relocation;
  llvm::CodeGenOptLevel level = llvm::CodeGenOptLevel::Default;
};

/// The code generator, whose LLVM target is initialised. Fails where this LLVM
/// has none for the triple.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
makeMachine(const MachineOptions &options);

/// Runs LLVM's pipeline of `level` on the module, which becomes one for the
/// machine.
void optimize(llvm::Module &module, llvm::TargetMachine &machine,
              llvm::OptimizationLevel level,
              const llvm::PipelineTuningOptions &tuning = {});

/// The object code or assembly of an optimised module. Fails where the machine
/// writes no such file.
llvm::Expected<llvm::SmallVector<char, 0>>
writeFile(llvm::Module &module, llvm::TargetMachine &machine,
          llvm::CodeGenFileType type);

} // namespace tandem::codegen

#endif // TANDEM_TARGETS_CODEGEN_LLVMMODULE_H
