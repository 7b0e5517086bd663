//===- DeployOps.h - the deploy dialect -------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides the dialect, its types, attributes and operations. Relies on MLIR
// only.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_DEPLOY_IR_DEPLOYOPS_H
#define TANDEM_DIALECTS_DEPLOY_IR_DEPLOYOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "tandem/dialects/Deploy/IR/Work.h"

#include "tandem/dialects/Deploy/IR/DeployDialect.h.inc"
#include "tandem/dialects/Deploy/IR/DeployEnums.h.inc"

namespace tandem::deploy {
class ChipAttr;
} // namespace tandem::deploy
#include "tandem/dialects/Deploy/IR/ChipInterface.h.inc"

#define GET_TYPEDEF_CLASSES
#include "tandem/dialects/Deploy/IR/DeployTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "tandem/dialects/Deploy/IR/DeployAttributes.h.inc"

#define GET_OP_CLASSES
#include "tandem/dialects/Deploy/IR/DeployOps.h.inc"

#endif // TANDEM_DIALECTS_DEPLOY_IR_DEPLOYOPS_H
