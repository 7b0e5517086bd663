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
  return type.getRank() < 2 ? 1 : type.getShape().back();
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

std::string tandem::x86::functionOf(onnx::NodeOp op) {
  StringRef name = op.getOpType();
  if (name == "Gelu") {
    return op.getString("approximate", "none") == "tanh" ? "gelu_tanh"
                                                         : "gelu_erf";
  }
  if (name == "Swish") {
    return op.getFloat("alpha", 1.0) == 1.0 ? "silu" : "";
  }
  // A cast of f32 to f32, and operators without attributes.
  bool isKnown = op.getInputs().size() == 1 ? bool(lookupUnary(name))
                                            : bool(lookupBinary(name));
  bool isPlain = name == "Cast" || op.getNodeAttributes().empty();
  return isKnown && isPlain ? name.str() : "";
}

std::string tandem::x86::whyNotElement(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  auto element =
      tensor ? dyn_cast<FloatType>(tensor.getElementType()) : nullptr;
  if (!element || element.isF32()) {
    return {};
  }
  return llvm::formatv("has a value of '{0}'; this target computes f32 and "
                       "i32: export the model in f32, whose matrices "
                       "--precision bf16 stores in 16 bits",
                       element);
}

/// A value that an operation reads or makes: [tokens, width] of f32, ids, a
/// weight, a scalar, or what the state of a step holds.
static std::string whyNotValue(Value value) {
  if (std::string why = tandem::x86::whyNotElement(value.getType());
      !why.empty() && !value.getDefiningOp<onnx::ConstantOp>()) {
    return why;
  }
  if (isa<RowsType, KvCacheType, deploy::WeightsType, IndexType>(
          value.getType()) ||
      value.getDefiningOp<onnx::ConstantOp>() ||
      value.getDefiningOp<onnx::NoneOp>()) {
    return {};
  }
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (type && type.getElementType().isF32() && isWeight(value)) {
    return {};
  }
  bool isIds =
      type && type.getElementType().isInteger(32) && type.getRank() == 1;
  bool isRows = type && type.getElementType().isF32() && type.getRank() == 2 &&
                !type.isDynamicDim(1);
  if (isIds || isRows) {
    return {};
  }
  return llvm::formatv("has a value of type '{0}'; this target computes "
                       "tensor<?xWIDTHxf32> values and tensor<?xi32> ids",
                       value.getType());
}

/// Why `value` cannot be the table or matrix of an operation.
static std::string whyNotWeight(Value value) {
  return isWeight(value) ? std::string()
                         : "multiplies by a computed matrix or looks up a "
                           "computed table; expected a weight of the part";
}

static bool isRowsOf(Value value, int64_t width) {
  auto type = cast<ShapedType>(value.getType());
  return type.getElementType().isF32() && type.getRank() == 2 &&
         type.getShape().back() == width && !isWeight(value);
}

static std::string whyNotBinary(onnx::NodeOp op) {
  int64_t width = widthOf(op.getOutputs()[0]);
  bool hasRows = false;
  for (Value input : op.getInputs()) {
    auto type = dyn_cast<RankedTensorType>(input.getType());
    bool isVector = type && isWeight(input) && type.getNumElements() == width;
    bool isRows = type && !scalarOf(input) && isRowsOf(input, width);
    // Only an exponent may be of another type.
    bool isNumber = scalarOf(input) && (getElementTypeOrSelf(input).isF32() ||
                                        op.getOpType() == "Pow");
    hasRows |= isRows;
    if (!isRows && !isVector && !isNumber) {
      return llvm::formatv(
          "combines '{0}' with rows of {1} values; expected as "
          "many or one",
          input.getType(), width);
    }
  }
  return hasRows ? std::string() : "has no operand with a row for each token";
}

static std::string whyNotNode(onnx::NodeOp op) {
  if (op.getDomain() || op.getOpset()) {
    return llvm::formatv("'{0}' is not a primitive", op.getQualifiedName());
  }
  if (op.getOpType() == "Split") { // a second input repeats the widths
    return splitWidths(op) ? std::string()
                           : "splits into parts of unknown width";
  }
  if (op.getOutputs().size() == 1 && !functionOf(op).empty()) {
    if (op.getInputs().size() == 2) {
      return whyNotBinary(op);
    }
    if (op.getInputs().size() == 1 &&
        isRowsOf(op.getInputs()[0], widthOf(op.getOutputs()[0]))) {
      return {};
    }
  }
  return llvm::formatv("'{0}' with {1} inputs has no kernel",
                       op.getQualifiedName(), op.getInputs().size());
}

static std::string whyNotCache(KvCacheType type) {
  if (type.getElementType().isF32()) {
    return {};
  }
  return llvm::formatv("keeps '{0}' in the cache; this target keeps f32",
                       type.getElementType());
}

std::string tandem::x86::whyNot(Operation *op) {
  for (Value value :
       llvm::concat<Value>(SmallVector<Value>(op->getOperands()),
                           SmallVector<Value>(op->getResults()))) {
    if (std::string why = whyNotValue(value); !why.empty()) {
      return why;
    }
  }
  return llvm::TypeSwitch<Operation *, std::string>(op)
      .Case<onnx::NodeOp>(whyNotNode)
      .Case<LinearOp>([](auto op) {
        std::string why = whyNotWeight(op.getWeight());
        return why.empty() ? whyNotWeights(op, /*first=*/2) : why;
      })
      .Case<RmsNormOp, LayerNormOp>(
          [](auto op) { return whyNotWeights(op, /*first=*/1); })
      .Case<RotaryOp>([](auto op) { return whyNotWeights(op, /*first=*/2); })
      .Case<EmbeddingOp>([](auto op) { return whyNotWeight(op.getTable()); })
      .Case<AppendOp, CachedAttentionOp>(
          [](auto op) { return whyNotCache(op.getCache().getType()); })
      .Case<deploy::WeightOp, onnx::ConstantOp, onnx::NoneOp, arith::ConstantOp,
            PositionsOp, ActivationOp, GluOp, SelectTokensOp, func::CallOp,
            func::ReturnOp, func::FuncOp, scf::ForOp, scf::YieldOp>(
          [](auto) { return std::string(); })
      .Default([](Operation *) { return "has no kernel on this target"; });
}
