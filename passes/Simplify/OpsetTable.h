//===- OpsetTable.h - conversions between opsets -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the conversions of ai.onnx operators to the internal opset, as a
// table of version ranges.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_SIMPLIFY_OPSETTABLE_H
#define TANDEM_PASSES_SIMPLIFY_OPSETTABLE_H

#include "mlir/IR/Builders.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"

namespace tandem::simplify {

/// Rewrites one node to the internal opset: changes it in place, or replaces
/// and erases it. Fails after an error at the node.
using ConvertNode = llvm::LogicalResult (*)(onnx::NodeOp node);

/// One conversion: applies to versions of the model from `since` to before
/// `until`.
struct OpsetConversion {
  llvm::StringLiteral opType;
  int64_t since;
  int64_t until;
  ConvertNode convert; ///< null: these versions are not supported
};

/// The conversion of ai.onnx operator `opType` of version `opset`, or null
/// where the node means the same in the internal opset.
const OpsetConversion *findConversion(llvm::StringRef opType, int64_t opset);

} // namespace tandem::simplify

#endif // TANDEM_PASSES_SIMPLIFY_OPSETTABLE_H
