//===- Golden.h - golden vectors of a model -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a bundle must compute: the logits of a short prompt and two decode
// steps, from the primitives' evaluator, never from compiled code.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_GOLDEN_H
#define TANDEM_TOOLS_TANDEM_GOLDEN_H

#include <vector>

#include "mlir/IR/BuiltinOps.h"
#include "tandem/passes/Import/WeightFiles.h"
#include "tandem/targets/Runtime/PartDescription.h"
#include "llvm/Support/Error.h"

namespace tandem {

/// Golden vectors: what golden.json says, and the logits of the last prompt
/// token and of each decode step.
struct Golden {
  runtime::GoldenVectors vectors;
  std::vector<std::vector<float>> logits;
};

/// Bound on max |a - b| / (1 + |b|) where a part keeps its cache in `element`
/// and computes by it what the evaluator computes in fp32; 0 for fp32.
double cacheRoundingBound(mlir::FloatType element);

/// Evaluates `module`, a program at the level after split.
llvm::Expected<Golden> makeGolden(mlir::ModuleOp module, WeightFiles &weights,
                                  int64_t capacityTokens);

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_GOLDEN_H
