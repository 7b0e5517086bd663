//===- RowWise.cpp - operations that work row by row ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/passes/Split/RowWise.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/passes/Split/InnerAxes.h"
#include "tandem/passes/Split/Products.h"

using namespace mlir;

namespace tandem {

bool isElementWise(onnx::NodeOp op) {
  static const llvm::StringSet<> names = {
      "Abs",      "Add",   "And",     "Cast",        "Ceil",
      "Clip",     "Cos",   "Div",     "Equal",       "Erf",
      "Exp",      "Floor", "Gelu",    "Greater",     "GreaterOrEqual",
      "IsInf",    "IsNaN", "Less",    "LessOrEqual", "Log",
      "Max",      "Mean",  "Min",     "Mod",         "Mul",
      "Neg",      "Not",   "Or",      "Pow",         "Reciprocal",
      "Relu",     "Round", "Sigmoid", "Sign",        "Sin",
      "Softplus", "Sqrt",  "Sub",     "Sum",         "Swish",
      "Tanh",     "Where", "Xor"};
  return names.contains(op.getOpType());
}

static int64_t rankOf(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type ? type.getRank() : -1;
}

/// An invariant operand may be a scalar or vary along the `inner` last
/// dimensions, which are behind those of tokens.
static bool isRowConstant(Value value, int64_t inner) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && llvm::all_of(type.getShape().drop_back(std::clamp<int64_t>(
                                  inner, 0, type.getRank())),
                              [](int64_t size) { return size == 1; });
}

static std::string
whyNotElementWise(onnx::NodeOp op,
                  llvm::function_ref<bool(Value)> isTokenMajor) {
  int64_t rank = rankOf(op.getOutputs()[0]);
  for (Value input : op.getInputs()) {
    if (isa<NoneType>(input.getType())) {
      continue;
    }
    if (isTokenMajor(input) ? rankOf(input) != rank
                            : !isRowConstant(input, rank - 2)) {
      return llvm::formatv("'{0}' broadcasts over tokens; expected operands of "
                           "one shape, or one value per column",
                           op.getQualifiedName());
    }
  }
  return {};
}

std::string whyNotRowWise(Operation &op,
                          llvm::function_ref<bool(Value)> isTokenMajor) {
  if (isa<transformer::TransformerDialect>(op.getDialect())) {
    return {}; // all but attention work row by row
  }
  auto node = dyn_cast<onnx::NodeOp>(op);
  if (!node) {
    return "is not an operation of the model level";
  }
  if (node.getDomain() || node.getOpset()) {
    return llvm::formatv("'{0}' was not recognised as part of a transformer",
                         node.getQualifiedName());
  }
  if (isElementWise(node)) {
    return whyNotElementWise(node, isTokenMajor);
  }
  std::string why;
  if (hasAxes(node) || isProduct(node)) {
    why = hasAxes(node) ? whyNotInner(node, isTokenMajor)
                        : whyNotTokenProduct(node, isTokenMajor);
    if (why.empty()) {
      return why;
    }
    why = "; " + why;
  }
  return llvm::formatv(
      "'{0}' was not recognised as part of a transformer and does not work "
      "token by token{1}",
      node.getQualifiedName(), why);
}

Type flattenTokens(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tensor.getRank() < 2) {
    return type;
  }
  SmallVector<int64_t> shape = {ShapedType::kDynamic};
  llvm::append_range(shape, tensor.getShape().drop_front(2));
  return RankedTensorType::get(shape, tensor.getElementType());
}

} // namespace tandem
