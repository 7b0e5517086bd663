//===- Evaluation.h - what an evaluator sees of its node ---------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the context that evaluators read their inputs from and give their
// results to. Relies on tensors only; subgraphs run through a callback.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_EVALUATION_H
#define TANDEM_PASSES_PRIMITIVES_EVALUATION_H

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/passes/Primitives/Indexing.h"
#include "tandem/passes/Primitives/Tensor.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

namespace tandem::primitives {

/// Bounds that an evaluation may not exceed; a node beyond them is an error.
struct EvaluationLimits {
  int64_t bytesPerResult = int64_t(1) << 40;
  /// Iterations of one Loop node.
  int64_t iterations = int64_t(1) << 32;
};

/// Runs subgraph `index` of a node on the values of its arguments.
using SubgraphRunner =
    llvm::function_ref<llvm::Expected<llvm::SmallVector<Tensor>>(
        unsigned index, llvm::ArrayRef<Tensor> arguments)>;

/// Inputs, attributes and results of one node.
class EvaluationContext {
public:
  EvaluationContext(onnx::NodeOp node, llvm::ArrayRef<Tensor> inputs,
                    const EvaluationLimits &limits, SubgraphRunner runSubgraph)
      : node(node), limits(limits), runSubgraph(runSubgraph), inputs(inputs),
        results(node->getNumResults()) {}

  onnx::NodeOp node;
  const EvaluationLimits &limits;
  SubgraphRunner runSubgraph;

  /// Input `index`; an empty tensor where it is omitted.
  const Tensor &getInput(unsigned index) const;

  llvm::ArrayRef<Tensor> getInputs() const { return inputs; }

  /// Whether input `index` is there.
  bool hasInput(unsigned index) const { return bool(getInput(index)); }

  /// The integers of input `index`, or `fallback` where it is omitted.
  Shape getIntegers(unsigned index,
                    llvm::ArrayRef<int64_t> fallback = {}) const;

  /// Whether the node has result `index` and something uses it.
  bool isResultUsed(unsigned index) const;

  /// Fails where a result of this type and shape would be beyond the limits.
  llvm::Error check(mlir::Type elementType,
                    llvm::ArrayRef<int64_t> shape) const;

  /// A result of zeros, within the limits.
  llvm::Expected<Tensor> allocate(mlir::Type elementType,
                                  llvm::ArrayRef<int64_t> shape) const;

  /// Sets result `index`; values that the node does not have are dropped.
  llvm::Error give(unsigned index, llvm::Expected<Tensor> value);

  /// Sets result 0.
  llvm::Error give(llvm::Expected<Tensor> value) {
    return give(0, std::move(value));
  }

  /// Sets result `index` to `values`, narrowed to the element type.
  template <typename Wide>
  llvm::Error give(unsigned index, mlir::Type elementType,
                   llvm::ArrayRef<int64_t> shape,
                   const std::vector<Wide> &values) {
    return give(index, Tensor::narrow<Wide>(elementType, shape, values));
  }

  llvm::MutableArrayRef<Tensor> getResults() { return results; }

  mlir::MLIRContext *getContext() const { return node->getContext(); }
  mlir::Type getInteger(unsigned width) const;
  mlir::Type getBool() const { return getInteger(1); }

private:
  llvm::ArrayRef<Tensor> inputs;
  llvm::SmallVector<Tensor, 2> results;
};

/// Fails unless the tensors have the same element type.
llvm::Error checkSameType(const Tensor &left, const Tensor &right);

/// Fails unless `tensor` has this rank; `name` is what the message calls it.
llvm::Error checkRank(const Tensor &tensor, int64_t rank, llvm::StringRef name);

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_EVALUATION_H
