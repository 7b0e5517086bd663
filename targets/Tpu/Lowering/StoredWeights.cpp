//===- StoredWeights.cpp - stored weights as arguments ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Lowering/StoredWeights.h"

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/targets/Tpu/Lowering/Scope.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::stablehlo;
using namespace tandem::transformer;

SmallVector<RankedTensorType> tandem::tpu::argumentTypes(TypedAttr source) {
  SmallVector<RankedTensorType> types;
  for (TypedAttr payload : onnx::getPayloads(source)) {
    types.push_back(cast<RankedTensorType>(payload.getType()));
  }
  if (StoredAttr stored = getStored(source.getType())) {
    types.front() =
        RankedTensorType::get(types.front().getShape(), stored.getElement());
  }
  return types;
}

namespace tandem::tpu {
namespace {

/// Packed unsigned values [rows, ..., bytes] as f32 [rows, ..., values].
Value unpack(StableHloBuilder &b, Value bytes, int64_t bits) {
  if (bits == 8) {
    return b.toFloat(bytes);
  }
  SmallVector<int64_t> shape(shapeOf(bytes)), pairs = shape;
  pairs.push_back(1);
  Value low = b.binary<AndOp>(bytes, 15.0);
  Value high = b.binary<ShiftRightLogicalOp>(bytes, 4.0);
  Value both = b.concatenate(
      {b.reshape(b.toFloat(low), pairs), b.reshape(b.toFloat(high), pairs)},
      shape.size());
  shape.back() *= 2;
  return b.reshape(both, shape);
}

/// Rows of a matrix in blocks: codes [rows, blocks, bytes], scales and zero
/// points [rows, ...].
Value dequantise(StableHloBuilder &b, BlocksAttr encoding,
                 ArrayRef<Value> payloads, int64_t width) {
  Value codes = unpack(b, payloads[0], encoding.getBits());
  SmallVector<int64_t> shape(shapeOf(codes));
  int64_t rows = shape[0], blocks = shape[1];
  auto alongBlock = [&](Value x) { return b.broadcast(x, shape, {0, 1}); };
  if (!encoding.getZeroPoints()) {
    codes = b.binary<SubtractOp>(codes, encoding.getDefaultZeroPoint());
  } else {
    Value zeros =
        encoding.hasPackedZeroPoints()
            ? b.slice(unpack(b, payloads[2], encoding.getBits()), 1, 0, blocks)
            : b.toFloat(payloads[2]);
    codes = b.binary<SubtractOp>(codes, alongBlock(zeros));
  }
  Value elements =
      b.binary<MultiplyOp>(codes, alongBlock(b.toFloat(payloads[1])));
  elements = b.reshape(elements, {rows, blocks * encoding.getBlock()});
  return b.slice(elements, 1, 0, width);
}

} // namespace

Value decodeWeight(Value weight, Scope &scope) {
  auto stored = scope.payloads.find(weight);
  if (stored == scope.payloads.end()) {
    return scope.get(weight);
  }
  auto type = cast<RankedTensorType>(weight.getType());
  BlocksAttr encoding = getBlocks(type);
  return encoding
             ? dequantise(scope.b, encoding, stored->second, type.getDimSize(1))
             : scope.b.toFloat(stored->second.front());
}

Value gatherRows(Value table, Value ids, bool isNk, Scope &scope) {
  StableHloBuilder &b = scope.b;
  int64_t entries = isNk ? 0 : 1;
  auto stored = scope.payloads.find(table);
  if (stored == scope.payloads.end()) {
    return b.gather(scope.get(table), ids, entries);
  }
  auto type = cast<RankedTensorType>(table.getType());
  BlocksAttr encoding = getBlocks(type);
  if (!encoding) {
    return b.toFloat(b.gather(stored->second.front(), ids, entries));
  }
  SmallVector<Value> rows;
  for (Value payload : stored->second) {
    ArrayRef<int64_t> shape = shapeOf(payload);
    int64_t width = ShapedType::getNumElements(shape.drop_front());
    rows.push_back(b.gather(b.reshape(payload, {shape[0], width}), ids, 0));
  }
  int64_t count = shapeOf(ids)[0];
  rows[0] = b.reshape(rows[0], {count, encoding.getBlocks(type.getDimSize(1)),
                                encoding.getBlockBytes()});
  return dequantise(b, encoding, rows, type.getDimSize(1));
}

} // namespace tandem::tpu
