//===- ShapeProducts.cpp - shapes of products --------------- -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Matrix products, Gemm, Einsum and convolution.
//
//===----------------------------------------------------------------------===//

#include "llvm/ADT/StringExtras.h"

#include "tandem/passes/Primitives/ShapeContext.h"
#include "tandem/passes/Primitives/ShapeFunctions.h"

using namespace mlir;
using namespace tandem::primitives;

/// The shape of a product of matrices, vectors or batches of matrices.
static FailureOr<Dimensions> multiplyShapes(ShapeContext &context, Dimensions a,
                                            Dimensions b) {
  if (a.empty() || b.empty()) {
    context.emitError() << "multiplies a scalar, expected rank 1 or more";
    return failure();
  }
  bool isRow = a.size() == 1, isColumn = b.size() == 1;
  if (isRow) {
    a.insert(a.begin(), Polynomial(1));
  }
  if (isColumn) {
    b.push_back(1);
  }
  if (failed(context.requireEqual(a.back(), b[b.size() - 2],
                                  "inner dimensions"))) {
    return failure();
  }
  FailureOr<Dimensions> result =
      context.broadcast(ArrayRef(a).drop_back(2), ArrayRef(b).drop_back(2));
  if (failed(result)) {
    return failure();
  }
  if (!isRow) {
    result->push_back(a[a.size() - 2]);
  }
  if (!isColumn) {
    result->push_back(b.back());
  }
  return result;
}

static LogicalResult multiplyInputs(ShapeContext &context, Type elementType) {
  if (!context.isKnown(0) || !context.isKnown(1)) {
    return success();
  }
  FailureOr<Dimensions> result =
      multiplyShapes(context, context.getShape(0), context.getShape(1));
  if (failed(result)) {
    return failure();
  }
  context.set(0, elementType, *result);
  return success();
}

LogicalResult shapes::matMul(ShapeContext &context) {
  return multiplyInputs(context, context.getElementType(0));
}

LogicalResult shapes::matMulInteger(ShapeContext &context) {
  return multiplyInputs(context,
                        IntegerType::get(context.node.getContext(), 32));
}

LogicalResult shapes::fusedMatMul(ShapeContext &context) {
  if (!context.isKnown(0) || !context.isKnown(1) ||
      context.node.getInt("transBatchA", 0) != 0 ||
      context.node.getInt("transBatchB", 0) != 0) {
    return success();
  }
  Dimensions a = context.getShape(0), b = context.getShape(1);
  if (context.node.getInt("transA", 0) != 0 && a.size() > 1) {
    std::swap(a[a.size() - 1], a[a.size() - 2]);
  }
  if (context.node.getInt("transB", 0) != 0 && b.size() > 1) {
    std::swap(b[b.size() - 1], b[b.size() - 2]);
  }
  FailureOr<Dimensions> result = multiplyShapes(context, a, b);
  if (failed(result)) {
    return failure();
  }
  context.set(0, context.getElementType(0), *result);
  return success();
}

LogicalResult shapes::gemm(ShapeContext &context) {
  if (!context.isKnown(0) || !context.isKnown(1)) {
    return success();
  }
  Dimensions a = context.getShape(0), b = context.getShape(1);
  if (a.size() != 2 || b.size() != 2) {
    return context.emitError() << "has operands of ranks " << a.size()
                               << " and " << b.size() << ", expected 2 and 2";
  }
  if (context.node.getInt("transA", 0) != 0) {
    std::swap(a[0], a[1]);
  }
  if (context.node.getInt("transB", 0) != 0) {
    std::swap(b[0], b[1]);
  }
  if (failed(context.requireEqual(a[1], b[0], "inner dimensions"))) {
    return failure();
  }
  context.set(0, context.getElementType(0), {a[0], b[1]});
  return success();
}

/// Explicit terms and result without `...`; anything else stays unknown.
LogicalResult shapes::einsum(ShapeContext &context) {
  StringRef equation = context.node.getString("equation", "");
  std::string compact;
  llvm::copy_if(equation, std::back_inserter(compact),
                [](char c) { return c != ' '; });
  auto [left, right] = StringRef(compact).split("->");
  if (!StringRef(compact).contains("->") || StringRef(compact).contains('.')) {
    return success();
  }
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  if (terms.size() != context.getNumInputs()) {
    return context.emitError()
           << "equation '" << equation << "' has " << terms.size()
           << " terms for " << context.getNumInputs() << " inputs";
  }
  llvm::DenseMap<char, Polynomial> lengths;
  for (auto [index, term] : llvm::enumerate(terms)) {
    if (!context.isKnown(index)) {
      return success();
    }
    if (context.getShape(index).size() != term.size()) {
      return context.emitError()
             << "term '" << term << "' of '" << equation
             << "' is for an input of rank " << context.getShape(index).size();
    }
    for (auto [letter, length] : llvm::zip(term, context.getShape(index))) {
      auto [entry, isNew] = lengths.try_emplace(letter, length);
      if (!isNew && failed(context.requireEqual(entry->second, length,
                                                "dimensions of one letter"))) {
        return failure();
      }
    }
  }
  Dimensions result;
  for (char letter : right) {
    auto entry = lengths.find(letter);
    if (entry == lengths.end()) {
      return context.emitError()
             << "equation '" << equation << "' yields a letter of no term";
    }
    result.push_back(entry->second);
  }
  context.set(0, context.getElementType(0), result);
  return success();
}

LogicalResult shapes::conv(ShapeContext &context) {
  if (!context.isKnown(0) || !context.isKnown(1)) {
    return success();
  }
  const Dimensions &data = context.getShape(0), &weights = context.getShape(1);
  if (data.size() < 3 || weights.size() != data.size()) {
    return context.emitError()
           << "has operands of ranks " << data.size() << " and "
           << weights.size() << ", expected equal and 3 or more";
  }
  size_t spatial = data.size() - 2;
  auto getPerAxis = [&](StringRef name, int64_t fallback, size_t count) {
    SmallVector<int64_t> values = context.node.getInts(name);
    values.resize(count, fallback);
    return values;
  };
  SmallVector<int64_t> strides = getPerAxis("strides", 1, spatial);
  SmallVector<int64_t> dilations = getPerAxis("dilations", 1, spatial);
  SmallVector<int64_t> pads = getPerAxis("pads", 0, 2 * spatial);
  StringRef padding = context.node.getString("auto_pad", "NOTSET");
  Dimensions result = {data[0], weights[0]};
  for (size_t i = 0; i < spatial; ++i) {
    Polynomial length = data[i + 2];
    if (padding.starts_with("SAME")) {
      result.push_back(context.space.floorDivide(
          length + Polynomial(strides[i] - 1), Polynomial(strides[i])));
      continue;
    }
    if (padding == "NOTSET") {
      length += Polynomial(pads[i]) + Polynomial(pads[spatial + i]);
    }
    Polynomial reach =
        (weights[i + 2] - Polynomial(1)) * Polynomial(dilations[i]);
    result.push_back(context.space.floorDivide(length - reach - Polynomial(1),
                                               Polynomial(strides[i])) +
                     Polynomial(1));
  }
  context.set(0, context.getElementType(0), result);
  return success();
}
