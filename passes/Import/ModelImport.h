//===- ModelImport.h - a parsed model as a module ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Module attributes, functions and the main graph.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_MODELIMPORT_H
#define TANDEM_PASSES_IMPORT_MODELIMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "tandem/passes/Import/OnnxImporter.h"
#include "tandem/passes/Import/Reporter.h"

namespace onnx {
class ModelProto;
} // namespace onnx

namespace tandem::import {

/// Fills `module`, empty, from `model`, thinned. Where problems were reported,
/// the module is not meant to be used.
void importModel(const ::onnx::ModelProto &model, WeightFiles &files,
                 Reporter &reporter, const ImportLimits &limits,
                 mlir::ModuleOp module);

} // namespace tandem::import

#endif // TANDEM_PASSES_IMPORT_MODELIMPORT_H
