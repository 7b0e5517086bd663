//===- ShapeContext.h - what a shape function works with ---------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the facts known of a value before the graph runs, and the context
// in which the shape function of a primitive derives those of its results.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_SHAPECONTEXT_H
#define TANDEM_PASSES_PRIMITIVES_SHAPECONTEXT_H

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/passes/Primitives/SymbolSpace.h"

namespace tandem::primitives {

/// The elements of a small integer or Boolean tensor, row-major; an element
/// that is not known is absent.
using Contents = llvm::SmallVector<std::optional<Polynomial>, 0>;

/// What is known of a value without running the graph.
struct TensorFacts {
  /// Contents are followed up to this number of elements.
  static constexpr int64_t maxContents = 64;

  mlir::Type elementType;          ///< null: unknown
  std::optional<Dimensions> shape; ///< absent: not even the rank is known
  std::optional<Contents> contents;
  /// Of an index tensor made by Range: it takes every value from 0 to this
  /// bound, less one, and no other. Several bounds are those of the columns of
  /// a tensor whose last dimension is as long.
  llvm::SmallVector<Polynomial, 0> indexBounds;

  /// Whether element type and rank are known.
  bool isKnown() const { return elementType && shape; }
  /// The contents where every element is a known integer.
  std::optional<llvm::SmallVector<int64_t>> getIntegers() const;
  /// The contents where every element is known.
  std::optional<Dimensions> getElements() const;
};

/// The number of elements of a tensor of `shape`.
Polynomial countElements(llvm::ArrayRef<Polynomial> shape);

/// Inputs, attributes and results of one node. A shape function that lacks
/// knowledge leaves a result unset; one that finds a contradiction emits an
/// error and fails.
class ShapeContext {
public:
  ShapeContext(onnx::NodeOp node, SymbolSpace &space,
               llvm::ArrayRef<TensorFacts> inputs);

  onnx::NodeOp node;
  SymbolSpace &space;

  /// Whether input `index` is given.
  bool has(unsigned index) const {
    return index < inputs.size() && present[index];
  }
  /// Whether input `index` is given, with element type and rank.
  bool isKnown(unsigned index) const {
    return has(index) && inputs[index].isKnown();
  }
  unsigned getNumInputs() const { return inputs.size(); }
  /// The facts of input `index`.
  const TensorFacts &getInput(unsigned index) const { return inputs[index]; }
  /// The dimensions of input `index`, which is known.
  const Dimensions &getShape(unsigned index) const {
    return *inputs[index].shape;
  }
  /// The rank of input `index`, which is known.
  int64_t getRank(unsigned index) const { return getShape(index).size(); }
  /// The element type of input `index`.
  mlir::Type getElementType(unsigned index) const {
    return inputs[index].elementType;
  }
  /// The contents of input `index` where it has rank 0 or 1, else null.
  const Contents *getVector(unsigned index) const {
    const TensorFacts &input = inputs[index];
    return input.contents && input.shape && input.shape->size() <= 1
               ? &*input.contents
               : nullptr;
  }
  /// The integers of input `index` where all are known.
  std::optional<llvm::SmallVector<int64_t>> getIntegers(unsigned index) const {
    return has(index) ? inputs[index].getIntegers() : std::nullopt;
  }

  /// The facts of result `index`, to be filled.
  TensorFacts &getResult(unsigned index) { return results[index]; }
  unsigned getNumResults() const { return results.size(); }
  llvm::MutableArrayRef<TensorFacts> getResults() { return results; }
  /// Sets result `index`; does nothing where the node has fewer results.
  void set(unsigned index, mlir::Type elementType, Dimensions shape);
  /// Sets the contents of result `index` unless there are too many.
  void setContents(unsigned index, Contents contents);

  /// `axis` of a tensor of `rank` counted from the front; fails with an error
  /// where it lies outside.
  mlir::FailureOr<int64_t> normalizeAxis(int64_t axis, int64_t rank);
  /// The dimension that two broadcast ones give.
  mlir::FailureOr<Polynomial> broadcast(const Polynomial &a,
                                        const Polynomial &b);
  /// The shape that two broadcast ones give.
  mlir::FailureOr<Dimensions> broadcast(llvm::ArrayRef<Polynomial> a,
                                        llvm::ArrayRef<Polynomial> b);
  /// States that two dimensions are equal; `what` names them in the error or
  /// in the assumption.
  mlir::LogicalResult requireEqual(const Polynomial &a, const Polynomial &b,
                                   llvm::StringRef what);
  /// A dimension that only running the graph tells: one symbol per result and
  /// `axis`.
  Polynomial getUnknownDimension(unsigned result, unsigned axis);

  /// Emits an error at the node, which names its operator.
  mlir::InFlightDiagnostic emitError();

private:
  llvm::SmallVector<TensorFacts, 0> inputs;
  llvm::SmallVector<bool> present;
  llvm::SmallVector<TensorFacts, 0> results;
};

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_SHAPECONTEXT_H
