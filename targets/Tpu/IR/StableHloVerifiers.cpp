//===- StableHloVerifiers.cpp - shapes of StableHLO -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The rules of the specification that types and traits cannot say.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/IR/StableHloOps.h"

#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace tandem::stablehlo;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// Whether `dims` names dimensions below `rank`, none twice.
static bool areDistinct(ArrayRef<int64_t> dims, int64_t rank) {
  llvm::SmallSet<int64_t, 8> seen;
  return llvm::all_of(dims, [&](int64_t dim) {
    return dim >= 0 && dim < rank && seen.insert(dim).second;
  });
}

/// Fails where the result does not have `expected`.
static LogicalResult checkResult(Operation *op, ArrayRef<int64_t> expected) {
  ArrayRef<int64_t> shape = shapeOf(op->getResult(0));
  if (shape == expected) {
    return success();
  }
  return op->emitOpError() << "result has shape [" << shape << "], expected ["
                           << expected << "]";
}

LogicalResult IotaOp::verify() {
  // C1
  int64_t rank = shapeOf(getResult()).size();
  if (int64_t(getIotaDimension()) >= rank) {
    return emitOpError() << "counts along dimension " << getIotaDimension()
                         << " of a result with " << rank;
  }
  return success();
}

LogicalResult BroadcastInDimOp::verify() {
  ArrayRef<int64_t> from = shapeOf(getOperand()), to = shapeOf(getResult());
  ArrayRef<int64_t> dims = getBroadcastDimensions();
  // C1
  if (dims.size() != from.size() || !areDistinct(dims, to.size())) {
    return emitOpError() << "dims are [" << dims << "], expected "
                         << from.size() << " different ones below "
                         << to.size();
  }
  // C2
  for (auto [size, dim] : llvm::zip(from, dims)) {
    if (size != 1 && size != to[dim]) {
      return emitOpError() << "repeats a dimension of " << size << " to "
                           << to[dim] << ", expected 1 or " << to[dim];
    }
  }
  return success();
}

LogicalResult ReshapeOp::verify() {
  // C1
  int64_t from = cast<ShapedType>(getOperand().getType()).getNumElements();
  int64_t to = cast<ShapedType>(getResult().getType()).getNumElements();
  if (from != to) {
    return emitOpError() << "result has " << to << " elements, expected "
                         << from;
  }
  return success();
}

LogicalResult TransposeOp::verify() {
  ArrayRef<int64_t> from = shapeOf(getOperand()), order = getPermutation();
  // C1
  if (order.size() != from.size() || !areDistinct(order, from.size())) {
    return emitOpError() << "permutation is [" << order
                         << "], expected each dimension below " << from.size()
                         << " once";
  }
  // C2
  SmallVector<int64_t> expected;
  for (int64_t dim : order) {
    expected.push_back(from[dim]);
  }
  return checkResult(*this, expected);
}

LogicalResult SliceOp::verify() {
  // C1
  ArrayRef<int64_t> from = shapeOf(getOperand());
  if (getStartIndices().size() != from.size() ||
      getLimitIndices().size() != from.size() ||
      getStrides().size() != from.size()) {
    return emitOpError() << "expects start, limit and stride for each of "
                         << from.size() << " dimensions";
  }
  SmallVector<int64_t> expected;
  for (auto [size, start, limit, stride] :
       llvm::zip(from, getStartIndices(), getLimitIndices(), getStrides())) {
    if (start < 0 || limit < start || limit > size || stride < 1) {
      return emitOpError() << "takes " << start << " to " << limit << " by "
                           << stride << " of a dimension of " << size;
    }
    expected.push_back((limit - start + stride - 1) / stride);
  }
  return checkResult(*this, expected);
}

LogicalResult ConcatenateOp::verify() {
  // C1
  if (getInputs().empty() ||
      getDimension() >= shapeOf(getInputs().front()).size()) {
    return emitOpError() << "joins " << getInputs().size()
                         << " values along dimension " << getDimension();
  }
  SmallVector<int64_t> expected(shapeOf(getInputs().front()));
  int64_t dim = getDimension();
  for (Value input : getInputs().drop_front()) {
    SmallVector<int64_t> shape(shapeOf(input));
    if (shape.size() != expected.size()) {
      return emitOpError() << "joins values of " << expected.size() << " and "
                           << shape.size() << " dimensions";
    }
    expected[dim] += std::exchange(shape[dim], expected[dim] + shape[dim]);
    if (shape != expected) {
      return emitOpError() << "joins values that differ in other dimensions "
                              "than "
                           << dim;
    }
  }
  return checkResult(*this, expected);
}

/// Fails where a box of `sizes` with `starts` starts does not lie in `shape`.
static LogicalResult checkBox(Operation *op, ArrayRef<int64_t> shape,
                              size_t starts, ArrayRef<int64_t> sizes) {
  if (starts != shape.size() || sizes.size() != shape.size()) {
    return op->emitOpError()
           << "has " << starts << " starts and " << sizes.size()
           << " sizes, expected " << shape.size();
  }
  for (auto [size, most] : llvm::zip(sizes, shape)) {
    if (size > most) {
      return op->emitOpError()
             << "takes [" << sizes << "] of [" << shape << "]";
    }
  }
  return success();
}

