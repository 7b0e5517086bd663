//===- Support.cpp - what the target can run -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/Support.h"

#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/targets/Nvidia/Kernels/Kernels.h"
#include "tandem/targets/Nvidia/Kernels/Math.h"
#include "tandem/targets/Nvidia/Kernels/Products/WeightFormat.h"
#include "tandem/targets/Nvidia/Lowering/Movements.h"
#include "tandem/targets/Nvidia/Lowering/NodeRules.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;
using namespace tandem::transformer;

int64_t tandem::nvidia::widthOf(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getRank() < 2
             ? 1
             : ShapedType::getNumElements(type.getShape().drop_front());
}

/// Floats of any type are fp32 in rows; what is narrower in the file is widened
/// where it is read, and nothing is rounded in between.
static bool isFloat(Type element) {
  return element.isF32() || element.isF16() || element.isBF16();
}

static bool isTruth(Value value) {
  return cast<ShapedType>(value.getType()).getElementType().isInteger(1);
}

static bool takesAnyNumber(StringRef name) {
  return llvm::is_contained({"Max", "Mean", "Min", "Sum"}, name);
}

Element tandem::nvidia::computedElement(onnx::NodeOp op) {
  return elementIn(op.getInputs()[0]); // an exponent becomes what its base is
}

std::string tandem::nvidia::functionOf(onnx::NodeOp op) {
  StringRef name = op.getOpType();
  if (name == "Clip") {
    return "Clip"; // of two steps
  }
  if (name == "Gelu") {
    return op.getString("approximate", "none") == "tanh" ? "gelu_tanh"
                                                         : "gelu_erf";
  }
  if (name == "Swish") {
    return "swish";
  }
  if (name == "Cast") {
    bool isNew = isTruth(op.getOutputs()[0]) && !isTruth(op.getInputs()[0]);
    return isNew ? "cast_to_bool" : "Cast";
  }
  if (name == "Mod") {
    return op.getInt("fmod", 0) ? "fmod" : "Mod";
  }
  if (name == "IsInf") {
    bool positive = op.getInt("detect_positive", 1),
         negative = op.getInt("detect_negative", 1);
    return positive && negative ? "IsInf"
           : positive           ? "IsPositiveInf"
           : negative           ? "IsNegativeInf"
                                : "";
  }
  if (!op.getNodeAttributes().empty()) {
    return "";
  }
  if (takesAnyNumber(name)) {
    return name == "Sum" || name == "Mean" ? "Add" : name.str();
  }
  bool isKnown = op.getInputs().size() == 1   ? bool(lookupUnary(name))
                 : op.getInputs().size() == 2 ? bool(lookupBinary(name))
                                              : false;
  return isKnown ? name.str() : "";
}

bool tandem::nvidia::isElementWise(Operation *op) {
  if (auto node = dyn_cast<onnx::NodeOp>(op)) {
    return node.getOutputs().size() == 1 && !functionOf(node).empty();
  }
  return isa<ActivationOp, GluOp>(op);
}

/// Rows of what Elements.h names.
static bool isRows(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getRank() > 0 && tensor.isDynamicDim(0) &&
         llvm::all_of(tensor.getShape().drop_front(),
                      [](int64_t size) { return size > 0; }) &&
         elementOf(tensor);
}

/// A value that an operation reads or makes: rows, a weight, a constant, or
/// what the values of a step hold.
static std::string whyNotValue(Value value) {
  if (isa<RowsType, KvCacheType, deploy::WeightsType, IndexType>(
          value.getType()) ||
      value.getDefiningOp<onnx::ConstantOp>() ||
      value.getDefiningOp<onnx::NoneOp>()) {
    return {};
  }
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (type && elementOf(type) && isWeight(value)) {
    return {};
  }
  if (isRows(value.getType())) {
    return {};
  }
  return llvm::formatv("has a value of type '{0}'; this target computes rows "
                       "of tokens, of floats, truth values and integers of 32 "
                       "or 64 bits",
                       value.getType());
}

