//===- EvaluateNode.cpp - one node on tensors --------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Checks here what every evaluator may then rely on: required inputs are there
// and their elements are of types that tensors hold.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/EvaluateNode.h"
#include "tandem/passes/Primitives/Primitives.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

/// Whether input `index` may not be omitted: up to the least number, and each
/// of an open list (but a loop's, whose trip count may be).
static bool isRequired(const Primitive &primitive, unsigned index) {
  return static_cast<int>(index) < primitive.minInputs ||
         (primitive.maxInputs == Primitive::anyNumber &&
          primitive.minInputs > 0);
}

Expected<SmallVector<Tensor>>
tandem::primitives::evaluateNode(onnx::NodeOp node, ArrayRef<Tensor> inputs,
                                 const EvaluationLimits &limits,
                                 SubgraphRunner runSubgraph) {
  const Primitive *primitive = findPrimitive(node.getQualifiedName());
  if (!primitive) {
    return createStringError("is not a primitive");
  }
  if (!primitive->takesInputs(inputs.size())) {
    return createStringError(
        "has " + Twine(inputs.size()) + " inputs, expected from " +
        Twine(primitive->minInputs) + " to " + Twine(primitive->maxInputs));
  }
  for (auto [index, input] : llvm::enumerate(inputs)) {
    if (!input && isRequired(*primitive, index)) {
      return createStringError("lacks input " + Twine(index));
    }
  }
  EvaluationContext context(node, inputs, limits, runSubgraph);
  if (Error error = primitive->evaluate(context)) {
    return error;
  }
  return SmallVector<Tensor>(context.getResults());
}
