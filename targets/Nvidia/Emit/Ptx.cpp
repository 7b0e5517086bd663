//===- Ptx.cpp - PTX of a plan's kernels -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emit/Ptx.h"

#include "tandem/targets/Codegen/LlvmModule.h"

#include "mlir/Conversion/NVVMToLLVM/NVVMToLLVM.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "llvm/Support/TargetSelect.h"

#include <mutex>

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

void tandem::nvidia::registerTranslations(DialectRegistry &registry) {
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
}

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
makeTargetMachine(const Architecture &architecture) {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeNVPTXTargetInfo();
    LLVMInitializeNVPTXTarget();
    LLVMInitializeNVPTXTargetMC();
    LLVMInitializeNVPTXAsmPrinter();
  });
  codegen::MachineOptions options;
  options.triple = "nvptx64-nvidia-cuda";
  options.cpu = architecture.name;
  options.features = ("+" + llvm::Twine(architecture.ptx)).str();
  options.level = llvm::CodeGenOptLevel::Aggressive;
  return codegen::makeMachine(options);
}

llvm::Expected<std::string>
tandem::nvidia::compileKernels(gpu::GPUModuleOp kernels,
                               const Architecture &architecture) {
  // Some of the passes take nothing but a builtin.module.
  OwningOpRef<ModuleOp> module = ModuleOp::create(kernels.getLoc());
  Block *body = module->getBody();
  body->getOperations().splice(body->end(), kernels.getBody()->getOperations());
  // Instructions that LLVM has no intrinsics for become text.
  PassManager asText(module->getContext());
  asText.addPass(createConvertNVVMToLLVMPass());
  if (failed(asText.run(*module))) {
    return llvm::createStringError("lowering of kernels to PTX failed");
  }
  llvm::Expected<codegen::LlvmModule> translated = codegen::translate(*module);
  if (!translated) {
    return translated.takeError();
  }
  auto machine = makeTargetMachine(architecture);
  if (!machine) {
    return machine.takeError();
  }
  codegen::optimize(*translated->module, **machine,
                    llvm::OptimizationLevel::O3);
  auto text = codegen::writeFile(*translated->module, **machine,
                                 llvm::CodeGenFileType::AssemblyFile);
  if (!text) {
    return text.takeError();
  }
  return std::string(text->begin(), text->end());
}
