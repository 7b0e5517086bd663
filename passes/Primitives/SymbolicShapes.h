//===- SymbolicShapes.h - symbolic shapes of a program ----- -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides an analysis: the shape of every value as polynomials over the
// symbols of the file's dimensions, and what small integer tensors hold.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_SYMBOLICSHAPES_H
#define TANDEM_PASSES_PRIMITIVES_SYMBOLICSHAPES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"

#include "tandem/passes/Primitives/ShapeContext.h"

namespace tandem::primitives {

/// Symbolic shapes of a module, computed in the order of the program. Symbols
/// come from `onnx.dims` of the arguments of functions. A pass gets it by
/// `getAnalysis<SymbolicShapes>()`; after it has changed the program it may
/// state what it knows of new values by `setFacts` or `visit`. Facts are kept
/// by address, so a pass that erases operations while it asks does so through a
/// rewriter that this listens to.
class SymbolicShapes : public mlir::RewriterBase::Listener {
public:
  explicit SymbolicShapes(mlir::Operation *module);

  /// What is known of `value`; nothing for values of unknown operators.
  const TensorFacts &getFacts(mlir::Value value) const;
  /// The dimensions of `value`; absent where its rank is not known.
  std::optional<llvm::ArrayRef<Polynomial>> getShape(mlir::Value value) const;
  /// The integers that `value` holds, where all are known as numbers.
  std::optional<llvm::SmallVector<int64_t>>
  getIntegers(mlir::Value value) const;
  /// The elements that `value` holds, where all are known as polynomials.
  std::optional<Dimensions> getElements(mlir::Value value) const;
  /// The tensor type that the facts of `value` give, or null.
  mlir::Type getType(mlir::Value value) const;

  /// The symbols and assumptions.
  SymbolSpace &getSymbols() { return space; }
  /// Whether the program contradicts itself; errors have been emitted.
  bool hasErrors() const { return isContradictory; }

  /// Computes the facts of the results of `operation`, nested ones included.
  void visit(mlir::Operation *operation);
  /// Drops the facts of the operation's results and of its regions' arguments.
  void notifyOperationErased(mlir::Operation *operation) override;
  /// States the facts of a value.
  void setFacts(mlir::Value value, TensorFacts facts) {
    known[value] = std::move(facts);
  }

private:
  void visitFunction(mlir::func::FuncOp function);
  void visitBlock(mlir::Block &block);
  void visitNode(onnx::NodeOp node);
  void visitIf(onnx::NodeOp node);
  void boundFacts(mlir::Value value, TensorFacts &facts);
  void visitReturn(mlir::func::ReturnOp op);
  TensorFacts readType(mlir::Value value, mlir::ArrayAttr dimensions = {});
  TensorFacts readConstant(onnx::ConstantOp constant);
  TensorFacts merge(mlir::Value result, const TensorFacts &a,
                    const TensorFacts &b);

  SymbolSpace space;
  llvm::DenseMap<mlir::Value, TensorFacts> known;
  bool isContradictory = false;
};

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_SYMBOLICSHAPES_H
