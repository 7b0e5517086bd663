//===- Passes.h - passes of stage raise -------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the passes that recognise transformer operations in primitives.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_RAISE_PASSES_H
#define TANDEM_PASSES_RAISE_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"

#include <functional>

namespace tandem {

/// The mapped bytes of a weight; empty where its file is not at hand.
using WeightBytes = std::function<llvm::ArrayRef<char>(onnx::WeightAttr)>;

/// tandem-narrow-scales over the files of a model.
std::unique_ptr<mlir::Pass> createNarrowScalesPass(WeightBytes readWeight);

#define GEN_PASS_DECL
#include "tandem/passes/Raise/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "tandem/passes/Raise/Passes.h.inc"

} // namespace tandem

#endif // TANDEM_PASSES_RAISE_PASSES_H
