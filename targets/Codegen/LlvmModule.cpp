//===- LlvmModule.cpp - kernels as LLVM IR and as a file --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Codegen/LlvmModule.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlir;
using namespace tandem::codegen;
using llvm::createStringError;

static LogicalResult lowerToLLVM(ModuleOp module) {
  PassManager pm(module.getContext());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  return pm.run(module);
}

llvm::Expected<LlvmModule> tandem::codegen::translate(ModuleOp module) {
  if (failed(lowerToLLVM(module))) {
    return createStringError("lowering of kernels to LLVM IR failed");
  }
  LlvmModule translated;
  translated.context = std::make_unique<llvm::LLVMContext>();
  translated.module =
      translateModuleToLLVMIR(module, *translated.context, "part");
  if (!translated.module) {
    return createStringError("translation of kernels to LLVM IR failed");
  }
  return translated;
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
tandem::codegen::makeMachine(const MachineOptions &options) {
  llvm::Triple triple(options.triple);
  std::string message;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, message);
  if (!target) {
    return createStringError("this LLVM has no code generator for '" +
                             options.triple + "': " + message);
  }
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, options.cpu, options.features, llvm::TargetOptions(),
      options.relocation, std::nullopt, options.level));
}

/// A library in which no function exists.
static llvm::TargetLibraryInfoImpl emptyLibrary(const llvm::Triple &triple) {
  llvm::TargetLibraryInfoImpl library(triple);
  library.disableAllFunctions();
  return library;
}

void tandem::codegen::optimize(llvm::Module &module,
                               llvm::TargetMachine &machine,
                               llvm::OptimizationLevel level,
                               const llvm::PipelineTuningOptions &tuning) {
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine, tuning);
  functions.registerPass([&] {
    return llvm::TargetLibraryAnalysis(emptyLibrary(machine.getTargetTriple()));
  });
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(level).run(module, modules);
}

llvm::Expected<llvm::SmallVector<char, 0>>
tandem::codegen::writeFile(llvm::Module &module, llvm::TargetMachine &machine,
                           llvm::CodeGenFileType type) {
  llvm::SmallVector<char, 0> file;
  llvm::raw_svector_ostream stream(file);
  llvm::legacy::PassManager writer;
  writer.add(new llvm::TargetLibraryInfoWrapperPass(
      emptyLibrary(machine.getTargetTriple())));
  if (machine.addPassesToEmitFile(writer, stream, nullptr, type)) {
    return createStringError("this LLVM cannot write files for '" +
                             machine.getTargetTriple().str() + "'");
  }
  writer.run(module);
  return file;
}
