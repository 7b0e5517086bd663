//===- Nodes.h - making and reading primitives -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides what the passes of the stage build and read: primitives, small
// constants and attributes.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_SIMPLIFY_NODES_H
#define TANDEM_PASSES_SIMPLIFY_NODES_H

#include "mlir/IR/Builders.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"

namespace tandem::simplify {

/// Makes a constant vector of int64.
mlir::Value createIntegers(mlir::OpBuilder &builder, mlir::Location location,
                           llvm::ArrayRef<int64_t> values);

/// Makes a constant scalar of int64.
mlir::Value createInteger(mlir::OpBuilder &builder, mlir::Location location,
                          int64_t value);

/// Makes the value that stands for an omitted input.
mlir::Value createNone(mlir::OpBuilder &builder, mlir::Location location);

/// Makes a primitive with one result.
mlir::Value
createPrimitive(mlir::OpBuilder &builder, mlir::Location location,
                llvm::StringRef opType, mlir::Type type,
                mlir::ValueRange inputs,
                llvm::ArrayRef<mlir::NamedAttribute> attributes = {});

/// The node that makes `value`, where that is primitive `opType`.
onnx::NodeOp getPrimitive(mlir::Value value, llvm::StringRef opType);

/// The elements of the constant that makes `value`; null for weights and
/// values that are no constants.
mlir::DenseElementsAttr getElements(mlir::Value value);

/// The number that every element of the constant `value` is.
std::optional<double> getUniformNumber(mlir::Value value);

/// Replaces attribute `name` of the ONNX node, or removes it by null.
void setAttribute(onnx::NodeOp node, llvm::StringRef name,
                  mlir::Attribute value);

/// Replaces `old` by `value`, which takes its type where it has none of its
/// own: a result of the graph keeps the type that the file states.
void replaceValue(mlir::Value old, mlir::Value value);

/// Erases nodes and constants of `module` that nothing uses.
void eraseDeadNodes(mlir::Operation *module);

} // namespace tandem::simplify

#endif // TANDEM_PASSES_SIMPLIFY_NODES_H
