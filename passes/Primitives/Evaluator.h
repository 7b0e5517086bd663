//===- Evaluator.h - programs run on tensors ---------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Evaluates functions of the source level's normal form, of the model level and
// of the deployment level: constant folding, golden vectors and every
// comparison of compiled code use it.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_EVALUATOR_H
#define TANDEM_PASSES_PRIMITIVES_EVALUATOR_H

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/passes/Primitives/Datum.h"
#include "tandem/passes/Primitives/Evaluation.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <functional>

namespace tandem::primitives {

/// The mapped bytes of a weight, as long as it says; empty where it has none.
using WeightReader = llvm::function_ref<llvm::ArrayRef<char>(onnx::WeightAttr)>;

/// How a function is evaluated.
struct EvaluatorOptions {
  EvaluationLimits limits;
  /// Rows of a `transformer.rotary_table`: the capacity in tokens.
  int64_t tableRows = 4096;
  /// Called with each operation and its results, for comparisons by layer.
  std::function<void(mlir::Operation *, llvm::ArrayRef<Datum>)> onResults;
};

/// Runs `function` on its arguments and returns what it returns. Values are
/// freed after their last use; weights are read where they are mapped. An error
/// names the location of the operation that failed.
llvm::Expected<llvm::SmallVector<Datum>>
evaluate(mlir::func::FuncOp function, llvm::ArrayRef<Datum> arguments,
         WeightReader readWeight, const EvaluatorOptions &options = {});

/// The same for a function of tensors only.
llvm::Expected<llvm::SmallVector<Tensor>>
evaluateTensors(mlir::func::FuncOp function, llvm::ArrayRef<Tensor> arguments,
                WeightReader readWeight, const EvaluatorOptions &options = {});

/// Constants no larger than this are folded.
inline constexpr int64_t foldedBytes = 64 << 10;

/// The results of a primitive on constant inputs (null where omitted), where
/// inputs and results are at most `maxBytes` each. Fails where it cannot be
/// evaluated; the caller then leaves the node.
mlir::FailureOr<llvm::SmallVector<mlir::ElementsAttr>>
foldPrimitive(onnx::NodeOp node, llvm::ArrayRef<mlir::ElementsAttr> inputs,
              int64_t maxBytes = foldedBytes);

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_EVALUATOR_H
