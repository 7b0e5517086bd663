//===- Precompiled.h - headers of the unit tests ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiled once for all unit tests that use MLIR; a matter of build time only.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_PRECOMPILED_H
#define TANDEM_TEST_PRECOMPILED_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

#endif // TANDEM_TEST_PRECOMPILED_H
