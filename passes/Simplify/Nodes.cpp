//===- Nodes.cpp - making and reading primitives -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Small constants, primitives and attributes.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Simplify/Nodes.h"

#include "mlir/IR/Iterators.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace tandem;
using tandem::onnx::ConstantOp;
using tandem::onnx::NodeOp;

Value simplify::createIntegers(OpBuilder &builder, Location location,
                               ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())},
                                    builder.getI64Type());
  return ConstantOp::create(builder, location, type,
                            DenseElementsAttr::get(type, values));
}

Value simplify::createInteger(OpBuilder &builder, Location location,
                              int64_t value) {
  auto type = RankedTensorType::get({}, builder.getI64Type());
  return ConstantOp::create(builder, location, type,
                            DenseElementsAttr::get(type, value));
}

Value simplify::createNone(OpBuilder &builder, Location location) {
  return onnx::NoneOp::create(builder, location, builder.getNoneType());
}

Value simplify::createPrimitive(OpBuilder &builder, Location location,
                                StringRef opType, Type type, ValueRange inputs,
                                ArrayRef<NamedAttribute> attributes) {
  return NodeOp::create(builder, location, opType, type, inputs,
                        builder.getDictionaryAttr(attributes))
      .getResult(0);
}

NodeOp simplify::getPrimitive(Value value, StringRef opType) {
  auto node = value ? value.getDefiningOp<NodeOp>() : NodeOp();
  return node && node.isPrimitive(opType) ? node : NodeOp();
}

DenseElementsAttr simplify::getElements(Value value) {
  auto constant = value ? value.getDefiningOp<ConstantOp>() : ConstantOp();
  return constant ? dyn_cast<DenseElementsAttr>(constant.getValue())
                  : DenseElementsAttr();
}

std::optional<double> simplify::getUniformNumber(Value value) {
  DenseElementsAttr elements = getElements(value);
  if (!elements || !elements.isSplat()) {
    return std::nullopt;
  }
  if (auto floats = dyn_cast<DenseFPElementsAttr>(elements)) {
    bool losesInfo;
    APFloat number = floats.getSplatValue<APFloat>();
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    return number.convertToDouble();
  }
  if (elements.getElementType().isInteger(1)) {
    return elements.getSplatValue<APInt>().getZExtValue();
  }
  if (isa<IntegerType>(elements.getElementType())) {
    return elements.getSplatValue<APInt>().getSExtValue();
  }
  return std::nullopt;
}

void simplify::setAttribute(NodeOp node, StringRef name, Attribute value) {
  NamedAttrList attributes(node.getNodeAttributes());
  if (value) {
    attributes.set(name, value);
  } else {
    attributes.erase(name);
  }
  node.setNodeAttributesAttr(attributes.getDictionary(node.getContext()));
}

void simplify::replaceValue(Value old, Value value) {
  if (isa<onnx::UnknownType>(value.getType())) {
    value.setType(old.getType());
  }
  old.replaceAllUsesWith(value);
}

void simplify::eraseDeadNodes(Operation *module) {
  // Users come after what they use, so one walk from the end is enough.
  module->walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *operation) {
    if (isa<NodeOp, ConstantOp, onnx::NoneOp>(operation) &&
        isOpTriviallyDead(operation)) {
      operation->erase();
    }
  });
}
