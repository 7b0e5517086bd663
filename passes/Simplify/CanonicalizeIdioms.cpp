//===- CanonicalizeIdioms.cpp - one spelling -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Exact rewrites only. The patterns look at operators and types; symbolic
// shapes are needed where broadcasting decides.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include "tandem/passes/Primitives/SymbolicShapes.h"
#include "tandem/passes/Simplify/Nodes.h"
#include "tandem/passes/Simplify/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_CANONICALIZEIDIOMSPASS
#include "tandem/passes/Simplify/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::simplify;
using namespace tandem::primitives;
using tandem::onnx::NodeOp;

namespace {

class CanonicalizeIdiomsPass
    : public tandem::impl::CanonicalizeIdiomsPassBase<CanonicalizeIdiomsPass> {
public:
  void runOnOperation() override;
};

/// A rewrite of one primitive; null where it does not apply.
using Rewrite = Value (*)(NodeOp node, PatternRewriter &rewriter);

/// Applies a rewrite to every node of one operator.
class IdiomPattern : public OpRewritePattern<NodeOp> {
public:
  IdiomPattern(MLIRContext *context, StringRef opType, Rewrite rewrite)
      : OpRewritePattern(context), opType(opType), rewrite(rewrite) {}

  LogicalResult matchAndRewrite(NodeOp node,
                                PatternRewriter &rewriter) const override {
    if (!node.isPrimitive(opType) || node.getNumResults() != 1) {
      return rewriter.notifyMatchFailure(node, "is another operator");
    }
    Value value = rewrite(node, rewriter);
    if (!value || value.getType() != node.getResult(0).getType()) {
      return rewriter.notifyMatchFailure(node, "is in normal form");
    }
    rewriter.replaceOp(node, value);
    return success();
  }

private:
  StringRef opType;
  Rewrite rewrite;
};

} // namespace

static Value create(NodeOp node, PatternRewriter &rewriter, StringRef opType,
                    ValueRange inputs) {
  return createPrimitive(rewriter, node.getLoc(), opType,
                         node.getResult(0).getType(), inputs);
}

