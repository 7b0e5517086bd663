//===- TransformerVerifiers.cpp - checks of the operations ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each check carries the label of its constraint in the operation's
// description.
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/dialects/Transformer/IR/WeightStorage.h"

using namespace mlir;
using namespace tandem::transformer;

static ShapedType shapeOf(Value value) {
  return cast<ShapedType>(value.getType());
}

static int64_t widthOf(Value value) { return shapeOf(value).getShape().back(); }

/// Whether two dimensions may be equal: dynamic ones match any.
static bool agree(int64_t a, int64_t b) {
  return a == b || ShapedType::isDynamic(a) || ShapedType::isDynamic(b);
}

/// Whether the leading dimensions of `full` (all but the last) are `leading`.
static bool leadingDimensionsAre(ShapedType full, ArrayRef<int64_t> leading) {
  if (full.getRank() != static_cast<int64_t>(leading.size()) + 1) {
    return false;
  }
  for (auto [a, b] : llvm::zip(full.getShape().drop_back(), leading)) {
    if (!agree(a, b)) {
      return false;
    }
  }
  return true;
}

static bool isVectorOf(Value value, int64_t width) {
  ShapedType type = shapeOf(value);
  return type.getRank() == 1 && agree(type.getDimSize(0), width);
}

LogicalResult EmbeddingOp::verify() {
  ShapedType table = shapeOf(getTable());
  if (table.getRank() != 2) {
    return emitOpError("table has rank ") << table.getRank() << ", expected 2";
  }
  int64_t width = table.getDimSize(getLayout() == MatrixLayout::nk ? 1 : 0);
  if (!leadingDimensionsAre(shapeOf(getOutput()),
                            shapeOf(getIds()).getShape()) ||
      !agree(widthOf(getOutput()), width)) { // C1
    return emitOpError("result is ")
           << getOutput().getType() << ", expected the shape of "
           << getIds().getType() << " followed by the table's width " << width;
  }
  return success();
}

LogicalResult LinearOp::verify() {
  ShapedType weight = shapeOf(getWeight());
  if (weight.getRank() != 2) {
    return emitOpError("weight has rank ")
           << weight.getRank() << ", expected 2";
  }
  bool nk = getLayout() == MatrixLayout::nk;
  int64_t n = weight.getDimSize(nk ? 0 : 1), k = weight.getDimSize(nk ? 1 : 0);
  if (!agree(widthOf(getInput()), k)) { // C1
    return emitOpError("input has width ")
           << widthOf(getInput()) << ", expected the weight's K of " << k;
  }
  if (!agree(widthOf(getOutput()), n) ||
      !leadingDimensionsAre(shapeOf(getOutput()),
                            shapeOf(getInput()).getShape().drop_back())) { // C2
    return emitOpError("result is ")
           << getOutput().getType()
           << ", expected the input's shape with width " << n;
  }
  if (getBias() && !isVectorOf(getBias(), n)) { // C3
    return emitOpError("bias is ")
           << getBias().getType() << ", expected " << n << " values";
  }
  BlocksAttr blocks = getBlocks(getWeight().getType());
  if (getInt8Activations() &&
      (!blocks || blocks.getBlock() != activationBlock)) { // C4
    return emitOpError("weight is ")
           << getWeight().getType() << ", expected blocks of "
           << activationBlock << " beside int8_activations";
  }
  return success();
}

LogicalResult RmsNormOp::verify() {
  if (!isVectorOf(getScale(), widthOf(getInput()))) { // C1
    return emitOpError("scale is ") << getScale().getType() << ", expected "
                                    << widthOf(getInput()) << " values";
  }
  if (!(getEpsilon().convertToDouble() >= 0)) { // C2
    return emitOpError("epsilon is ")
           << getEpsilon().convertToDouble() << ", expected at least 0";
  }
  return success();
}

LogicalResult LayerNormOp::verify() {
  for (Value vector : {Value(getScale()), Value(getBias())}) {
    if (vector && !isVectorOf(vector, widthOf(getInput()))) { // C1
      return emitOpError(vector == getScale() ? "scale is " : "bias is ")
             << vector.getType() << ", expected " << widthOf(getInput())
             << " values";
    }
  }
  if (!(getEpsilon().convertToDouble() >= 0)) { // C2
    return emitOpError("epsilon is ")
           << getEpsilon().convertToDouble() << ", expected at least 0";
  }
  return success();
}

LogicalResult RotaryTableOp::verify() {
  int64_t columns = getFrequencies().getNumElements();
  for (Value table : {getCos(), getSin()}) {
    if (shapeOf(table).getRank() != 2 || widthOf(table) != columns) { // C1
      return emitOpError("table is ")
             << table.getType() << ", expected one column for each of "
             << columns << " frequencies";
    }
  }
  return success();
}

