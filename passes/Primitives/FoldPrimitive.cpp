//===- FoldPrimitive.cpp - nodes on constants --------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Evaluates one node within small limits, and turns every failure into "leave
// it".
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/EvaluateNode.h"
#include "tandem/passes/Primitives/Evaluator.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;
using llvm::Error;
using llvm::Expected;

/// The elements of a constant, or nothing where it is too large or of a type
/// that tensors cannot hold.
static FailureOr<Tensor> readInput(ElementsAttr attribute, int64_t maxBytes) {
  if (!attribute) {
    return Tensor();
  }
  Type elementType = attribute.getElementType();
  if (!Tensor::holds(elementType)) {
    return failure();
  }
  int64_t width = Tensor::bytesPerElement(elementType);
  if (attribute.getNumElements() > maxBytes / width) {
    return failure();
  }
  return Tensor::fromAttribute(attribute);
}

FailureOr<SmallVector<ElementsAttr>> tandem::primitives::foldPrimitive(
    onnx::NodeOp node, ArrayRef<ElementsAttr> inputs, int64_t maxBytes) {
  if (!node.getSubgraphs().empty()) {
    return failure();
  }
  SmallVector<Tensor> tensors;
  for (ElementsAttr input : inputs) {
    FailureOr<Tensor> tensor = readInput(input, maxBytes);
    if (failed(tensor)) {
      return failure();
    }
    tensors.push_back(*tensor);
  }
  EvaluationLimits limits;
  limits.bytesPerResult = maxBytes;
  auto noSubgraphs = [](unsigned, ArrayRef<Tensor>) {
    return Expected<SmallVector<Tensor>>(SmallVector<Tensor>());
  };
  auto results = evaluateNode(node, tensors, limits, noSubgraphs);
  if (!results) {
    llvm::consumeError(results.takeError());
    return failure();
  }
  SmallVector<ElementsAttr> attributes;
  for (const Tensor &result : *results) {
    if (!result) {
      return failure();
    }
    attributes.push_back(result.toAttribute());
  }
  return attributes;
}
