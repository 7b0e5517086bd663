//===- Frame.h - the evaluation of one function ------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Values and services of a function under evaluation; evaluators of operations
// take their operands from it and define their results in it.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_FRAME_H
#define TANDEM_PASSES_PRIMITIVES_FRAME_H

#include "tandem/passes/Primitives/Evaluator.h"

namespace tandem::primitives {

/// The state of a function under evaluation.
class Frame {
public:
  Frame(WeightReader readWeight, const EvaluatorOptions &options)
      : readWeight(readWeight), options(options) {}

  WeightReader readWeight;
  const EvaluatorOptions &options;

  /// Runs a block and returns the operands of its terminator.
  llvm::Expected<llvm::SmallVector<Datum>> run(mlir::Block &block,
                                               llvm::ArrayRef<Datum> arguments);

  const Datum &get(mlir::Value value) const;
  /// The tensor of a value; an empty one for an omitted input or operand.
  Tensor getTensor(mlir::Value value) const;
  void set(mlir::Value value, Datum datum) { values[value] = std::move(datum); }

  /// The elements of a constant, read where they lie.
  llvm::Expected<Tensor> readConstant(mlir::TypedAttr value) const;

  /// Sets the only result of `op` to a tensor of its element type.
  llvm::Error setResult(mlir::Operation *op, llvm::ArrayRef<int64_t> shape,
                        const std::vector<double> &values);

private:
  llvm::Error evaluate(mlir::Operation &op);

  llvm::DenseMap<mlir::Value, Datum> values;
};

/// Evaluates one kind of operation.
using OperationEvaluator = llvm::Error (*)(mlir::Operation *, Frame &);

/// A row of a table of operations.
struct OperationRow {
  llvm::StringLiteral name;
  OperationEvaluator evaluate;
};

/// Evaluates `transformer.attention`.
llvm::Error evaluateAttention(mlir::Operation *op, Frame &frame);

/// Operations of upstream dialects, `onnx` and `deploy`.
llvm::ArrayRef<OperationRow> getBuiltinEvaluators();
/// Operations of the model level.
llvm::ArrayRef<OperationRow> getModelEvaluators();
/// Operations on rows and caches.
llvm::ArrayRef<OperationRow> getDeploymentEvaluators();

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_FRAME_H
