//===- StableHloBuilder.cpp - StableHLO with inferred shapes ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Lowering/StableHloBuilder.h"

using namespace mlir;
using namespace tandem::stablehlo;
using namespace tandem::tpu;

ArrayRef<int64_t> tandem::tpu::shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

static RankedTensorType withShape(Value like, ArrayRef<int64_t> shape) {
  return cast<RankedTensorType>(like.getType()).clone(shape);
}

static DenseElementsAttr splatOf(RankedTensorType type, double value) {
  Type element = type.getElementType();
  if (auto isFloat = dyn_cast<FloatType>(element)) {
    APFloat rounded(value);
    bool losesInfo = false;
    rounded.convert(isFloat.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                    &losesInfo);
    return DenseElementsAttr::get(type, rounded);
  }
  return DenseElementsAttr::get(
      type, APInt(element.getIntOrFloatBitWidth(), int64_t(value),
                  /*isSigned=*/!element.isUnsignedInteger()));
}

Value StableHloBuilder::splat(Value like, double value) {
  auto type = cast<RankedTensorType>(like.getType());
  return ConstantOp::create(*this, type, splatOf(type, value));
}

Value StableHloBuilder::integer(int64_t value) {
  auto type = RankedTensorType::get({}, getI32Type());
  return ConstantOp::create(*this, type, splatOf(type, value));
}

Value StableHloBuilder::repeat(Value x, ArrayRef<int64_t> shape) {
  int64_t rank = shapeOf(x).size(), first = shape.size() - rank;
  return broadcast(x, shape, llvm::to_vector(llvm::seq(first, first + rank)));
}

void StableHloBuilder::matchShapes(Value &x, Value &y) {
  ArrayRef<int64_t> left = shapeOf(x), right = shapeOf(y);
  if (left == right) {
    return;
  }
  SmallVector<int64_t> shape(std::max(left.size(), right.size()), 1);
  for (ArrayRef<int64_t> operand : {left, right}) {
    for (auto [i, size] : llvm::enumerate(llvm::reverse(operand))) {
      int64_t &joined = shape[shape.size() - 1 - i];
      joined = std::max(joined, size);
    }
  }
  x = left == ArrayRef(shape) ? x : repeat(x, shape);
  y = right == ArrayRef(shape) ? y : repeat(y, shape);
}

Value StableHloBuilder::toFloat(Value x) {
  auto type = RankedTensorType::get(shapeOf(x), getF32Type());
  return x.getType() == type ? x : Value(ConvertOp::create(*this, type, x));
}

Value StableHloBuilder::compare(ComparisonDirection direction, Value x,
                                Value y) {
  matchShapes(x, y);
  return CompareOp::create(
      *this, RankedTensorType::get(shapeOf(x), getI1Type()), x, y,
      ComparisonDirectionAttr::get(getContext(), direction));
}

Value StableHloBuilder::select(Value condition, Value onTrue, Value onFalse) {
  return SelectOp::create(*this, onTrue.getType(), condition, onTrue, onFalse);
}

Value StableHloBuilder::iota(ArrayRef<int64_t> shape, int64_t dimension) {
  return IotaOp::create(*this, RankedTensorType::get(shape, getI32Type()),
                        dimension);
}

Value StableHloBuilder::broadcast(Value x, ArrayRef<int64_t> shape,
                                  ArrayRef<int64_t> dimensions) {
  return BroadcastInDimOp::create(*this, withShape(x, shape), x, dimensions);
}

Value StableHloBuilder::reshape(Value x, ArrayRef<int64_t> shape) {
  return shapeOf(x) == shape
             ? x
             : Value(ReshapeOp::create(*this, withShape(x, shape), x));
}

Value StableHloBuilder::transpose(Value x, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> shape;
  for (int64_t dimension : permutation) {
    shape.push_back(shapeOf(x)[dimension]);
  }
  return TransposeOp::create(*this, withShape(x, shape), x, permutation);
}

Value StableHloBuilder::slice(Value x, int64_t dimension, int64_t from,
                              int64_t to, int64_t stride) {
  SmallVector<int64_t> limits(shapeOf(x)), shape(shapeOf(x));
  SmallVector<int64_t> starts(limits.size(), 0), strides(limits.size(), 1);
  if (from == 0 && to == shape[dimension] && stride == 1) {
    return x;
  }
  starts[dimension] = from;
  limits[dimension] = to;
  strides[dimension] = stride;
  shape[dimension] = llvm::divideCeil(to - from, stride);
  return SliceOp::create(*this, withShape(x, shape), x, starts, limits,
                         strides);
}

Value StableHloBuilder::concatenate(ValueRange values, int64_t dimension) {
  SmallVector<int64_t> shape(shapeOf(values.front()));
  for (Value value : values.drop_front()) {
    shape[dimension] += shapeOf(value)[dimension];
  }
  return ConcatenateOp::create(*this, withShape(values.front(), shape), values,
                               dimension);
}

Value StableHloBuilder::dynamicSlice(Value x, ValueRange starts,
                                     ArrayRef<int64_t> sizes) {
  return DynamicSliceOp::create(*this, withShape(x, sizes), x, starts, sizes);
}

Value StableHloBuilder::gather(Value table, Value indices, int64_t dimension) {
  SmallVector<int64_t> sizes(shapeOf(table));
  sizes[dimension] = 1;
  int64_t width = sizes[1 - dimension], count = shapeOf(indices)[0];
  auto dims = GatherDimensionsAttr::get(getContext(), /*offset=*/{1},
                                        /*collapsed=*/{dimension},
                                        /*startIndexMap=*/{dimension},
                                        /*indexVector=*/1);
  return GatherOp::create(*this, withShape(table, {count, width}), table,
                          indices, dims, getDenseI64ArrayAttr(sizes));
}

Value StableHloBuilder::product(Value x, Value y, const ProductDims &dims) {
  SmallVector<int64_t> shape;
  for (int64_t dimension : dims.lhsBatch) {
    shape.push_back(shapeOf(x)[dimension]);
  }
  auto addFree = [&](Value factor, ArrayRef<int64_t> batch,
                     ArrayRef<int64_t> summed) {
    for (auto [dimension, size] : llvm::enumerate(shapeOf(factor))) {
      if (!llvm::is_contained(batch, dimension) &&
          !llvm::is_contained(summed, dimension)) {
        shape.push_back(size);
      }
    }
  };
  addFree(x, dims.lhsBatch, dims.lhsSummed);
  addFree(y, dims.rhsBatch, dims.rhsSummed);
  Attribute highest = PrecisionAttr::get(getContext(), Precision::HIGHEST);
  return DotGeneralOp::create(
      *this, withShape(x, shape), x, y,
      DotDimensionsAttr::get(getContext(), dims.lhsBatch, dims.rhsBatch,
                             dims.lhsSummed, dims.rhsSummed),
      getArrayAttr({highest, highest}));
}

ReduceOp StableHloBuilder::startReduce(Value x, int64_t dimension,
                                       double initial) {
  SmallVector<int64_t> shape(shapeOf(x));
  shape.erase(shape.begin() + dimension);
  RankedTensorType scalar = withShape(x, {});
  Value start = ConstantOp::create(*this, scalar, splatOf(scalar, initial));
  auto op = ReduceOp::create(*this, withShape(x, shape), x, start,
                             ArrayRef<int64_t>(dimension));
  Block &block = op.getBody().emplaceBlock();
  block.addArguments({scalar, scalar}, {getLoc(), getLoc()});
  return op;
}
