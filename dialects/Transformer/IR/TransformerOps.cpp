//===- TransformerOps.cpp - the transformer dialect -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Registration of the dialect; verifiers are in TransformerVerifiers.cpp.
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Transformer/IR/TransformerOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tandem::transformer;

#include "tandem/dialects/Transformer/IR/TransformerDialect.cpp.inc"
#include "tandem/dialects/Transformer/IR/TransformerEnums.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "tandem/dialects/Transformer/IR/TransformerTypes.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "tandem/dialects/Transformer/IR/TransformerAttributes.cpp.inc"

#define GET_OP_CLASSES
#include "tandem/dialects/Transformer/IR/TransformerOps.cpp.inc"

void TransformerDialect::initialize() {
  registerTypes();
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "tandem/dialects/Transformer/IR/TransformerOps.cpp.inc"
      >();
}

void TransformerDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "tandem/dialects/Transformer/IR/TransformerTypes.cpp.inc"
      >();
}

void TransformerDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "tandem/dialects/Transformer/IR/TransformerAttributes.cpp.inc"
      >();
}

int64_t LinearOp::getK() {
  return cast<ShapedType>(getInput().getType()).getShape().back();
}

int64_t LinearOp::getN() {
  return cast<ShapedType>(getOutput().getType()).getShape().back();
}