LogicalResult RotaryOp::verify() {
  int64_t width = widthOf(getInput()), heads = getHeads();
  int64_t rotated = 2 * widthOf(getCos());
  if (heads <= 0 || width % heads != 0 || rotated > width / heads) { // C1
    return emitOpError("rotates ")
           << rotated << " elements in each of " << heads
           << " heads, but the input's width is " << width;
  }
  if (shapeOf(getCos()).getRank() != 2 || shapeOf(getSin()).getRank() != 2 ||
      widthOf(getCos()) != widthOf(getSin())) { // C2
    return emitOpError("tables are ")
           << getCos().getType() << " and " << getSin().getType()
           << ", expected two matrices with as many columns";
  }
  if (!leadingDimensionsAre(shapeOf(getInput()),
                            shapeOf(getPositions()).getShape())) { // C3
    return emitOpError("positions are ")
           << getPositions().getType()
           << ", expected the shape of the input without its width: "
           << getInput().getType();
  }
  return success();
}

LogicalResult PastPositionsOp::verify() {
  ShapedType past = shapeOf(getPast()), tokens = shapeOf(getTokens());
  if (past.getRank() != 4 || tokens.getRank() < 2) { // C1
    return emitOpError("past is ") << past << " and tokens are " << tokens
                                   << ", expected 4 and at least 2 dimensions";
  }
  ShapedType output = shapeOf(getOutput());
  if (output.getRank() != 2 ||
      !agree(output.getDimSize(0), tokens.getDimSize(0)) ||
      !agree(output.getDimSize(1), tokens.getDimSize(1))) { // C2
    return emitOpError("result is ")
           << output << ", expected the first two dimensions of " << tokens;
  }
  return success();
}

LogicalResult AttentionOp::verify() {
  int64_t heads = getHeads(), kvHeads = getKvHeads();
  if (heads <= 0 || kvHeads <= 0 || heads % kvHeads != 0 ||
      widthOf(getQuery()) % heads != 0 || widthOf(getKey()) % kvHeads != 0 ||
      widthOf(getValue()) % kvHeads != 0) { // C1
    return emitOpError("has ")
           << heads << " query heads and " << kvHeads
           << " key heads for widths " << widthOf(getQuery()) << ", "
           << widthOf(getKey()) << " and " << widthOf(getValue())
           << "; expected a multiple that divides them";
  }
  if (widthOf(getQuery()) / heads != widthOf(getKey()) / kvHeads) { // C2
    return emitOpError("query heads are ")
           << widthOf(getQuery()) / heads << " wide, key heads "
           << widthOf(getKey()) / kvHeads << ", expected the same";
  }
  bool past = getPastKey() && getPastValue();
  if (bool(getPastKey()) != bool(getPastValue()) ||
      getPresents().size() != (past ? 2 : 0)) { // C3
    return emitOpError("has ")
           << getPresents().size() << " presents, expected " << (past ? 2 : 0)
           << (past ? " beside a past" : " without a past");
  }
  if (past && !agree(shapeOf(getPastKey()).getDimSize(1), kvHeads)) { // C3
    return emitOpError("past has ") << shapeOf(getPastKey()).getDimSize(1)
                                    << " heads, expected " << kvHeads;
  }
  return success();
}

LogicalResult AppendOp::verify() {
  KvCacheType cache = getCache().getType();
  int64_t key = cache.getHeads() * cache.getKeyDim();
  int64_t value = cache.getHeads() * cache.getValueDim();
  if (widthOf(getKey()) != key || widthOf(getValue()) != value) { // C1
    return emitOpError("key and value have widths ")
           << widthOf(getKey()) << " and " << widthOf(getValue())
           << ", expected the cache's " << key << " and " << value;
  }
  for (Operation *user : getCache().getUsers()) { // C2
    if (user != *this && user->getBlock() == (*this)->getBlock() &&
        (*this)->isBeforeInBlock(user)) {
      InFlightDiagnostic error = emitOpError(
          "appends to a cache that is used later; use its result instead");
      error.attachNote(user->getLoc()) << "used here";
      return error;
    }
  }
  return success();
}

LogicalResult CachedAttentionOp::verify() {
  KvCacheType cache = getCache().getType();
  int64_t heads = getHeads();
  if (heads <= 0 || heads % cache.getHeads() != 0 ||
      widthOf(getQuery()) != heads * cache.getKeyDim()) { // C1
    return emitOpError("has ")
           << heads << " heads for a query of width " << widthOf(getQuery())
           << ", expected a multiple of the cache's " << cache.getHeads()
           << " heads of width " << cache.getKeyDim();
  }
  if (widthOf(getOutput()) != heads * cache.getValueDim()) { // C2
    return emitOpError("result has width ")
           << widthOf(getOutput()) << ", expected "
           << heads * cache.getValueDim();
  }
  return success();
}
