//===- Support.cpp - what the target can run --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Lowering/Support.h"

#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/targets/X86/Kernels/Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;
using namespace tandem::transformer;

WorkKind tandem::x86::workKindOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, WorkKind>(op)
      .Case<deploy::WeightOp, onnx::ConstantOp, onnx::NoneOp, arith::ConstantOp,
            PositionsOp, func::ReturnOp, scf::YieldOp>(
          [](auto) { return WorkKind::none; })
      .Case<LinearOp>([](auto) { return WorkKind::linear; })
      .Case<CachedAttentionOp>([](auto) { return WorkKind::attention; })
      .Case<func::CallOp, scf::ForOp>([](auto) { return WorkKind::control; })
      .Default([](auto) { return WorkKind::tokenWise; });
}

int64_t tandem::x86::widthOf(Value value) {
  auto type = cast<ShapedType>(value.getType());
  return type.getRank() == 1 ? 1 : type.getShape().back();
}

std::optional<double> tandem::x86::scalarOf(Value value) {
  auto constant = value.getDefiningOp<onnx::ConstantOp>();
  auto elements =
      constant ? dyn_cast<DenseElementsAttr>(constant.getValue()) : nullptr;
  if (!elements || elements.getNumElements() != 1 ||
      !isa<FloatType>(elements.getElementType())) {
    return std::nullopt;
  }
  return (*elements.getValues<APFloat>().begin()).convertToDouble();
}

Operand tandem::x86::operandKindOf(Value value) {
  if (scalarOf(value)) {
    return Operand::scalar;
  }
  return value.getDefiningOp<deploy::WeightOp>() ? Operand::vector
                                                 : Operand::tensor;
}

std::optional<SmallVector<int64_t>> tandem::x86::splitWidths(onnx::NodeOp op) {
  SmallVector<int64_t> widths;
  for (Value output : op.getOutputs()) {
    auto type = dyn_cast<RankedTensorType>(output.getType());
    if (!type || type.isDynamicDim(type.getRank() - 1)) {
      return std::nullopt;
    }
    widths.push_back(type.getShape().back());
  }
  return widths;
}

static std::string whyNotValue(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type) {
    return {};
  }
  Type element = type.getElementType();
  if (!element.isF32() && !element.isInteger(32)) {
    return llvm::formatv("has a value of type {0}; this target computes in f32",
                         type);
  }
  if (type.getRank() == 0 || type.isDynamicDim(type.getRank() - 1)) {
    if (type.getRank() > 1) {
      return llvm::formatv("has a value of type {0}; expected a known width",
                           type);
    }
  }
  return {};
}

static std::string whyNotBinary(onnx::NodeOp op) {
  if (cast<ShapedType>(op.getOutputs()[0].getType()).getRank() == 0) {
    return "makes a scalar at run time; expected rows";
  }
  int64_t width = widthOf(op.getOutputs()[0]);
  for (Value input : op.getInputs()) {
    auto type = cast<ShapedType>(input.getType());
    if (!scalarOf(input) && (type.getRank() == 0 || widthOf(input) != width) &&
        (!type.hasStaticShape() || type.getNumElements() != width)) {
      return llvm::formatv("broadcasts {0} to rows of {1} values; expected as "
                           "many or one",
                           type, width);
    }
  }
  return {};
}

static std::string whyNotNode(onnx::NodeOp op) {
  if (op.getDomain() || op.getOpset()) {
    return llvm::formatv("'{0}' is not a primitive", op.getQualifiedName());
  }
  if (op.getOpType() == "Split") {
    return splitWidths(op) ? std::string()
                           : "splits into parts of unknown width";
  }
  if (lookupBinary(op.getOpType()) && op.getInputs().size() == 2) {
    return whyNotBinary(op);
  }
  if (lookupUnary(op.getOpType()) && op.getInputs().size() == 1) {
    return {};
  }
  return llvm::formatv("'{0}' with {1} inputs has no kernel",
                       op.getQualifiedName(), op.getInputs().size());
}

static std::string whyNotCache(KvCacheType type) {
  if (type.getElementType().isF32()) {
    return {};
  }
  return llvm::formatv("keeps {0} in the cache; this target keeps f32",
                       type.getElementType());
}

std::string tandem::x86::whyNot(Operation *op) {
  for (Value value :
       llvm::concat<Value>(SmallVector<Value>(op->getOperands()),
                           SmallVector<Value>(op->getResults()))) {
    bool isScalar = value.getDefiningOp<onnx::ConstantOp>() != nullptr;
    if (std::string why = whyNotValue(value); !isScalar && !why.empty()) {
      return why;
    }
  }
  return llvm::TypeSwitch<Operation *, std::string>(op)
      .Case<onnx::NodeOp>(whyNotNode)
      .Case<AppendOp, CachedAttentionOp>(
          [](auto op) { return whyNotCache(op.getCache().getType()); })
      .Case<deploy::WeightOp, onnx::ConstantOp, onnx::NoneOp, arith::ConstantOp,
            PositionsOp, EmbeddingOp, LinearOp, RmsNormOp, LayerNormOp,
            ActivationOp, GluOp, RotaryOp, SelectTokensOp, func::CallOp,
            func::ReturnOp, func::FuncOp, scf::ForOp, scf::YieldOp>(
          [](auto) { return std::string(); })
      .Default([](Operation *) { return "has no kernel on this target"; });
}
