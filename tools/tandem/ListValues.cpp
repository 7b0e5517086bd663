//===- ListValues.cpp - values of a step, by node -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "ListValues.h"

#include "llvm/Support/raw_ostream.h"

#include "tandem/passes/Split/ReturnValue.h"

using namespace mlir;

namespace tandem {

void listValues(func::FuncOp step, llvm::raw_ostream &stream) {
  for (Operation &op : step.getBody().front()) {
    if (hasRows(&op) && !nodeOf(&op).empty()) {
      auto type = cast<ShapedType>(op.getResult(0).getType());
      stream << type.getDimSize(1) << " " << nodeOf(&op) << "\n";
    }
  }
}

} // namespace tandem
