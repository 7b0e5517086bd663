//===- SymbolicShapes.cpp - symbolic shapes of a program --- -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One pass over the program; repeated while it makes assumptions, because an
// assumption made late may decide an earlier shape. Every assumption binds a
// symbol, so the repetition ends.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/SymbolicShapes.h"

#include "llvm/ADT/TypeSwitch.h"

#include "tandem/passes/Primitives/Primitives.h"
#include "tandem/passes/Primitives/TransformerShapes.h"

using namespace mlir;
using namespace tandem::primitives;
using tandem::onnx::ConstantOp;
using tandem::onnx::NodeOp;
using tandem::onnx::OnnxDialect;

/// Numbers the symbols of arguments in their order, whatever order assumptions
/// name them in: the younger of two equal symbols is the one that goes.
static void internSymbols(Operation *module, SymbolSpace &space) {
  module->walk([&](func::FuncOp function) {
    for (unsigned i = 0; i < function.getNumArguments(); ++i) {
      auto dimensions = function.getArgAttrOfType<ArrayAttr>(
          i, OnnxDialect::getDimsAttrName());
      for (Attribute dimension :
           dimensions ? dimensions.getValue() : ArrayRef<Attribute>()) {
        auto symbol = dyn_cast<StringAttr>(dimension);
        if (symbol && !symbol.getValue().empty()) {
          space.keepDimension(space.parse(symbol.getValue()));
        }
      }
    }
  });
}

SymbolicShapes::SymbolicShapes(Operation *module) {
  internSymbols(module, space);
  if (auto recorded = module->getAttrOfType<ArrayAttr>(
          OnnxDialect::getAssumptionsAttrName())) {
    for (auto text : recorded.getAsRange<StringAttr>()) {
      space.assume(text.getValue());
    }
  }
  size_t before;
  do {
    before = space.getAssumptions().size();
    known.clear();
    module->walk([&](func::FuncOp function) { visitFunction(function); });
  } while (!isContradictory && space.getAssumptions().size() != before);
}

const TensorFacts &SymbolicShapes::getFacts(Value value) const {
  static const TensorFacts nothing;
  auto entry = known.find(value);
  return entry == known.end() ? nothing : entry->second;
}

void SymbolicShapes::notifyOperationErased(Operation *operation) {
  for (Value result : operation->getResults()) {
    known.erase(result);
  }
  for (Region &region : operation->getRegions()) {
    for (Block &block : region) {
      for (BlockArgument argument : block.getArguments()) {
        known.erase(argument);
      }
    }
  }
}

std::optional<ArrayRef<Polynomial>>
SymbolicShapes::getShape(Value value) const {
  const TensorFacts &facts = getFacts(value);
  if (!facts.shape) {
    return std::nullopt;
  }
  return ArrayRef(*facts.shape);
}

std::optional<SmallVector<int64_t>>
SymbolicShapes::getIntegers(Value value) const {
  return getFacts(value).getIntegers();
}

std::optional<Dimensions> SymbolicShapes::getElements(Value value) const {
  return getFacts(value).getElements();
}

Type SymbolicShapes::getType(Value value) const {
  const TensorFacts &facts = getFacts(value);
  if (!facts.isKnown()) {
    return {};
  }
  SmallVector<int64_t> dimensions;
  for (const Polynomial &dimension : *facts.shape) {
    std::optional<int64_t> number = dimension.getConstant();
    dimensions.push_back(number && *number >= 0 ? *number
                                                : ShapedType::kDynamic);
  }
  return RankedTensorType::get(dimensions, facts.elementType);
}

//===----------------------------------------------------------------------===//
// Facts from types and constants
//===----------------------------------------------------------------------===//

/// The symbol of a dimension of `value` that nothing tells.
static Polynomial getUnknownDimension(SymbolSpace &space, Value value,
                                      unsigned axis) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    return space.getComputedDimension("argument", argument.getArgNumber(),
                                      axis);
  }
  StringRef name = "value";
  if (auto location = value.getLoc()->findInstanceOf<NameLoc>()) {
    name = location.getName();
  }
  return space.getComputedDimension(
      name, cast<OpResult>(value).getResultNumber(), axis);
}