/// Why an operation that takes a row as a vector, or works along its last
/// dimension, cannot take its operands.
static std::string whyNotVectors(Operation *op) {
  bool isOfLines = isa<LinearOp, RmsNormOp, LayerNormOp>(op);
  for (Value operand : op->getOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    bool isPositions = type && type.getRank() == 1;
    bool isInner = type && isRows(type) && !isPositions &&
                   ((type.getRank() != 2 && !isOfLines) ||
                    !isFloat(type.getElementType()));
    if (isInner && !isWeight(operand)) {
      return llvm::formatv("takes rows of type '{0}'; expected "
                           "tensor<?xWIDTHxf32>",
                           type);
    }
  }
  return {};
}

/// Why a matrix or table of the layout cannot be read.
static std::string whyNotMatrix(Value value, MatrixLayout layout) {
  if (!isWeight(value)) {
    return "multiplies by a computed matrix or looks up a computed table; "
           "expected a weight of the part";
  }
  auto type = cast<RankedTensorType>(value.getType());
  auto format = WeightFormat::of(type, layout == MatrixLayout::nk);
  if (!format) {
    return llvm::formatv(
        "reads a weight stored as {0}; expected f32, f16, bf16, "
        "or blocks along each row",
        describeStorage(type));
  }
  if (format->rows * format->stride() >= int64_t(1) << 31) {
    return llvm::formatv("reads a weight of {0} x {1} elements; this target "
                         "counts them in 31 bits",
                         format->rows, format->depth);
  }
  return {};
}

/// Whether a node can read `value` for each token.
static bool isRowsOf(Value value) {
  return !isWeight(value) && !value.getDefiningOp<onnx::ConstantOp>() &&
         isRows(value.getType());
}

std::string tandem::nvidia::whyNotOperands(onnx::NodeOp op,
                                           ValueRange operands) {
  SmallVector<int64_t> shape = innerShapeOf(op.getOutputs()[0]);
  bool hasRows = false;
  for (Value operand : operands) {
    if (numberOf(operand)) {
      continue;
    }
    bool isKnown = isRowsOf(operand) || isWeight(operand);
    if (!isKnown || !broadcastTo(operand, shape)) {
      return llvm::formatv("combines '{0}' with rows of '{1}'; expected what "
                           "broadcasts to each row, or a number",
                           operand.getType(), op.getOutputs()[0].getType());
    }
    hasRows |= isRowsOf(operand);
  }
  return hasRows ? std::string() : "has no operand with a row for each token";
}

static std::string whyNoKernel(onnx::NodeOp op) {
  return llvm::formatv("'{0}' of '{1}' has no kernel", op.getQualifiedName(),
                       op.getInputs()[0].getType());
}

static std::string whyNotClip(onnx::NodeOp op) {
  for (Value bound : op.getInputs().drop_front()) {
    if (!bound.getDefiningOp<onnx::NoneOp>() && !numberOf(bound)) {
      return llvm::formatv("clips at '{0}'; expected a constant number",
                           bound.getType());
    }
  }
  return whyNotOperands(op, op.getInputs().take_front());
}

/// Why there is no function for the elements of a node.
static std::string whyNotFunction(onnx::NodeOp op) {
  Element element = computedElement(op);
  std::string function = functionOf(op);
  if (function == "Clip") {
    function = "Max"; // and Min
  } else if (function == "swish") {
    return element == Element::f32 ? "" : whyNoKernel(op);
  }
  bool isKnown =
      lookupUnary(function, element) || lookupBinary(function, element);
  return isKnown ? "" : whyNoKernel(op);
}

static std::string whyNotNode(onnx::NodeOp op) {
  if (op.getDomain() || op.getOpset()) {
    return llvm::formatv("'{0}' is not a primitive", op.getQualifiedName());
  }
  StringRef name = op.getOpType();
  if (isElementWise(op)) {
    std::string why = whyNotFunction(op);
    return !why.empty()     ? why
           : name == "Clip" ? whyNotClip(op)
                            : whyNotOperands(op, op.getInputs());
  }
  if (const NodeRule *rule = findNodeRule(name)) {
    return rule->whyNot(op);
  }
  return llvm::formatv("'{0}' with {1} inputs has no kernel",
                       op.getQualifiedName(), op.getInputs().size());
}

