//===- EvaluateEinsum.cpp - Einsum -------------------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sums products over all indices of the equation, one multiplication at a time:
// for small tensors. Ellipses are not supported.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluation.h"
#include "tandem/passes/Primitives/Evaluators.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

namespace {
/// The indices of an equation: those of the result first, then the summed ones.
struct Equation {
  std::string indices;
  size_t resultRank;
  SmallVector<StringRef> terms;
};
} // namespace

static Expected<Equation> parse(StringRef text, size_t inputCount,
                                std::string &storage) {
  for (char character : text) {
    if (character != ' ') {
      storage.push_back(character);
    }
  }
  auto [left, right] = StringRef(storage).split("->");
  Equation equation;
  left.split(equation.terms, ',');
  if (equation.terms.size() != inputCount) {
    return createStringError("equation has " + Twine(equation.terms.size()) +
                             " terms for " + Twine(inputCount) + " inputs");
  }
  std::string letters = left.str();
  llvm::erase(letters, ',');
  if (!llvm::all_of(letters + right.str(), llvm::isAlpha)) {
    return createStringError("equation '" + text + "' is not supported");
  }
  bool isExplicit = StringRef(storage).contains("->");
  equation.indices = right.str();
  llvm::sort(letters);
  for (char letter :
       letters) { // without a right-hand side, those that occur once
    if (!isExplicit && llvm::count(letters, letter) == 1) {
      equation.indices.push_back(letter);
    }
  }
  equation.resultRank = equation.indices.size();
  for (char letter : equation.indices) {
    if (!StringRef(letters).contains(letter) ||
        llvm::count(equation.indices, letter) > 1) {
      return createStringError("equation '" + text + "' is not supported");
    }
  }
  for (char letter : letters) {
    if (!StringRef(equation.indices).contains(letter)) {
      equation.indices.push_back(letter);
    }
  }
  return equation;
}

/// Notes the sizes that `shape` gives to the letters of a term.
static Error collectSizes(StringRef term, ArrayRef<int64_t> shape,
                          StringRef indices, MutableArrayRef<int64_t> sizes) {
  if (term.size() != shape.size()) {
    return createStringError("term '" + term + "' does not fit shape " +
                             printShape(shape));
  }
  for (auto [letter, size] : llvm::zip(term, shape)) {
    int64_t &known = sizes[indices.find(letter)];
    if (known != -1 && known != size) {
      return createStringError("index '" + Twine(letter) + "' has sizes " +
                               Twine(known) + " and " + Twine(size));
    }
    known = size;
  }
  return Error::success();
}

Error evaluate::einsum(EvaluationContext &context) {
  std::string storage;
  Expected<Equation> equation = parse(context.node.getString("equation", ""),
                                      context.getInputs().size(), storage);
  if (!equation) {
    return equation.takeError();
  }
  StringRef indices = equation->indices;
  Shape sizes(indices.size(), -1);
  for (auto [term, input] : llvm::zip(equation->terms, context.getInputs())) {
    if (Error error = collectSizes(term, input.getShape(), indices, sizes)) {
      return error;
    }
  }
  Shape shape(ArrayRef(sizes).take_front(equation->resultRank));
  Type elementType = context.getInput(0).getElementType();
  if (Error error = context.check(elementType, shape)) {
    return error;
  }

  // The running products have all indices, so they may exceed the result.
  if (Error error =
          context.check(Float64Type::get(context.getContext()), sizes)) {
    return error;
  }
  // Product by product: each input joins the running products of all indices.
  std::vector<double> products(countElements(sizes), 1);
  for (auto [term, input] : llvm::zip(equation->terms, context.getInputs())) {
    Shape strides(indices.size(), 0), own = rowMajorStrides(input.getShape());
    for (auto [letter, stride] : llvm::zip(term, own)) {
      strides[indices.find(letter)] += stride; // a letter twice: the diagonal
    }
    std::vector<double> values = input.widen<double>();
    double *next = products.data();
    forEachIndex<1>(sizes, {strides},
                    [&](auto offsets) { *next++ *= values[offsets[0]]; });
  }
  std::vector<double> results(countElements(shape), 0);
  int64_t summed =
      countElements(ArrayRef(sizes).drop_front(equation->resultRank));
  for (size_t i = 0; i < products.size(); ++i) {
    results[i / summed] += products[i];
  }
  return context.give(0, elementType, shape, results);
}
