//===- TransformerOps.h - the transformer dialect ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the dialect, its types, attributes and operations. Relies on MLIR
// and the onnx dialect's payloads.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_H
#define TANDEM_DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"

#include "tandem/dialects/Transformer/IR/TransformerDialect.h.inc"
#include "tandem/dialects/Transformer/IR/TransformerEnums.h.inc"

#define GET_TYPEDEF_CLASSES
#include "tandem/dialects/Transformer/IR/TransformerTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "tandem/dialects/Transformer/IR/TransformerAttributes.h.inc"

#define GET_OP_CLASSES
#include "tandem/dialects/Transformer/IR/TransformerOps.h.inc"

#endif // TANDEM_DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_H