LogicalResult DynamicSliceOp::verify() {
  // C1
  if (failed(checkBox(*this, shapeOf(getOperand()), getStartIndices().size(),
                      getSliceSizes()))) {
    return failure();
  }
  return checkResult(*this, getSliceSizes());
}

LogicalResult DynamicUpdateSliceOp::verify() {
  // C1
  return checkBox(*this, shapeOf(getOperand()), getStartIndices().size(),
                  shapeOf(getUpdate()));
}

LogicalResult GatherOp::verify() {
  ArrayRef<int64_t> table = shapeOf(getOperand()), sizes = getSliceSizes();
  ArrayRef<int64_t> collapsed = getDimensionNumbers().getCollapsed();
  // C1
  if (failed(checkBox(*this, table, table.size(), sizes))) {
    return failure();
  }
  SmallVector<int64_t> kept;
  for (auto [dim, size] : llvm::enumerate(sizes)) {
    if (!llvm::is_contained(collapsed, dim)) {
      kept.push_back(size);
    } else if (size != 1) {
      return emitOpError() << "collapses dimension " << dim << " of size "
                           << size << ", expected 1";
    }
  }
  // C2
  SmallVector<int64_t> batch(shapeOf(getStartIndices()));
  if (getDimensionNumbers().getIndexVector() < int64_t(batch.size())) {
    batch.erase(batch.begin() + getDimensionNumbers().getIndexVector());
  }
  ArrayRef<int64_t> offset = getDimensionNumbers().getOffset();
  SmallVector<int64_t> expected;
  auto nextKept = kept.begin(), nextBatch = batch.begin();
  for (size_t dim = 0; dim < kept.size() + batch.size(); ++dim) {
    auto &next = llvm::is_contained(offset, dim) ? nextKept : nextBatch;
    if (next == kept.end() || next == batch.end()) {
      return emitOpError() << "offset_dims are [" << offset << "], expected "
                           << kept.size() << " below "
                           << kept.size() + batch.size();
    }
    expected.push_back(*next++);
  }
  return checkResult(*this, expected);
}

LogicalResult DotGeneralOp::verify() {
  ArrayRef<int64_t> lhs = shapeOf(getLhs()), rhs = shapeOf(getRhs());
  DotDimensionsAttr dims = getDotDimensionNumbers();
  auto lhsUsed = llvm::to_vector(llvm::concat<const int64_t>(
      dims.getLhsBatch(), dims.getLhsContracting()));
  auto rhsUsed = llvm::to_vector(llvm::concat<const int64_t>(
      dims.getRhsBatch(), dims.getRhsContracting()));
  // C1
  if (dims.getLhsBatch().size() != dims.getRhsBatch().size() ||
      lhsUsed.size() != rhsUsed.size() || !areDistinct(lhsUsed, lhs.size()) ||
      !areDistinct(rhsUsed, rhs.size())) {
    return emitOpError() << "pairs dimensions [" << lhsUsed << "] with ["
                         << rhsUsed << "]";
  }
  for (auto [left, right] : llvm::zip(lhsUsed, rhsUsed)) {
    if (lhs[left] != rhs[right]) {
      return emitOpError() << "pairs a dimension of " << lhs[left]
                           << " with one of " << rhs[right];
    }
  }
  // C2
  SmallVector<int64_t> expected;
  for (int64_t dim : dims.getLhsBatch()) {
    expected.push_back(lhs[dim]);
  }
  for (auto [shape, used] :
       {std::pair(lhs, lhsUsed), std::pair(rhs, rhsUsed)}) {
    for (auto [dim, size] : llvm::enumerate(shape)) {
      if (!llvm::is_contained(used, dim)) {
        expected.push_back(size);
      }
    }
  }
  return checkResult(*this, expected);
}

LogicalResult ReduceOp::verify() {
  // C1
  ArrayRef<int64_t> from = shapeOf(getInput()), dims = getDimensions();
  SmallVector<int64_t> expected;
  for (auto [dim, size] : llvm::enumerate(from)) {
    if (!llvm::is_contained(dims, dim)) {
      expected.push_back(size);
    }
  }
  if (!areDistinct(dims, from.size())) {
    return emitOpError() << "reduces dimensions [" << dims << "], expected "
                         << "different ones below " << from.size();
  }
  if (failed(checkResult(*this, expected))) {
    return failure();
  }
  // C2
  Block &block = getBody().front();
  Type scalar = getInitValue().getType();
  auto isScalar = [&](Type type) { return type == scalar; };
  auto end = cast<ReturnOp>(block.getTerminator());
  if (block.getNumArguments() != 2 || end->getNumOperands() != 1 ||
      !llvm::all_of(block.getArgumentTypes(), isScalar) ||
      !llvm::all_of(end->getOperandTypes(), isScalar)) {
    return emitOpError() << "body must combine two values of type " << scalar
                         << " into one";
  }
  return success();
}
