//===- Kernels.cpp - the kernels of a compiled part -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Kernels.h"

using namespace mlir;
using namespace tandem::x86;

LLVM::LLVMFuncOp
Kernels::define(StringRef name, ArrayRef<Type> arguments,
                function_ref<void(Emitter &, ValueRange)> body) {
  if (auto existing = module.lookupSymbol<LLVM::LLVMFuncOp>(name)) {
    return existing;
  }
  Emitter e(module.getLoc(), variant);
  e.setInsertionPointToEnd(module.getBody());
  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(e.getContext()), arguments);
  auto function =
      LLVM::LLVMFuncOp::create(e, name, type, LLVM::Linkage::Internal);
  // Kernels are shared; a copy in each caller would only take time to compile.
  function.setNoInline(true);
  e.setInsertionPointToStart(function.addEntryBlock(e));
  body(e, function.getArguments());
  LLVM::ReturnOp::create(e, ValueRange());
  return function;
}