static std::string whyNotCache(KvCacheType type) {
  if (isFloat(type.getElementType())) {
    return {};
  }
  return llvm::formatv("keeps '{0}' in the cache; this target keeps floats",
                       type.getElementType());
}

static std::string whyNotIds(Value ids) {
  if (rankOf(ids) == 1 && elementIn(ids) != Element::f32) {
    return {};
  }
  return llvm::formatv("looks up '{0}'; expected an integer for each token",
                       ids.getType());
}

/// Logits are read by the runtime, which takes floats.
static std::string whyNotReturned(func::ReturnOp op) {
  auto function = op->getParentOfType<func::FuncOp>();
  auto part = op->getParentOfType<deploy::PartOp>();
  bool isPhase =
      llvm::is_contained(part.getPhases(), Attribute(function.getNameAttr()));
  Value result = op.getNumOperands() > 0 ? op.getOperand(0) : Value();
  return isPhase && result && isa<RankedTensorType>(result.getType()) &&
                 elementIn(result) != Element::f32
             ? llvm::formatv("returns '{0}'; expected rows of floats",
                             result.getType())
             : std::string();
}

/// Loops count layers, and a layer's weights are known where it is launched.
static std::string whyNotLoop(scf::ForOp op) {
  bool isKnown = llvm::all_of(
      ValueRange{op.getLowerBound(), op.getUpperBound(), op.getStep()},
      [](Value value) { return matchPattern(value, m_Constant()); });
  return isKnown ? "" : "has bounds that are not constant";
}

std::string tandem::nvidia::whyNot(Operation *op) {
  for (Value value :
       llvm::concat<Value>(SmallVector<Value>(op->getOperands()),
                           SmallVector<Value>(op->getResults()))) {
    if (std::string why = whyNotValue(value); !why.empty()) {
      return why;
    }
  }
  if (isa<LinearOp, RmsNormOp, LayerNormOp, RotaryOp, AppendOp,
          CachedAttentionOp>(op)) {
    if (std::string why = whyNotVectors(op); !why.empty()) {
      return why;
    }
  }
  return llvm::TypeSwitch<Operation *, std::string>(op)
      .Case<onnx::NodeOp>(whyNotNode)
      .Case([](LinearOp op) {
        std::string why = whyNotMatrix(op.getWeight(), op.getLayout());
        return why.empty() ? whyNotWeights(op, /*first=*/2) : why;
      })
      .Case<RmsNormOp, LayerNormOp>(
          [](auto op) { return whyNotWeights(op, /*first=*/1); })
      .Case([](RotaryOp op) { return whyNotWeights(op, /*first=*/2); })
      .Case([](EmbeddingOp op) {
        std::string why = whyNotMatrix(op.getTable(), op.getLayout());
        return why.empty() ? whyNotIds(op.getIds()) : why;
      })
      .Case<func::ReturnOp>(whyNotReturned)
      .Case<AppendOp, CachedAttentionOp>(
          [](auto op) { return whyNotCache(op.getCache().getType()); })
      .Case<scf::ForOp>(whyNotLoop)
      .Case<deploy::WeightOp, onnx::ConstantOp, onnx::NoneOp, arith::ConstantOp,
            PositionsOp, ActivationOp, GluOp, SelectTokensOp, func::CallOp,
            func::FuncOp, scf::YieldOp>([](auto) { return std::string(); })
      .Default([](Operation *) { return "has no kernel on this target"; });
}

LogicalResult tandem::nvidia::checkSupported(deploy::PartOp part) {
  LogicalResult result = success();
  llvm::DenseSet<std::pair<Location, StringAttr>> told; // phases share nodes
  part.getBody().walk([&](Operation *op) {
    std::string why = whyNot(op);
    auto key = StringAttr::get(op->getContext(),
                               op->getName().getStringRef() + Twine(why));
    if (!why.empty() && told.insert({op->getLoc(), key}).second) {
      result = op->emitOpError() << why;
    }
  });
  return result;
}
