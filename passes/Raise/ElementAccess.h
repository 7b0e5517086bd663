//===- ElementAccess.h - what an element of a value is ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the access relation of a value: element v[i, j, ...] as an
// expression of elements of other values. Movement (Reshape, Transpose, Expand,
// Slice, Concat, Split, Gather, ...), index arithmetic, comparisons and
// element-wise arithmetic are followed; everything else is a leaf. So two
// graphs that move data differently to the same effect have equal expressions.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_RAISE_ELEMENTACCESS_H
#define TANDEM_PASSES_RAISE_ELEMENTACCESS_H

#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/passes/Primitives/SymbolicShapes.h"
#include "tandem/passes/Raise/Elements.h"

namespace tandem::raise {

/// Computes access relations in one module.
class ElementAccess {
public:
  /// For queries about values below `root`, in work that grows with its size.
  ElementAccess(mlir::Operation *root, primitives::SymbolicShapes &shapes);
  /// Remarks that the work was cut short, where it was.
  ~ElementAccess();

  primitives::SymbolicShapes &shapes;
  Elements elements;

  /// The dimensions of `value`; absent where its rank is unknown.
  std::optional<llvm::ArrayRef<Polynomial>> getShape(mlir::Value value) const {
    return shapes.getShape(value);
  }

  /// A fresh index for each dimension of `value`, whose shape is known.
  Indices makeIndices(mlir::Value value);

  /// Element `indices` of `value`; a load of `value` where no more is known.
  /// Values for which `isLeaf` holds are not looked into.
  Element get(mlir::Value value, llvm::ArrayRef<Polynomial> indices,
              llvm::function_ref<bool(mlir::Value)> isLeaf = nullptr);

  /// Whether `value` equals `source` element by element, and in shape.
  bool isSame(mlir::Value value, mlir::Value source);

private:
  /// The expression of an element of a node's result, or null for a leaf.
  Element expand(onnx::NodeOp node, unsigned result,
                 llvm::ArrayRef<Polynomial> indices);
  Element expandMovement(onnx::NodeOp node, unsigned result,
                         llvm::ArrayRef<Polynomial> indices);
  Element expandArithmetic(onnx::NodeOp node,
                           llvm::ArrayRef<Polynomial> indices);
  Element expandCondition(onnx::NodeOp node,
                          llvm::ArrayRef<Polynomial> indices);
  Element expandConstant(onnx::ConstantOp constant,
                         llvm::ArrayRef<Polynomial> indices);

  /// An element of the result of a lookup in a table.
  Element lookUp(transformer::EmbeddingOp rows,
                 llvm::ArrayRef<Polynomial> indices);

  Element reshape(mlir::Value source, mlir::Value result,
                  llvm::ArrayRef<Polynomial> indices);
  Element slice(onnx::NodeOp node, llvm::ArrayRef<Polynomial> indices);
  Element split(onnx::NodeOp node, unsigned result,
                llvm::ArrayRef<Polynomial> indices);
  Element concat(onnx::NodeOp node, llvm::ArrayRef<Polynomial> indices);
  Element gather(onnx::NodeOp node, llvm::ArrayRef<Polynomial> indices);
  Element gatherNd(onnx::NodeOp node, llvm::ArrayRef<Polynomial> indices);
  Element outerProduct(onnx::NodeOp node, llvm::ArrayRef<Polynomial> indices);
  Element trilu(onnx::NodeOp node, llvm::ArrayRef<Polynomial> indices);
  Element cast(onnx::NodeOp node, llvm::ArrayRef<Polynomial> indices);
  /// Operand `index` of an element-wise node, broadcast to its result.
  Element broadcast(onnx::NodeOp node, unsigned index,
                    llvm::ArrayRef<Polynomial> indices);
  /// Element `indices` of `value` within the current query.
  Element at(mlir::Value value, llvm::ArrayRef<Polynomial> indices);
  /// The value of a tensor with one element as an integer.
  std::optional<Polynomial> scalar(mlir::Value value);
  /// Element `index` of an integer vector.
  std::optional<Polynomial> vectorAt(mlir::Value value, int64_t index);

  llvm::function_ref<bool(mlir::Value)> isLeaf;
  unsigned depth = 0;
  unsigned visits = 0;
  uint64_t budget; ///< values that queries may still visit
  mlir::Operation *root;
};

} // namespace tandem::raise

#endif // TANDEM_PASSES_RAISE_ELEMENTACCESS_H
