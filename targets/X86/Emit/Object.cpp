//===- Object.cpp - object code of a lowered module -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Emit/Object.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "llvm/Support/TargetSelect.h"

#include <mutex>

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

void tandem::x86::registerTranslations(DialectRegistry &registry) {
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
makeMachine(const Variant &variant) {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
  });
  codegen::MachineOptions options;
  options.triple = "x86_64-unknown-linux-gnu";
  options.cpu = variant.cpu;
  options.features = variant.featureString();
  options.relocation = llvm::Reloc::PIC_;
  return codegen::makeMachine(options);
}

static void setAttributes(llvm::Module &module, const Variant &variant) {
  for (llvm::Function &function : module) {
    function.addFnAttr("no-builtins");
    function.addFnAttr(llvm::Attribute::NoUnwind);
    function.addFnAttr("target-cpu", variant.cpu);
    function.addFnAttr("target-features", variant.featureString());
    function.addFnAttr("tune-cpu", variant.tuneCpu);
    if (variant.lanes == 16) {
      // x86-64-v4 prefers 256-bit registers unless told otherwise.
      function.addFnAttr("prefer-vector-width", "512");
      function.addFnAttr("min-legal-vector-width", "512");
    }
  }
}

llvm::Expected<llvm::SmallVector<char, 0>>
tandem::x86::compileObject(llvm::Module &module, const Variant &variant) {
  auto machine = makeMachine(variant);
  if (!machine) {
    return machine.takeError();
  }
  setAttributes(module, variant);
  // The kernels are vectorised and unrolled as they are written.
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  tuning.LoopUnrolling = false;
  codegen::optimize(module, **machine, llvm::OptimizationLevel::O2, tuning);
  return codegen::writeFile(module, **machine,
                            llvm::CodeGenFileType::ObjectFile);
}
