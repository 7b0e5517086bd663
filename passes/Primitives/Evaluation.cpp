//===- Evaluation.cpp - what an evaluator sees of its node -------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Access to inputs and results, within the limits of the evaluation.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluation.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

const Tensor &EvaluationContext::getInput(unsigned index) const {
  static const Tensor omitted;
  return index < inputs.size() ? inputs[index] : omitted;
}

Shape EvaluationContext::getIntegers(unsigned index,
                                     ArrayRef<int64_t> fallback) const {
  if (!hasInput(index)) {
    return Shape(fallback.begin(), fallback.end());
  }
  SmallVector<int64_t> values = getInput(index).toIntegers();
  return Shape(values.begin(), values.end());
}

bool EvaluationContext::isResultUsed(unsigned index) const {
  return index < results.size() && !node->getResult(index).use_empty();
}

Error EvaluationContext::check(Type elementType,
                               ArrayRef<int64_t> shape) const {
  if (!Tensor::holds(elementType)) {
    std::string text;
    llvm::raw_string_ostream(text) << elementType;
    return createStringError("element type " + text + " is not supported");
  }
  int64_t bytes = Tensor::bytesPerElement(elementType);
  bool overflows = false;
  for (int64_t size : shape) {
    if (size < 0) {
      return createStringError("result would have shape " + printShape(shape));
    }
    // A size of 0 makes any other size harmless.
    overflows |= llvm::MulOverflow(bytes, size, bytes);
  }
  if (!llvm::is_contained(shape, 0) &&
      (overflows || bytes > limits.bytesPerResult)) {
    return createStringError("result of shape " + printShape(shape) +
                             " exceeds the limit of " +
                             Twine(limits.bytesPerResult) + " bytes");
  }
  return Error::success();
}

Expected<Tensor> EvaluationContext::allocate(Type elementType,
                                             ArrayRef<int64_t> shape) const {
  if (Error error = check(elementType, shape)) {
    return error;
  }
  return Tensor::zeros(elementType, shape);
}

Error EvaluationContext::give(unsigned index, Expected<Tensor> value) {
  if (!value) {
    return value.takeError();
  }
  if (index < results.size()) {
    results[index] = std::move(*value);
  }
  return Error::success();
}

Type EvaluationContext::getInteger(unsigned width) const {
  return IntegerType::get(getContext(), width);
}

Error tandem::primitives::checkSameType(const Tensor &left,
                                        const Tensor &right) {
  if (left.getElementType() == right.getElementType()) {
    return Error::success();
  }
  std::string text;
  llvm::raw_string_ostream(text)
      << "inputs have element types " << left.getElementType() << " and "
      << right.getElementType() << ", expected the same";
  return createStringError(text);
}

Error tandem::primitives::checkRank(const Tensor &tensor, int64_t rank,
                                    StringRef name) {
  if (tensor.getRank() == rank) {
    return Error::success();
  }
  return createStringError(name + " has rank " + Twine(tensor.getRank()) +
                           ", expected " + Twine(rank));
}
