//===- NodeMatching.h - questions about nodes -------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the small questions that recognisers ask of primitives and their
// constants, and the traversal that the passes of this stage share.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_RAISE_NODEMATCHING_H
#define TANDEM_PASSES_RAISE_NODEMATCHING_H

#include "mlir/IR/PatternMatch.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"

#include <optional>

namespace tandem::primitives {
class SymbolicShapes;
} // namespace tandem::primitives

namespace tandem::raise {

/// Whether `node` is operator `opType` of the internal opset.
bool isOperator(onnx::NodeOp node, llvm::StringRef opType);

/// Whether `node` is operator `opType` of domain com.microsoft.
bool isContribOperator(onnx::NodeOp node, llvm::StringRef opType);

/// The primitive `opType` that makes `value`, or null.
onnx::NodeOp definedBy(mlir::Value value, llvm::StringRef opType);

/// The value behind casts between floating-point types.
mlir::Value skipFloatCasts(mlir::Value value);

/// The constant's elements where it is small enough to be in the IR.
mlir::DenseElementsAttr constantElements(mlir::Value value);

/// The value of a floating-point or integer constant all of whose elements are
/// equal and which has at most one element.
std::optional<double> constantScalar(mlir::Value value);

/// The elements of an integer constant.
std::optional<llvm::SmallVector<int64_t>> constantInts(mlir::Value value);

/// Whether `value` is an initialiser or a Constant of the file.
bool isConstant(mlir::Value value);

/// The tensor type of `value`, or null where it has none.
mlir::RankedTensorType tensorType(mlir::Value value);

/// Whether `value` is a floating-point tensor.
bool isFloatTensor(mlir::Value value);

/// The size of the last dimension of `value`; dynamic where unknown.
int64_t widthOf(mlir::Value value);

/// Whether `value` is a tensor of shape [width].
bool isVectorOf(mlir::Value value, int64_t width);

/// Whether result `index` of `node` exists and is used.
bool isResultUsed(onnx::NodeOp node, unsigned index);

/// `axis` counted from the front in a tensor of the given rank.
int64_t positiveAxis(int64_t axis, int64_t rank);

/// Calls `raise` on each node below `root` in program order, then erases what
/// is unused. `raise` may erase the node it is given and no other, by the
/// rewriter, which `listener` listens to.
void raiseNodes(
    mlir::Operation *root,
    llvm::function_ref<void(onnx::NodeOp, mlir::IRRewriter &)> raise,
    mlir::OpBuilder::Listener *listener = nullptr);

/// Gives the result of `node` to its users as `value`, with what is known of
/// its shape, and reports that as `reportRaised` does.
void replaceRaised(onnx::NodeOp node, mlir::Value value,
                   mlir::IRRewriter &rewriter,
                   primitives::SymbolicShapes &shapes, llvm::StringRef pass,
                   const llvm::Twine &what);

/// Emits a remark of category `pass`: the operation at `where` was recognised.
void reportRaised(mlir::Location where, llvm::StringRef pass,
                  const llvm::Twine &what);

/// Emits a remark of category `pass`: why the operation was not recognised.
void reportMissed(mlir::Location where, llvm::StringRef pass,
                  const llvm::Twine &why);

/// The name in the file of an argument of the graph; "a value" where it is
/// none.
std::string inputName(mlir::Value value);

} // namespace tandem::raise

#endif // TANDEM_PASSES_RAISE_NODEMATCHING_H