static bool isFloat(Value value) {
  auto type = dyn_cast<ShapedType>(value.getType());
  return type && isa<FloatType>(type.getElementType());
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// x^2 = x*x; x^1 = x.
static Value rewritePow(NodeOp node, PatternRewriter &rewriter) {
  Value base = node.getInputs()[0];
  std::optional<double> exponent = getUniformNumber(node.getInputs()[1]);
  if (exponent == 1.0) {
    return base;
  }
  if (exponent == 2.0 && base.getType() == node.getResult(0).getType()) {
    return create(node, rewriter, "Mul", {base, base});
  }
  return {};
}

/// 1/sqrt(x) = Reciprocal(Sqrt(x)); x / 2^n = x * 2^-n for floating point.
static Value rewriteDiv(NodeOp node, PatternRewriter &rewriter) {
  Value dividend = node.getInputs()[0], divisor = node.getInputs()[1];
  if (!isFloat(dividend)) {
    return {};
  }
  if (getUniformNumber(dividend) == 1.0 &&
      divisor.getType() == node.getResult(0).getType() &&
      getPrimitive(divisor, "Sqrt")) {
    return create(node, rewriter, "Reciprocal", divisor);
  }
  std::optional<double> number = getUniformNumber(divisor);
  int exponent;
  if (!number || *number == 0 ||
      std::frexp(std::abs(*number), &exponent) != 0.5 ||
      std::abs(exponent) > 14) { // 2^-14 is normal even in half precision
    return {};
  }
  DenseElementsAttr elements = getElements(divisor);
  Attribute inverse = FloatAttr::get(elements.getElementType(), 1 / *number);
  Value factor = onnx::ConstantOp::create(
      rewriter, divisor.getLoc(), elements.getType(),
      DenseElementsAttr::get(elements.getType(), inverse));
  return create(node, rewriter, "Mul", {dividend, factor});
}

static bool isConstant(Value value) {
  return value.getDefiningOp<onnx::ConstantOp>() != nullptr;
}

/// Constants stand right of commutative operators.
static Value putConstantRight(NodeOp node, PatternRewriter &rewriter) {
  if (node.getInputs().size() != 2) {
    return {}; // Max and Min take any number
  }
  Value left = node.getInputs()[0], right = node.getInputs()[1];
  if (!isConstant(left) || isConstant(right)) {
    return {};
  }
  return create(node, rewriter, node.getOpType(), {right, left});
}

/// x*1 = x.
static Value rewriteMul(NodeOp node, PatternRewriter &rewriter) {
  if (getUniformNumber(node.getInputs()[1]) == 1.0) {
    return node.getInputs()[0];
  }
  return putConstantRight(node, rewriter);
}

/// x + -y = x - y.
static Value rewriteAdd(NodeOp node, PatternRewriter &rewriter) {
  Value left = node.getInputs()[0], right = node.getInputs()[1];
  if (NodeOp negation = getPrimitive(right, "Neg")) {
    return create(node, rewriter, "Sub", {left, negation.getInputs()[0]});
  }
  if (NodeOp negation = getPrimitive(left, "Neg")) {
    return create(node, rewriter, "Sub", {right, negation.getInputs()[0]});
  }
  return putConstantRight(node, rewriter);
}

/// x - -y = x + y.
static Value rewriteSub(NodeOp node, PatternRewriter &rewriter) {
  if (NodeOp negation = getPrimitive(node.getInputs()[1], "Neg")) {
    return create(node, rewriter, "Add",
                  {node.getInputs()[0], negation.getInputs()[0]});
  }
  return {};
}

/// x and true = x.
static Value rewriteAnd(NodeOp node, PatternRewriter &rewriter) {
  if (getUniformNumber(node.getInputs()[1]) == 1.0) {
    return node.getInputs()[0];
  }
  return putConstantRight(node, rewriter);
}

/// x or false = x.
static Value rewriteOr(NodeOp node, PatternRewriter &rewriter) {
  if (getUniformNumber(node.getInputs()[1]) == 0.0) {
    return node.getInputs()[0];
  }
  return putConstantRight(node, rewriter);
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

/// Two permutations are one.
static Value rewriteTranspose(NodeOp node, PatternRewriter &rewriter) {
  NodeOp inner = getPrimitive(node.getInputs()[0], "Transpose");
  SmallVector<int64_t> outerOrder = node.getInts("perm"), order;
  if (!inner || outerOrder.empty()) {
    return {};
  }
  SmallVector<int64_t> innerOrder = inner.getInts("perm");
  if (innerOrder.size() != outerOrder.size()) {
    return {};
  }
  for (int64_t axis : outerOrder) {
    order.push_back(innerOrder[axis]);
  }
  return createPrimitive(
      rewriter, node.getLoc(), "Transpose", node.getResult(0).getType(),
      inner.getInputs()[0],
      rewriter.getNamedAttr("perm", rewriter.getDenseI64ArrayAttr(order)));
}

/// Softmax over the flattened last axis is softmax over the last axis.
static Value rewriteFlattenedSoftmax(NodeOp node, PatternRewriter &rewriter) {
  for (StringRef opType : {"Softmax", "LogSoftmax"}) {
    NodeOp softmax = getPrimitive(node.getInputs()[0], opType);
    if (!softmax) {
      continue;
    }
    // Rows of the flat matrix; its columns hold elements of many rows.
    int64_t axis = softmax.getInt("axis", -1);
    if (axis != -1 && axis != 1) {
      return {};
    }
    for (StringRef flattenType : {"Flatten", "Reshape"}) {
      NodeOp flatten = getPrimitive(softmax.getInputs()[0], flattenType);
      if (!flatten) {
        continue;
      }
      auto type = dyn_cast<RankedTensorType>(node.getResult(0).getType());
      auto flat = dyn_cast<RankedTensorType>(flatten.getResult(0).getType());
      if (!type || !flat || type.getRank() == 0 || flat.getRank() != 2 ||
          flatten.getInputs()[0].getType() != type ||
          ShapedType::isDynamic(flat.getDimSize(1)) ||
          flat.getDimSize(1) != type.getShape().back()) {
        return {};
      }
      return createPrimitive(
          rewriter, node.getLoc(), opType, type, flatten.getInputs()[0],
          rewriter.getNamedAttr("axis", rewriter.getI64IntegerAttr(-1)));
    }
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Rewrites that need symbolic shapes
//===----------------------------------------------------------------------===//

/// The dimension of `shape` that stands `fromEnd` places before its end, 1
/// where it has fewer.
static Polynomial getFromEnd(ArrayRef<Polynomial> shape, size_t fromEnd) {
  return fromEnd < shape.size() ? shape[shape.size() - 1 - fromEnd]
                                : Polynomial(1);
}

/// How many trailing dimensions of operands of `node` do not broadcast; absent
/// where none does.
static std::optional<size_t> countMatrixDimensions(NodeOp node) {
  if (node.isPrimitive("MatMul")) {
    return 2;
  }
  for (StringRef opType :
       {"Add", "And", "Div", "Equal", "Mul", "Or", "Sub", "Where", "Greater",
        "GreaterOrEqual", "Less", "LessOrEqual"}) {
    if (node.isPrimitive(opType)) {
      return 0;
    }
  }
  return std::nullopt;
}

/// Whether `user` gives the same result when its operand is the input of the
/// Expand node `expand`: the other operands repeat what it does.
static bool repeatsExpand(OpOperand &use, NodeOp expand,
                          SymbolicShapes &shapes) {
  auto user = dyn_cast<NodeOp>(use.getOwner());
  std::optional<size_t> fixed =
      user ? countMatrixDimensions(user) : std::nullopt;
  auto before = shapes.getShape(expand.getInputs()[0]);
  auto after = shapes.getShape(expand.getResult(0));
  auto result = fixed ? shapes.getShape(user.getResult(0)) : std::nullopt;
  if (!before || !after || !result ||
      (*fixed != 0 && before->size() < *fixed)) {
    return false;
  }
  for (size_t i = 0; i < std::max(result->size(), after->size()); ++i) {
    Polynomial own = getFromEnd(*before, i);
    if (own == getFromEnd(*after, i)) {
      continue;
    }
    if (i < *fixed) {
      return false;
    }
    bool isRepeated =
        llvm::any_of(user->getOpOperands(), [&](OpOperand &other) {
          auto shape = shapes.getShape(other.get());
          return &other != &use && shape &&
                 getFromEnd(*shape, i) == getFromEnd(*result, i);
        });
    if (!isRepeated) {
      return false;
    }
  }
  return true;
}

static void dropRepeatedExpands(Operation *module, SymbolicShapes &shapes) {
  module->walk([&](NodeOp node) {
    if (!node.isPrimitive("Expand")) {
      return;
    }
    for (OpOperand &use :
         llvm::make_early_inc_range(node.getResult(0).getUses())) {
      if (repeatsExpand(use, node, shapes)) {
        use.set(node.getInputs()[0]);
      }
    }
  });
}

/// Reshape [.., X, Y] to [_, X, Y], Transpose [0, 2, 1], Reshape to [.., Y, X]
/// is one Transpose.
static void joinBatchedTranspose(Operation *module, SymbolicShapes &shapes) {
  module->walk([&](NodeOp node) {
    NodeOp transpose = node.isPrimitive("Reshape")
                           ? getPrimitive(node.getInputs()[0], "Transpose")
                           : NodeOp();
    NodeOp merge = transpose ? getPrimitive(transpose.getInputs()[0], "Reshape")
                             : NodeOp();
    if (!merge || transpose.getInts("perm") != SmallVector<int64_t>{0, 2, 1}) {
      return;
    }
    auto input = shapes.getShape(merge.getInputs()[0]);
    auto merged = shapes.getShape(merge.getResult(0));
    auto result = shapes.getShape(node.getResult(0));
    if (!input || !merged || !result || input->size() < 3 ||
        input->size() != result->size() ||
        input->take_back(2) != merged->take_back(2) ||
        input->drop_back(2) != result->drop_back(2) ||
        (*result)[result->size() - 1] != (*input)[input->size() - 2] ||
        (*result)[result->size() - 2] != input->back()) {
      return;
    }
    SmallVector<int64_t> order =
        llvm::to_vector(llvm::seq<int64_t>(0, input->size()));
    std::swap(order[order.size() - 1], order[order.size() - 2]);
    OpBuilder builder(node);
    Value joined = createPrimitive(
        builder, transpose.getLoc(), "Transpose", node.getResult(0).getType(),
        merge.getInputs()[0],
        builder.getNamedAttr("perm", builder.getDenseI64ArrayAttr(order)));
    shapes.setFacts(joined, shapes.getFacts(node.getResult(0)));
    node.getResult(0).replaceAllUsesWith(joined);
  });
}

void CanonicalizeIdiomsPass::runOnOperation() {
  auto &shapes = getAnalysis<SymbolicShapes>();
  dropRepeatedExpands(getOperation(), shapes);
  joinBatchedTranspose(getOperation(), shapes);
  eraseDeadNodes(getOperation());

  MLIRContext *context = &getContext();
  RewritePatternSet patterns(context);
  std::pair<StringRef, Rewrite> rewrites[] = {
      {"Add", rewriteAdd},       {"And", rewriteAnd},
      {"Div", rewriteDiv},       {"Equal", putConstantRight},
      {"Max", putConstantRight}, {"Min", putConstantRight},
      {"Mul", rewriteMul},       {"Or", rewriteOr},
      {"Pow", rewritePow},       {"Reshape", rewriteFlattenedSoftmax},
      {"Sub", rewriteSub},       {"Transpose", rewriteTranspose},
  };
  for (auto [opType, rewrite] : rewrites) {
    patterns.add<IdiomPattern>(context, opType, rewrite);
  }
  // Folding would move and merge constants; that is for CSE, later.
  GreedyRewriteConfig config;
  config.enableFolding(false).enableConstantCSE(false);
  if (failed(
          applyPatternsGreedily(getOperation(), std::move(patterns), config))) {
    signalPassFailure();
  }
}
