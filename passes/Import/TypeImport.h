//===- TypeImport.h - types of ONNX as types of MLIR ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Element types, tensor types with their dimension names, and the rest as text.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_TYPEIMPORT_H
#define TANDEM_PASSES_IMPORT_TYPEIMPORT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/Error.h"

namespace onnx {
class TypeProto;
} // namespace onnx

namespace tandem::import {

/// Element type of TensorProto.DataType `dataType`, or an error that names it.
/// Signed integers are signless, unsigned ones `ui`, booleans `i1`.
llvm::Expected<mlir::Type> importElementType(int dataType,
                                             mlir::MLIRContext *context);

/// The name that ONNX gives to TensorProto.DataType `dataType`, or its number.
std::string getDataTypeName(int dataType);

/// A tensor type of static shape `dims`; an error where a dimension is negative
/// or the bytes exceed 63 bits.
llvm::Expected<mlir::RankedTensorType>
makeTensorType(llvm::ArrayRef<int64_t> dims, mlir::Type element);

/// `type` as a type of MLIR: a tensor, `!onnx.opaque` for sequences, maps and
/// optionals, `!onnx.unknown` where nothing is stated.
llvm::Expected<mlir::Type> importType(const ::onnx::TypeProto &type,
                                      mlir::MLIRContext *context);

/// The dimensions of a tensor `type`: integers, symbol names, "" where the file
/// says nothing. Null where the type has no shape.
mlir::ArrayAttr importDims(const ::onnx::TypeProto &type,
                           mlir::MLIRContext *context);

} // namespace tandem::import

#endif // TANDEM_PASSES_IMPORT_TYPEIMPORT_H
