//===- ElementTypes.h - element types by their ONNX numbers ------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Maps TensorProto.DataType, which Cast and others carry as a number, to MLIR
// types.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_ELEMENTTYPES_H
#define TANDEM_PASSES_PRIMITIVES_ELEMENTTYPES_H

#include "mlir/IR/Types.h"

namespace tandem::primitives {

/// The element type of number `dataType` in TensorProto.DataType, or null where
/// tensors have no such elements.
mlir::Type getElementType(mlir::MLIRContext *context, int64_t dataType);

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_ELEMENTTYPES_H
