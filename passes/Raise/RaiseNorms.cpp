//===- RaiseNorms.cpp - recognise normalisations ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fused operators first, then the arithmetic. Casts inside a decomposed norm
// are skipped: `transformer` norms compute in fp32 whatever their type.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/NodeMatching.h"
#include "tandem/passes/Raise/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_RAISENORMSPASS
#include "tandem/passes/Raise/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;
using transformer::LayerNormOp;
using transformer::RmsNormOp;

static constexpr StringLiteral category = "raise-norms";

namespace {
/// A norm over the last dimension. Without `centered` it is an RMS norm.
struct Norm {
  Value input, scale, bias;
  double epsilon = 0;
  bool centered = false;
};
} // namespace

static Value createNorm(const Norm &norm, Location loc, IRRewriter &rewriter) {
  FloatAttr epsilon = rewriter.getF64FloatAttr(norm.epsilon);
  if (!norm.centered) {
    return RmsNormOp::create(rewriter, loc, norm.input.getType(), norm.input,
                             norm.scale, epsilon);
  }
  return LayerNormOp::create(rewriter, loc, norm.input.getType(), norm.input,
                             norm.scale, norm.bias, epsilon);
}

/// Why `norm` cannot be an operation; empty if it can.
static StringRef whyNot(const Norm &norm, Value result) {
  if (!isFloatTensor(norm.input) || norm.input.getType() != result.getType()) {
    return "input and result differ in type";
  }
  int64_t width = widthOf(norm.input);
  if (!isVectorOf(norm.scale, width)) {
    return "the scale is not a vector of the row's width";
  }
  if (norm.bias && !isVectorOf(norm.bias, width)) {
    return "the bias is not a vector of the row's width";
  }
  return "";
}

static bool isOverLastDimension(NodeOp node) {
  RankedTensorType type = tensorType(node.getInput(0));
  return type && positiveAxis(node.getInt("axis", -1), type.getRank()) ==
                     type.getRank() - 1;
}

//===----------------------------------------------------------------------===//
// Fused operators
//===----------------------------------------------------------------------===//

/// RMSNormalization, SimplifiedLayerNormalization and LayerNormalization.
static std::optional<Norm> matchFusedNorm(NodeOp node) {
  bool centered = isOperator(node, "LayerNormalization");
  if (!centered && !isOperator(node, "RMSNormalization") &&
      !isOperator(node, "SimplifiedLayerNormalization")) {
    return std::nullopt;
  }
  if (isResultUsed(node, 1) || isResultUsed(node, 2)) {
    reportMissed(node.getLoc(), category, "its statistics are used");
    return std::nullopt;
  }
  if (!isOverLastDimension(node)) {
    reportMissed(node.getLoc(), category,
                 "it normalises more than the last dimension");
    return std::nullopt;
  }
  return Norm{node.getInput(0), node.getInput(1),
              centered ? node.getInput(2) : Value(),
              node.getFloat("epsilon", 1e-5), centered};
}

static Value createAdd(Value a, Value b, NodeOp node, IRRewriter &rewriter) {
  return NodeOp::create(rewriter, node.getLoc(), "Add", a.getType(),
                        ValueRange{a, b})
      ->getResult(0);
}

