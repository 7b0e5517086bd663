//===- Gaps.h - what Tandem cannot compile -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the nodes of a model that are not supported, all at once, each with
// the reason and the nearest form that is.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_VERIFY_GAPS_H
#define TANDEM_PASSES_VERIFY_GAPS_H

#include <string>

#include "tandem/dialects/Onnx/IR/OnnxOps.h"

namespace tandem {

/// One node that cannot be compiled.
struct Gap {
  onnx::NodeOp node;
  std::string reason;
  std::string nearest; ///< empty where nothing resembles it
};

/// The gaps of a module whose functions are inlined and whose opsets are
/// converted, in the order of the program.
llvm::SmallVector<Gap> findGaps(mlir::Operation *module);

/// Emits the error that tells a user of `gap`.
void emitGap(const Gap &gap);

} // namespace tandem

#endif // TANDEM_PASSES_VERIFY_GAPS_H
