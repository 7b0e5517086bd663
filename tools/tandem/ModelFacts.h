//===- ModelFacts.h - what the manifest says of a model -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_MODELFACTS_H
#define TANDEM_TOOLS_TANDEM_MODELFACTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "tandem/targets/Runtime/Manifest.h"

namespace tandem {

/// Ids of tokens that @step takes are below this number: the rows of the
/// smallest table that they look up.
int64_t countTokenIds(mlir::func::FuncOp step);

/// Reads the facts off a program at the level after split.
runtime::ModelFacts describeModel(mlir::ModuleOp module);

/// The contract of the cache, without physical layouts, weights and digest;
/// `module` is at the level after split.
runtime::CacheContract describeCache(mlir::ModuleOp module, uint64_t capacity);

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_MODELFACTS_H