/// Skip*LayerNormalization: a residual addition, then the norm of the sum. The
/// sum is the fourth result.
static void raiseSkipNorm(NodeOp node, IRRewriter &rewriter) {
  bool centered = isContribOperator(node, "SkipLayerNormalization");
  if (isResultUsed(node, 1) || isResultUsed(node, 2)) {
    reportMissed(node.getLoc(), category, "its statistics are used");
    return;
  }
  Value input = node.getInput(0), skip = node.getInput(1);
  if (!input || !skip || input.getType() != skip.getType()) {
    reportMissed(node.getLoc(), category, "the skip input is broadcast");
    return;
  }
  Norm norm{input, node.getInput(2), centered ? node.getInput(3) : Value(),
            node.getFloat("epsilon", 1e-12), centered};
  if (StringRef why = whyNot(norm, node->getResult(0)); !why.empty()) {
    reportMissed(node.getLoc(), category, why);
    return;
  }
  norm.input = createAdd(input, skip, node, rewriter);
  if (Value bias = node.getInput(centered ? 4 : 3)) {
    norm.input = createAdd(norm.input, bias, node, rewriter);
  }
  rewriter.replaceAllUsesWith(node->getResult(0),
                              createNorm(norm, node.getLoc(), rewriter));
  if (node->getNumResults() > 3) {
    rewriter.replaceAllUsesWith(node->getResult(3), norm.input);
  }
  reportRaised(node.getLoc(), category, "skip norm became Add and norm");
  rewriter.eraseOp(node);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// x if `value` is x * x or x to the power 2.
static Value matchSquare(Value value) {
  if (NodeOp mul = definedBy(value, "Mul")) {
    return mul.getInput(0) == mul.getInput(1) ? mul.getInput(0) : Value();
  }
  NodeOp pow = definedBy(value, "Pow");
  return pow && constantScalar(pow.getInput(1)) == 2.0 ? pow.getInput(0)
                                                       : Value();
}

/// x if `value` is the mean of x over its last dimension, which is kept.
static Value matchRowMean(Value value) {
  NodeOp mean = definedBy(value, "ReduceMean");
  if (!mean || mean.getInt("keepdims", 1) != 1 ||
      !tensorType(mean.getInput(0))) {
    return {};
  }
  auto axes = constantInts(mean.getInput(1));
  int64_t rank = tensorType(mean.getInput(0)).getRank();
  return axes && axes->size() == 1 &&
                 positiveAxis(axes->front(), rank) == rank - 1
             ? mean.getInput(0)
             : Value();
}

namespace {
struct RootMeanSquare {
  Value input;
  double epsilon;
};
} // namespace

/// Matches sqrt(mean(x^2) + epsilon).
static std::optional<RootMeanSquare> matchRootMeanSquare(Value value) {
  NodeOp root = definedBy(value, "Sqrt");
  NodeOp add = root ? definedBy(root.getInput(0), "Add") : NodeOp();
  if (!add) {
    return std::nullopt;
  }
  for (unsigned side : {0, 1}) {
    auto epsilon = constantScalar(add.getInput(1 - side));
    Value squared = matchRowMean(add.getInput(side));
    Value input = squared ? matchSquare(squared) : Value();
    if (epsilon && input) {
      return RootMeanSquare{input, *epsilon};
    }
  }
  return std::nullopt;
}

/// The value whose reciprocal `value` is: 1 / d or Reciprocal(d).
static Value matchReciprocal(Value value) {
  if (NodeOp reciprocal = definedBy(value, "Reciprocal")) {
    return reciprocal.getInput(0);
  }
  NodeOp div = definedBy(value, "Div");
  return div && constantScalar(div.getInput(0)) == 1.0 ? div.getInput(1)
                                                       : Value();
}

/// Matches x / rms(x), as a quotient or as a product with the reciprocal.
static std::optional<RootMeanSquare> matchNormalised(Value value) {
  auto check = [](Value dividend,
                  Value divisor) -> std::optional<RootMeanSquare> {
    auto root = divisor ? matchRootMeanSquare(divisor) : std::nullopt;
    return root && root->input == dividend ? root : std::nullopt;
  };
  if (NodeOp div = definedBy(value, "Div")) {
    return check(div.getInput(0), div.getInput(1));
  }
  NodeOp mul = definedBy(value, "Mul");
  if (!mul) {
    return std::nullopt;
  }
  for (unsigned side : {0, 1}) {
    if (auto root = check(mul.getInput(side),
                          matchReciprocal(mul.getInput(1 - side)))) {
      return root;
    }
  }
  return std::nullopt;
}

/// x if `value` is x minus the mean of its rows.
static Value matchCentered(Value value) {
  NodeOp sub = definedBy(value, "Sub");
  return sub && matchRowMean(sub.getInput(1)) == sub.getInput(0)
             ? sub.getInput(0)
             : Value();
}

/// Matches normalised(x) * scale, RMS or centred.
static std::optional<Norm> matchScaled(NodeOp mul) {
  for (unsigned side : {0, 1}) {
    RankedTensorType type = tensorType(mul.getInput(1 - side));
    auto root = matchNormalised(skipFloatCasts(mul.getInput(side)));
    if (!root || !type || type.getRank() != 1) {
      continue;
    }
    Norm norm{root->input, mul.getInput(1 - side), Value(), root->epsilon};
    if (Value centered = matchCentered(norm.input)) {
      norm.input = centered;
      norm.centered = true;
    }
    // An fp16 graph widens before the square and narrows before the scale.
    if (norm.input.getType() != mul->getResult(0).getType()) {
      norm.input = skipFloatCasts(norm.input);
    }
    return norm;
  }
  return std::nullopt;
}

/// Matches the root of a decomposed norm. A layer norm's root is the addition
/// of its bias, which by then is an addition to a raised norm.
static std::optional<Norm> matchArithmetic(NodeOp node) {
  if (isOperator(node, "Mul")) {
    return matchScaled(node);
  }
  if (!isOperator(node, "Add")) {
    return std::nullopt;
  }
  for (unsigned side : {0, 1}) {
    Value bias = node.getInput(1 - side);
    auto norm = node.getInput(side).getDefiningOp<LayerNormOp>();
    if (norm && !norm.getBias() && norm->hasOneUse() && isConstant(bias) &&
        isVectorOf(bias, widthOf(norm.getInput()))) {
      return Norm{norm.getInput(), norm.getScale(), bias,
                  norm.getEpsilon().convertToDouble(), /*centered=*/true};
    }
  }
  return std::nullopt;
}

static void raiseNode(NodeOp node, IRRewriter &rewriter) {
  if (isContribOperator(node, "SkipSimplifiedLayerNormalization") ||
      isContribOperator(node, "SkipLayerNormalization")) {
    raiseSkipNorm(node, rewriter);
    return;
  }
  auto norm = matchFusedNorm(node);
  if (!norm) {
    norm = matchArithmetic(node);
  }
  if (!norm) {
    return;
  }
  Value result = node->getResult(0);
  if (StringRef why = whyNot(*norm, result); !why.empty()) {
    reportMissed(node.getLoc(), category, why);
    return;
  }
  reportRaised(node.getLoc(), category,
               norm->centered ? "layer norm" : "RMS norm");
  rewriter.replaceAllUsesWith(result,
                              createNorm(*norm, node.getLoc(), rewriter));
  rewriter.eraseOp(node);
}

namespace {
class RaiseNormsPass : public tandem::impl::RaiseNormsPassBase<RaiseNormsPass> {
  void runOnOperation() override { raiseNodes(getOperation(), raiseNode); }
};
} // namespace
