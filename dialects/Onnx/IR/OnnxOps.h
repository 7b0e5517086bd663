//===- OnnxOps.h - the onnx dialect -----------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the dialect, its types and attributes, and its operations. Relies on
// MLIR only.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_ONNX_IR_ONNXOPS_H
#define TANDEM_DIALECTS_ONNX_IR_ONNXOPS_H

#include <optional>

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "tandem/dialects/Onnx/IR/OnnxDialect.h.inc"
#include "tandem/dialects/Onnx/IR/PayloadInterface.h.inc"

namespace tandem::onnx {
/// Bytes that the elements of `type` take in a weight file: whole bytes per
/// element, booleans a byte each, types of 4 and 2 bits packed. Nothing where
/// the shape is not static, elements have no such size, or it exceeds 63 bits.
std::optional<int64_t> getByteSize(mlir::ShapedType type);

/// The tensors that the value of a constant is made of: itself, or the payloads
/// of a composite value.
llvm::SmallVector<mlir::TypedAttr> getPayloads(mlir::TypedAttr value);

/// Adds `sentence` to the assumptions of the module that is or holds
/// `operation`, unless it is there.
void assume(mlir::Operation *operation, llvm::StringRef sentence);
} // namespace tandem::onnx

#define GET_TYPEDEF_CLASSES
#include "tandem/dialects/Onnx/IR/OnnxTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "tandem/dialects/Onnx/IR/OnnxAttributes.h.inc"

#define GET_OP_CLASSES
#include "tandem/dialects/Onnx/IR/OnnxOps.h.inc"

#endif // TANDEM_DIALECTS_ONNX_IR_ONNXOPS_H