TensorFacts SymbolicShapes::readType(Value value, ArrayAttr dimensions) {
  TensorFacts facts;
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type) {
    return facts;
  }
  facts.elementType = type.getElementType();
  facts.shape = Dimensions();
  for (auto [axis, length] : llvm::enumerate(type.getShape())) {
    StringAttr symbol;
    if (dimensions && axis < dimensions.size()) {
      symbol = dyn_cast<StringAttr>(dimensions[axis]);
    }
    if (!ShapedType::isDynamic(length)) {
      facts.shape->push_back(length);
    } else if (symbol && !symbol.getValue().empty()) {
      facts.shape->push_back(space.resolve(space.parse(symbol.getValue())));
    } else {
      facts.shape->push_back(
          space.resolve(getUnknownDimension(space, value, axis)));
    }
    // The type may be the result of an assumption that is not recorded yet.
    if (!ShapedType::isDynamic(length) && symbol) {
      space.assumeEqual(space.parse(symbol.getValue()), length,
                        "type of an argument");
    }
  }
  return facts;
}

TensorFacts SymbolicShapes::readConstant(ConstantOp constant) {
  TensorFacts facts = readType(constant.getOutput());
  auto elements = dyn_cast<DenseIntElementsAttr>(constant.getValue());
  if (!elements || elements.getNumElements() > TensorFacts::maxContents) {
    return facts;
  }
  auto type = cast<IntegerType>(elements.getElementType());
  bool isUnsigned = type.isUnsigned() || type.getWidth() == 1;
  facts.contents.emplace();
  for (const APInt &element : elements) {
    facts.contents->push_back(Polynomial(isUnsigned ? element.getZExtValue()
                                                    : element.getSExtValue()));
  }
  return facts;
}

TensorFacts SymbolicShapes::merge(Value result, const TensorFacts &a,
                                  const TensorFacts &b) {
  TensorFacts facts;
  if (!a.isKnown() || !b.isKnown() || a.elementType != b.elementType ||
      a.shape->size() != b.shape->size()) {
    return facts;
  }
  facts.elementType = a.elementType;
  facts.shape = Dimensions();
  for (auto [axis, pair] : llvm::enumerate(llvm::zip(*a.shape, *b.shape))) {
    auto &[left, right] = pair;
    facts.shape->push_back(
        left == right ? left : getUnknownDimension(space, result, axis));
  }
  if (a.contents == b.contents) {
    facts.contents = a.contents;
  }
  return facts;
}

//===----------------------------------------------------------------------===//
// The program
//===----------------------------------------------------------------------===//

void SymbolicShapes::visitFunction(func::FuncOp function) {
  if (function.isExternal()) {
    return;
  }
  for (BlockArgument argument : function.getArguments()) {
    known[argument] = readType(
        argument, function.getArgAttrOfType<ArrayAttr>(
                      argument.getArgNumber(), OnnxDialect::getDimsAttrName()));
  }
  for (Block &block : function.getBody()) {
    visitBlock(block);
  }
}

void SymbolicShapes::visitBlock(Block &block) {
  for (Operation &operation : block) {
    visit(&operation);
  }
}

void SymbolicShapes::visit(Operation *operation) {
  llvm::TypeSwitch<Operation *>(operation)
      .Case([&](NodeOp node) { visitNode(node); })
      .Case([&](ConstantOp constant) {
        known[constant.getOutput()] = readConstant(constant);
      })
      .Case([&](func::ReturnOp op) { visitReturn(op); })
      .Default([&](Operation *other) {
        for (Value result : other->getResults()) {
          known[result] = readType(result);
        }
        inferTransformerShapes(other, *this);
      });
}

