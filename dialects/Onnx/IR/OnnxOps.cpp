//===- OnnxOps.cpp - the onnx dialect ---------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Registration, accessors and verifiers of the onnx dialect.
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Onnx/IR/OnnxOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tandem::onnx;

#include "tandem/dialects/Onnx/IR/OnnxDialect.cpp.inc"
#include "tandem/dialects/Onnx/IR/PayloadInterface.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "tandem/dialects/Onnx/IR/OnnxTypes.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "tandem/dialects/Onnx/IR/OnnxAttributes.cpp.inc"

#define GET_OP_CLASSES
#include "tandem/dialects/Onnx/IR/OnnxOps.cpp.inc"

void OnnxDialect::initialize() {
  registerTypes();
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "tandem/dialects/Onnx/IR/OnnxOps.cpp.inc"
      >();
}

void OnnxDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "tandem/dialects/Onnx/IR/OnnxTypes.cpp.inc"
      >();
}

void OnnxDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "tandem/dialects/Onnx/IR/OnnxAttributes.cpp.inc"
      >();
}

void tandem::onnx::assume(Operation *operation, StringRef sentence) {
  auto module = dyn_cast<ModuleOp>(operation);
  if (!module) {
    module = operation->getParentOfType<ModuleOp>();
  }
  SmallVector<Attribute> sentences;
  StringRef name = OnnxDialect::getAssumptionsAttrName();
  if (auto known = module->getAttrOfType<ArrayAttr>(name)) {
    llvm::append_range(sentences, known);
  }
  auto added = StringAttr::get(module.getContext(), sentence);
  if (!llvm::is_contained(sentences, added)) {
    sentences.push_back(added);
    module->setAttr(name, ArrayAttr::get(module.getContext(), sentences));
  }
}

SmallVector<TypedAttr> tandem::onnx::getPayloads(TypedAttr value) {
  if (auto composite = dyn_cast<PayloadInterface>(value)) {
    return composite.getPayloadList();
  }
  return {value};
}

std::optional<int64_t> tandem::onnx::getByteSize(ShapedType type) {
  Type element = type.getElementType();
  unsigned count = 1;
  if (auto complex = dyn_cast<ComplexType>(element)) {
    element = complex.getElementType();
    count = 2;
  }
  if (!type.hasStaticShape() || !element.isIntOrFloat()) {
    return std::nullopt;
  }
  unsigned bits = element.getIntOrFloatBitWidth();
  unsigned __int128 total = uint64_t(count) * (bits == 1 ? 8 : bits);
  for (int64_t dim : type.getShape()) {
    total *= uint64_t(dim);
    if (total > INT64_MAX) {
      return std::nullopt;
    }
  }
  return int64_t((total + 7) / 8);
}

Operation *OnnxDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                            Type type, Location loc) {
  auto typed = dyn_cast<TypedAttr>(value);
  if (!typed || typed.getType() != type ||
      !isa<ElementsAttr, WeightAttr, PayloadInterface>(value)) {
    return nullptr;
  }
  return ConstantOp::create(builder, loc, type, typed);
}

//===----------------------------------------------------------------------===//
// NodeOp
//===----------------------------------------------------------------------===//

void NodeOp::build(OpBuilder &builder, OperationState &state, StringRef opType,
                   TypeRange results, ValueRange inputs,
                   DictionaryAttr attributes) {
  if (!attributes) {
    attributes = builder.getDictionaryAttr({});
  }
  build(builder, state, results, builder.getStringAttr(opType),
        /*domain=*/StringAttr(), /*overload=*/StringAttr(),
        /*opset=*/IntegerAttr(), inputs, attributes,
        /*subgraph_names=*/ArrayAttr(), /*subgraphsCount=*/0);
}

int64_t NodeOp::getInt(StringRef name, int64_t fallback) {
  auto value = dyn_cast_or_null<IntegerAttr>(getAttribute(name));
  return value ? value.getValue().getSExtValue() : fallback;
}

double NodeOp::getFloat(StringRef name, double fallback) {
  auto value = dyn_cast_or_null<FloatAttr>(getAttribute(name));
  return value ? value.getValueAsDouble() : fallback;
}

StringRef NodeOp::getString(StringRef name, StringRef fallback) {
  auto value = dyn_cast_or_null<StringAttr>(getAttribute(name));
  return value ? value.getValue() : fallback;
}

SmallVector<int64_t> NodeOp::getInts(StringRef name) {
  SmallVector<int64_t> result;
  Attribute value = getAttribute(name);
  if (auto dense = dyn_cast_or_null<DenseI64ArrayAttr>(value)) {
    llvm::append_range(result, dense.asArrayRef());
  }
  return result;
}

Value NodeOp::getInput(unsigned index) {
  if (index >= getInputs().size() ||
      isa<NoneType>(getInputs()[index].getType())) {
    return {};
  }
  return getInputs()[index];
}

std::string NodeOp::getQualifiedName() {
  std::string name = getOpType().str();
  if (getDomain() && !getDomain()->empty()) {
    name = getDomain()->str() + "." + name;
  }
  return name;
}

/// Operators whose result is not a function of their inputs.
static bool isRandom(StringRef opType) {
  return llvm::is_contained({"Bernoulli", "Multinomial", "RandomNormal",
                             "RandomNormalLike", "RandomUniform",
                             "RandomUniformLike"},
                            opType);
}

void NodeOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  if (isRandom(getOpType())) {
    effects.emplace_back(MemoryEffects::Write::get());
  }
}

LogicalResult NodeOp::verify() {
  if (getOpType().empty()) { // C1
    return emitOpError("has an empty operator name; expected one such as "
                       "\"MatMul\"");
  }
  size_t names = getSubgraphNames() ? getSubgraphNames()->size() : 0;
  if (names != getSubgraphs().size()) { // C2
    return emitOpError("has ") << getSubgraphs().size() << " subgraphs and "
                               << names << " subgraph names, expected as many";
  }
  for (Region &region : getSubgraphs()) { // C3
    if (!region.hasOneBlock() || region.front().empty() ||
        !isa<YieldOp>(region.front().back())) {
      return emitOpError("has a subgraph that is not one block ending in "
                         "'onnx.yield'");
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// ConstantOp
//===----------------------------------------------------------------------===//

LogicalResult ConstantOp::verify() {
  if (!isa<ElementsAttr, WeightAttr, PayloadInterface>(getValue())) { // C1
    return emitOpError(
               "value is neither elements nor '#onnx.weight' nor made of "
               "these: ")
           << getValue();
  }
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }
