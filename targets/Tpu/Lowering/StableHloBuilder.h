//===- StableHloBuilder.h - StableHLO with inferred shapes ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Builds the operations of the dialect; result types follow from operands.
// Shapes are the caller's to get right: the dialect's verifiers check them.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_LOWERING_STABLEHLOBUILDER_H
#define TANDEM_TARGETS_TPU_LOWERING_STABLEHLOBUILDER_H

#include "tandem/targets/Tpu/IR/StableHloOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace tandem::tpu {

/// Shape of a tensor value.
llvm::ArrayRef<int64_t> shapeOf(mlir::Value value);

/// Pairs of dimensions of a product.
struct ProductDims {
  llvm::SmallVector<int64_t> lhsBatch, rhsBatch, lhsSummed, rhsSummed;
};

class StableHloBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;

  /// A tensor like `like` with every element `value`.
  mlir::Value splat(mlir::Value like, double value);
  /// A tensor<i32>.
  mlir::Value integer(int64_t value);

  /// An operation of one operand and the operand's type.
  template <class Op> mlir::Value unary(mlir::Value x) {
    return Op::create(*this, x.getType(), x);
  }
  /// An operation of two operands; the second is repeated like the first where
  /// its shape is another (dimensions align at the last), or the other way.
  template <class Op> mlir::Value binary(mlir::Value x, mlir::Value y) {
    matchShapes(x, y);
    return Op::create(*this, x.getType(), x, y);
  }
  /// The same with a number as second operand.
  template <class Op> mlir::Value binary(mlir::Value x, double y) {
    return Op::create(*this, x.getType(), x, splat(x, y));
  }

  /// Each element as f32.
  mlir::Value toFloat(mlir::Value x);
  mlir::Value compare(stablehlo::ComparisonDirection direction, mlir::Value x,
                      mlir::Value y);
  mlir::Value select(mlir::Value condition, mlir::Value onTrue,
                     mlir::Value onFalse);
  /// 0, 1, ... along the dimension, i32.
  mlir::Value iota(llvm::ArrayRef<int64_t> shape, int64_t dimension);

  mlir::Value broadcast(mlir::Value x, llvm::ArrayRef<int64_t> shape,
                        llvm::ArrayRef<int64_t> dimensions);
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> permutation);
  /// Elements [from, to) by `stride` along one dimension.
  mlir::Value slice(mlir::Value x, int64_t dimension, int64_t from, int64_t to,
                    int64_t stride = 1);
  mlir::Value concatenate(mlir::ValueRange values, int64_t dimension);
  mlir::Value dynamicSlice(mlir::Value x, mlir::ValueRange starts,
                           llvm::ArrayRef<int64_t> sizes);
  /// The slices of `table` at each index of the list along `dimension`:
  /// [indices, the other dimension].
  mlir::Value gather(mlir::Value table, mlir::Value indices, int64_t dimension);

  /// A product in the operands' own precision: without HIGHEST the matrix unit
  /// rounds fp32 factors to bf16.
  mlir::Value product(mlir::Value x, mlir::Value y, const ProductDims &dims);
  /// Op (AddOp, MaximumOp) over one dimension, from `initial`.
  template <class Op>
  mlir::Value reduce(mlir::Value x, int64_t dimension, double initial) {
    stablehlo::ReduceOp op = startReduce(x, dimension, initial);
    mlir::OpBuilder::InsertionGuard guard(*this);
    mlir::Block &block = op.getBody().front();
    setInsertionPointToEnd(&block);
    mlir::Value combined =
        Op::create(*this, block.getArgument(0).getType(), block.getArgument(0),
                   block.getArgument(1));
    stablehlo::ReturnOp::create(*this, mlir::ValueRange(combined));
    return op.getResult();
  }

private:
  void matchShapes(mlir::Value &x, mlir::Value &y);
  mlir::Value repeat(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  stablehlo::ReduceOp startReduce(mlir::Value x, int64_t dimension,
                                  double initial);
};

} // namespace tandem::tpu

#endif // TANDEM_TARGETS_TPU_LOWERING_STABLEHLOBUILDER_H
