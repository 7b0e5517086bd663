//===- AttributeImport.h - attributes of ONNX nodes -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every kind of attribute but graphs, which become regions.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_ATTRIBUTEIMPORT_H
#define TANDEM_PASSES_IMPORT_ATTRIBUTEIMPORT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "tandem/passes/Import/WeightFiles.h"

namespace onnx {
class AttributeProto;
} // namespace onnx

namespace tandem::import {

/// The value of `attribute`: `f32`, `i64`, a string, an array of these, a
/// tensor, a type, or `#onnx.ref` where it refers to the enclosing function.
/// Errors: a value of another kind than its type says.
llvm::Expected<mlir::Attribute>
importAttribute(const ::onnx::AttributeProto &attribute, WeightFiles &files,
                mlir::MLIRContext *context);

/// The value of a Constant node that has this one attribute.
llvm::Expected<mlir::TypedAttr>
importConstant(const ::onnx::AttributeProto &attribute, WeightFiles &files,
               mlir::MLIRContext *context);

} // namespace tandem::import

#endif // TANDEM_PASSES_IMPORT_ATTRIBUTEIMPORT_H
