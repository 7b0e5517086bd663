//===- Passes.h - passes of the import stage --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Generated declarations; the passes are described in Passes.td.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_PASSES_H
#define TANDEM_PASSES_IMPORT_PASSES_H

#include <memory>

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"

namespace tandem {

#define GEN_PASS_DECL
#include "tandem/passes/Import/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "tandem/passes/Import/Passes.h.inc"

} // namespace tandem

#endif // TANDEM_PASSES_IMPORT_PASSES_H
