//===- DeployOps.cpp - the deploy dialect -----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Registration and verifiers of the deploy dialect.
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Deploy/IR/DeployOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tandem::deploy;

#include "tandem/dialects/Deploy/IR/DeployDialect.cpp.inc"
#include "tandem/dialects/Deploy/IR/DeployEnums.cpp.inc"

#include "tandem/dialects/Deploy/IR/ChipInterface.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "tandem/dialects/Deploy/IR/DeployTypes.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "tandem/dialects/Deploy/IR/DeployAttributes.cpp.inc"

#define GET_OP_CLASSES
#include "tandem/dialects/Deploy/IR/DeployOps.cpp.inc"

void DeployDialect::initialize() {
  registerTypes();
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "tandem/dialects/Deploy/IR/DeployOps.cpp.inc"
      >();
}

void DeployDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "tandem/dialects/Deploy/IR/DeployTypes.cpp.inc"
      >();
}

void DeployDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "tandem/dialects/Deploy/IR/DeployAttributes.cpp.inc"
      >();
}

ShapedType SlotAttr::getType() const {
  return cast<ShapedType>(getSource().getType());
}

LogicalResult PartOp::verify() {
  for (Attribute phase : getPhases()) { // C1
    Twine firstPiece = cast<StringAttr>(phase).getValue() + ".0";
    if (!mlir::SymbolTable::lookupSymbolIn(*this, cast<StringAttr>(phase)) &&
        !mlir::SymbolTable::lookupSymbolIn(
            *this, StringAttr::get(getContext(), firstPiece))) {
      return emitOpError("has no function for phase ") << phase;
    }
  }
  if (llvm::any_of(getMesh(), [](int64_t size) { return size < 1; }) ||
      static_cast<int64_t>(getStage()) < 0) { // C2
    return emitOpError("has mesh [")
           << getMesh() << "] and stage " << static_cast<int64_t>(getStage())
           << ", expected positive sizes and a stage of at least 0";
  }
  for (auto [index, weight] : llvm::enumerate(getWeights())) { // C3
    if (!isa<SlotAttr>(weight)) {
      return emitOpError("weight ")
             << index << " is " << weight << ", expected '#deploy.slot'";
    }
  }
  return success();
}

LogicalResult WeightOp::verify() {
  if (bool(getLayer()) != bool(getStride()) ||
      (getStride() && static_cast<int64_t>(*getStride()) < 1)) { // C1
    return emitOpError("has a layer or a stride alone, or a stride below 1; "
                       "expected 'base + layer * stride'");
  }
  auto part = (*this)->getParentOfType<PartOp>();
  if (!part || getLayer()) { // C2
    return success();
  }
  if (getBase() >= part.getWeights().size()) {
    return emitOpError("names entry ")
           << getBase() << ", but the part has " << part.getWeights().size()
           << " weights";
  }
  ShapedType type = part.getSlot(getBase()).getType();
  if (type != getOutput().getType()) {
    return emitOpError("has type ") << getOutput().getType() << ", but entry "
                                    << getBase() << " is " << type;
  }
  return success();
}

LogicalResult TransferOp::verify() {
  if (static_cast<int64_t>(getStage()) < 0) { // C1
    return emitOpError("has stage ")
           << static_cast<int64_t>(getStage()) << ", expected at least 0";
  }
  auto before = dyn_cast_or_null<TransferOp>((*this)->getPrevNode());
  if (before && (before.getChip() != getChip() ||
                 before.getStage() != getStage())) { // C2
    return emitOpError("goes to ")
           << getChip() << " stage " << getStage()
           << ", but the transfer before it to " << before.getChip()
           << " stage " << before.getStage();
  }
  return success();
}
