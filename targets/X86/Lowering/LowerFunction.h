//===- LowerFunction.h - functions of a part as target code -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A lowered function takes (state, arena, inputs, results): an index is passed
// as a 64-bit integer, a tensor as the address where it lies or is wanted;
// rows, cache and weights are in the state.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_LOWERING_LOWERFUNCTION_H
#define TANDEM_TARGETS_X86_LOWERING_LOWERFUNCTION_H

#include "tandem/targets/X86/Lowering/Scope.h"

namespace tandem::x86 {

/// The lowered `function`, and those it calls, in the module of the kernels.
mlir::LLVM::LLVMFuncOp lowerFunction(mlir::func::FuncOp function,
                                     PartContext &part);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_LOWERING_LOWERFUNCTION_H
