//===- NodeMatching.cpp - questions about nodes -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Answers come from attributes and types alone and change nothing.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/NodeMatching.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "tandem/passes/Primitives/SymbolicShapes.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;

bool raise::isOperator(NodeOp node, StringRef opType) {
  return node && !node.getDomain() && node.getOpType() == opType;
}

bool raise::isContribOperator(NodeOp node, StringRef opType) {
  return node && node.getDomain() == "com.microsoft" &&
         node.getOpType() == opType;
}

NodeOp raise::definedBy(Value value, StringRef opType) {
  auto node = value ? value.getDefiningOp<NodeOp>() : NodeOp();
  return isOperator(node, opType) ? node : NodeOp();
}

Value raise::skipFloatCasts(Value value) {
  while (NodeOp cast = definedBy(value, "Cast")) {
    if (!isFloatTensor(cast.getInput(0)) || !isFloatTensor(value)) {
      break;
    }
    value = cast.getInput(0);
  }
  return value;
}

bool raise::isConstant(Value value) {
  return value && value.getDefiningOp<onnx::ConstantOp>();
}

DenseElementsAttr raise::constantElements(Value value) {
  auto constant =
      value ? value.getDefiningOp<onnx::ConstantOp>() : onnx::ConstantOp();
  return constant ? dyn_cast<DenseElementsAttr>(constant.getValue())
                  : DenseElementsAttr();
}

std::optional<double> raise::constantScalar(Value value) {
  DenseElementsAttr elements = constantElements(value);
  if (!elements || elements.getNumElements() != 1) {
    return std::nullopt;
  }
  if (isa<FloatType>(elements.getElementType())) {
    APFloat number = *elements.value_begin<APFloat>();
    bool losesInfo;
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    return number.convertToDouble();
  }
  if (isa<IntegerType>(elements.getElementType())) {
    return static_cast<double>((*elements.value_begin<APInt>()).getSExtValue());
  }
  return std::nullopt;
}

std::optional<SmallVector<int64_t>> raise::constantInts(Value value) {
  DenseElementsAttr elements = constantElements(value);
  if (!elements || !isa<IntegerType>(elements.getElementType())) {
    return std::nullopt;
  }
  SmallVector<int64_t> ints;
  for (const APInt &element : elements.getValues<APInt>()) {
    ints.push_back(element.getBitWidth() == 1 ? element.getZExtValue()
                                              : element.getSExtValue());
  }
  return ints;
}

RankedTensorType raise::tensorType(Value value) {
  return value ? dyn_cast<RankedTensorType>(value.getType())
               : RankedTensorType();
}

bool raise::isFloatTensor(Value value) {
  RankedTensorType type = tensorType(value);
  return type && isa<FloatType>(type.getElementType());
}

int64_t raise::widthOf(Value value) {
  RankedTensorType type = tensorType(value);
  return type && type.getRank() > 0 ? type.getShape().back()
                                    : ShapedType::kDynamic;
}

bool raise::isVectorOf(Value value, int64_t width) {
  RankedTensorType type = tensorType(value);
  return type && type.getRank() == 1 && type.getDimSize(0) == width;
}

bool raise::isResultUsed(NodeOp node, unsigned index) {
  return index < node->getNumResults() && !node->getResult(index).use_empty();
}

int64_t raise::positiveAxis(int64_t axis, int64_t rank) {
  return axis < 0 ? axis + rank : axis;
}

static void eraseUnused(Operation *root) {
  SmallVector<Operation *> operations;
  root->walk([&](Operation *operation) { operations.push_back(operation); });
  for (Operation *operation : llvm::reverse(operations)) {
    if (operation != root && isOpTriviallyDead(operation)) {
      operation->erase();
    }
  }
}

void raise::raiseNodes(Operation *root,
                       function_ref<void(NodeOp, IRRewriter &)> raise,
                       OpBuilder::Listener *listener) {
  SmallVector<NodeOp> nodes;
  root->walk([&](NodeOp node) { nodes.push_back(node); });
  IRRewriter rewriter(root->getContext(), listener);
  for (NodeOp node : nodes) {
    rewriter.setInsertionPoint(node);
    raise(node, rewriter);
  }
  eraseUnused(root);
}

void raise::reportRaised(Location where, StringRef pass, const Twine &what) {
  remark::passed(where, remark::RemarkOpts::name("raised").category(pass))
      << what.str();
}

void raise::reportMissed(Location where, StringRef pass, const Twine &why) {
  remark::missed(where, remark::RemarkOpts::name("not-raised").category(pass))
      << remark::reason("{0}", why.str());
}

void raise::replaceRaised(NodeOp node, Value value, IRRewriter &rewriter,
                          primitives::SymbolicShapes &shapes, StringRef pass,
                          const Twine &what) {
  shapes.setFacts(value, shapes.getFacts(node->getResult(0)));
  reportRaised(node.getLoc(), pass, what);
  rewriter.replaceAllUsesWith(node->getResult(0), value);
}

std::string raise::inputName(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  auto function =
      argument ? dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp())
               : func::FuncOp();
  auto name = function ? function.getArgAttrOfType<StringAttr>(
                             argument.getArgNumber(),
                             onnx::OnnxDialect::getNameAttrName())
                       : StringAttr();
  return name ? name.str() : "a value";
}
