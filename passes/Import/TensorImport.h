//===- TensorImport.h - tensors of ONNX as attributes -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Small tensors become dense elements, the rest references into files.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_TENSORIMPORT_H
#define TANDEM_PASSES_IMPORT_TENSORIMPORT_H

#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "tandem/passes/Import/WeightFiles.h"

namespace onnx {
class SparseTensorProto;
class TensorProto;
} // namespace onnx

namespace tandem::import {

/// A tensor in a file stays there above this many bytes.
constexpr int64_t kDenseBytes = 1024;

/// `tensor`, thinned, as dense elements or `#onnx.weight`.
llvm::Expected<mlir::TypedAttr> importTensor(const ::onnx::TensorProto &tensor,
                                             WeightFiles &files,
                                             mlir::MLIRContext *context);

/// `tensor` as dense elements; an error above 1 MiB.
llvm::Expected<mlir::TypedAttr>
importSparseTensor(const ::onnx::SparseTensorProto &tensor, WeightFiles &files,
                   mlir::MLIRContext *context);

} // namespace tandem::import

#endif // TANDEM_PASSES_IMPORT_TENSORIMPORT_H
