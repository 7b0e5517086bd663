//===- PlanOps.cpp - launch plans of a part ---------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/IR/PlanOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tandem::nvidia;

#include "tandem/targets/Nvidia/IR/PlanDialect.cpp.inc"
#include "tandem/targets/Nvidia/IR/PlanEnums.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "tandem/targets/Nvidia/IR/PlanTypes.cpp.inc"

#define GET_OP_CLASSES
#include "tandem/targets/Nvidia/IR/PlanOps.cpp.inc"

void NvidiaDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "tandem/targets/Nvidia/IR/PlanTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "tandem/targets/Nvidia/IR/PlanOps.cpp.inc"
      >();
}
