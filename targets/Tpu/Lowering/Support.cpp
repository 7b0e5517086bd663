//===- Support.cpp - what the target can run --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Lowering/Support.h"

#include "tandem/dialects/Transformer/IR/TransformerOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::transformer;

/// Element type of a tensor or a cache, or null.
static Type elementTypeOf(Type type) {
  if (auto cache = dyn_cast<KvCacheType>(type)) {
    return cache.getElementType();
  }
  auto tensor = dyn_cast<ShapedType>(type);
  return tensor ? tensor.getElementType() : Type();
}

static bool isComputed(Type elementType) {
  return elementType.isF32() || elementType.isInteger(32);
}

/// Operations of StableHLO convert nothing.
static std::string whyNotOperands(onnx::NodeOp op) {
  Type result = op.getOutputs()[0].getType();
  for (Value input : op.getInputs()) {
    Type type = input.getType();
    if (!isa<NoneType>(type) && elementTypeOf(type) != elementTypeOf(result)) {
      return llvm::formatv("makes '{0}' of '{1}'; expected one element type",
                           result, type);
    }
  }
  return {};
}

static std::string whyNotNode(onnx::NodeOp op) {
  if (op.getDomain() || op.getOpset()) {
    return llvm::formatv("'{0}' is not a primitive", op.getQualifiedName());
  }
  if (op.getOpType() == "Split") {
    return {};
  }
  if (op.getOutputs().size() == 1 && tpu::isElementWise(op)) {
    return whyNotOperands(op);
  }
  return llvm::formatv("'{0}' with {1} inputs has no lowering on this target",
                       op.getQualifiedName(), op.getInputs().size());
}

/// Loops count layers: their bounds are constants.
static std::string whyNotLoop(scf::ForOp op) {
  bool isKnown = llvm::all_of(
      ValueRange{op.getLowerBound(), op.getUpperBound(), op.getStep()},
      [](Value value) { return matchPattern(value, m_Constant()); });
  return isKnown ? "" : "has bounds that are not constant";
}

/// A layer's weights are arguments of its function, so the layer must be known
/// where it is called.
static std::string whyNotCall(func::CallOp op) {
  if (op->getParentOfType<func::FuncOp>().isPrivate()) {
    return "calls a function from a function that layers share";
  }
  bool isKnown = llvm::all_of(op.getOperands(), [](Value operand) {
    return !isa<IndexType>(operand.getType()) ||
           matchPattern(operand, m_Constant()) ||
           isa<scf::ForOp>(operand.getParentBlock()->getParentOp());
  });
  return isKnown ? "" : "calls a function for a layer that is not known";
}

std::string tandem::tpu::whyNot(Operation *op) {
  for (Type type : op->getResultTypes()) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (tensor && tensor.getRank() > 2) {
      return llvm::formatv("has a value of type '{0}'; this target computes "
                           "tensors of up to two dimensions",
                           type);
    }
  }
  return llvm::TypeSwitch<Operation *, std::string>(op)
      .Case<onnx::NodeOp>(whyNotNode)
      .Case<func::CallOp>(whyNotCall)
      .Case<scf::ForOp>(whyNotLoop)
      .Case<deploy::WeightOp, onnx::ConstantOp, onnx::NoneOp, arith::ConstantOp,
            AppendOp, CachedAttentionOp, PositionsOp, RmsNormOp, LayerNormOp,
            LinearOp, EmbeddingOp, ActivationOp, GluOp, RotaryOp,
            SelectTokensOp, func::ReturnOp, func::FuncOp, scf::YieldOp>(
          [](auto) { return std::string(); })
      .Default([](Operation *) { return "has no lowering on this target"; });
}

namespace {
/// Values of one type that is not computed: one cause, one error.
struct Unsupported {
  Operation *first = nullptr;
  int64_t count = 0;
};
} // namespace

LogicalResult tandem::tpu::checkSupported(deploy::PartOp part) {
  LogicalResult result = success();
  llvm::MapVector<Type, Unsupported> types;
  llvm::DenseSet<std::pair<Location, StringAttr>> told; // phases share nodes
  part.getBody().walk([&](Operation *op) {
    for (Type type : op->getResultTypes()) {
      Type element = elementTypeOf(type);
      // A Split's widths are constants that its results repeat.
      if (!element || isComputed(element) || isa<onnx::ConstantOp>(op)) {
        continue;
      }
      Unsupported &unsupported = types[element];
      unsupported.first = unsupported.count++ ? unsupported.first : op;
    }
    std::string why = whyNot(op);
    auto key = StringAttr::get(op->getContext(),
                               op->getName().getStringRef() + Twine(why));
    if (!why.empty() && told.insert({op->getLoc(), key}).second) {
      result = op->emitOpError() << why;
    }
  });
  for (auto &[type, unsupported] : types) {
    result = unsupported.first->emitOpError()
             << "has a value of " << type << ", as have "
             << unsupported.count - 1
             << " others; this target computes f32 and i32";
  }
  return result;
}