/// Whether the shape function of the table applies: the node is a primitive or
/// of a contributed domain, whose only version is 1.
static const Primitive *findRow(NodeOp node) {
  bool isConverted = !node.getOpset() || node.getDomain();
  return isConverted ? findPrimitive(node.getQualifiedName()) : nullptr;
}

/// Large dimensions become symbols, large elements unknown: a chain of products
/// would double them with each node.
void SymbolicShapes::boundFacts(Value value, TensorFacts &facts) {
  if (facts.shape) {
    for (auto [axis, dimension] : llvm::enumerate(*facts.shape)) {
      if (dimension.isLarge()) {
        dimension = getUnknownDimension(space, value, axis);
      }
    }
  }
  for (std::optional<Polynomial> &element :
       facts.contents ? MutableArrayRef(*facts.contents)
                      : MutableArrayRef<std::optional<Polynomial>>()) {
    if (element && element->isLarge()) {
      element.reset();
    }
  }
  llvm::erase_if(facts.indexBounds,
                 [](const Polynomial &bound) { return bound.isLarge(); });
}

void SymbolicShapes::visitNode(NodeOp node) {
  if (node.getOpType() == "If" && node.getSubgraphs().size() == 2) {
    return visitIf(node);
  }
  for (Region &region : node.getSubgraphs()) {
    for (BlockArgument argument : region.getArguments()) {
      known[argument] = readType(argument);
    }
    visitBlock(region.front());
  }
  SmallVector<TensorFacts, 0> inputs;
  for (Value input : node.getInputs()) {
    inputs.push_back(getFacts(input));
  }
  ShapeContext context(node, space, inputs);
  const Primitive *row = findRow(node);
  if (row && row->inferShapes && row->takesInputs(inputs.size()) &&
      failed(row->inferShapes(context))) {
    isContradictory = true;
  }
  for (auto [result, facts] :
       llvm::zip(node.getResults(), context.getResults())) {
    boundFacts(result, facts);
    known[result] = facts.isKnown() ? facts : readType(result);
  }
}

void SymbolicShapes::visitIf(NodeOp node) {
  SmallVector<SmallVector<TensorFacts, 0>> yields;
  for (Region &region : node.getSubgraphs()) {
    visitBlock(region.front());
    SmallVector<TensorFacts, 0> &facts = yields.emplace_back();
    for (Value output : region.front().getTerminator()->getOperands()) {
      facts.push_back(getFacts(output));
    }
  }
  for (auto [index, result] : llvm::enumerate(node.getResults())) {
    known[result] = index < yields[0].size() && index < yields[1].size()
                        ? merge(result, yields[0][index], yields[1][index])
                        : readType(result);
  }
}

/// Names the result of a function in an assumption.
static std::string describeResult(func::FuncOp function, unsigned index) {
  auto name = function.getResultAttrOfType<StringAttr>(
      index, OnnxDialect::getNameAttrName());
  return name ? "declared shape of " + name.getValue().str()
              : "declared shape of result " + std::to_string(index);
}

/// The file states the dimensions of its results in its own symbols
/// (total_sequence_length); they equal what was inferred. Numbers are not
/// taken from there: exporters trace some ("1") that do not hold.
void SymbolicShapes::visitReturn(func::ReturnOp op) {
  auto function = op->getParentOfType<func::FuncOp>();
  for (auto [index, value] : llvm::enumerate(op.getOperands())) {
    auto declared = function.getResultAttrOfType<ArrayAttr>(
        index, OnnxDialect::getDimsAttrName());
    const TensorFacts &facts = getFacts(value);
    if (!declared || !facts.shape || declared.size() != facts.shape->size()) {
      continue;
    }
    for (auto [attribute, inferred] : llvm::zip(declared, *facts.shape)) {
      auto text = dyn_cast<StringAttr>(attribute);
      Polynomial dimension = text ? space.parse(text.getValue()) : 0;
      if (text && !text.getValue().empty() && !dimension.getConstant()) {
        space.assumeEqual(dimension, inferred, describeResult(function, index));
      }
    }
  }
}
