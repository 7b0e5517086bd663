//===- RaiseLinear.cpp - recognise linear layers ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Products with constant matrices and lookups of their rows.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/ElementAccess.h"
#include "tandem/passes/Raise/NodeMatching.h"
#include "tandem/passes/Raise/Passes.h"
#include "tandem/passes/Raise/TokenMajor.h"

namespace tandem {
#define GEN_PASS_DEF_RAISELINEARPASS
#include "tandem/passes/Raise/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;
using transformer::EmbeddingOp;
using transformer::LinearOp;
using transformer::MatrixLayout;

static constexpr StringLiteral category = "raise-linear";

namespace {
struct Matrix {
  Value value;
  /// Whether the graph uses the matrix transposed.
  bool transposed;
};
} // namespace

/// A constant matrix, possibly behind a Transpose.
static std::optional<Matrix> matchMatrix(Value value) {
  bool transposed = false;
  if (NodeOp transpose = definedBy(value, "Transpose")) {
    SmallVector<int64_t> order = transpose.getInts("perm");
    if (!order.empty() && order != SmallVector<int64_t>{1, 0}) {
      return std::nullopt;
    }
    value = transpose.getInput(0);
    transposed = true;
  }
  RankedTensorType type = tensorType(value);
  if (!isConstant(value) || !isFloatTensor(value) || type.getRank() != 2) {
    return std::nullopt;
  }
  return Matrix{value, transposed};
}

namespace {
/// Replaces nodes by operations and keeps what is known of their shapes.
class Raiser {
public:
  Raiser(ElementAccess &access, IRRewriter &rewriter)
      : access(access), rewriter(rewriter) {}

  void raise(NodeOp node);

private:
  void raiseMatMul(NodeOp node);
  void raiseGemm(NodeOp node);
  void raiseBias(NodeOp node);
  void raiseGather(NodeOp node);
  void raiseMergedRows(NodeOp node);
  Value findRows(Value source, Value result, Location loc);
  void replaceByLinear(NodeOp node, Value input, const Matrix &weight,
                       Value bias);
  void replace(NodeOp node, Value value, const Twine &what);

  ElementAccess &access;
  IRRewriter &rewriter;
};
} // namespace

void Raiser::replace(NodeOp node, Value value, const Twine &what) {
  replaceRaised(node, value, rewriter, access.shapes, category, what);
}

void Raiser::replaceByLinear(NodeOp node, Value input, const Matrix &weight,
                             Value bias) {
  MatrixLayout layout = weight.transposed ? MatrixLayout::nk : MatrixLayout::kn;
  Value linear =
      LinearOp::create(rewriter, node.getLoc(), node->getResult(0).getType(),
                       input, weight.value, bias, layout);
  replace(node, linear, "linear, layout " + stringifyMatrixLayout(layout));
}

void Raiser::raiseMatMul(NodeOp node) {
  auto weight = matchMatrix(node.getInput(1));
  RankedTensorType input = tensorType(node.getInput(0));
  if (!weight) {
    return;
  }
  if (!input || input.getRank() < 2 || isConstant(node.getInput(0))) {
    reportMissed(node.getLoc(), category, "the input is no batch of rows");
    return;
  }
  replaceByLinear(node, node.getInput(0), *weight, Value());
}

void Raiser::raiseGemm(NodeOp node) {
  auto weight = matchMatrix(node.getInput(1));
  if (!weight) {
    return;
  }
  Value bias = node.getInput(2);
  if (node.getInt("transA", 0) != 0 || node.getFloat("alpha", 1) != 1 ||
      (bias && node.getFloat("beta", 1) != 1)) {
    reportMissed(node.getLoc(), category,
                 "Gemm scales or transposes its input");
    return;
  }
  if (bias && !isVectorOf(bias, widthOf(node->getResult(0)))) {
    reportMissed(node.getLoc(), category, "Gemm's C is not a vector");
    return;
  }
  weight->transposed ^= node.getInt("transB", 0) != 0;
  replaceByLinear(node, node.getInput(0), *weight, bias);
}

/// Adds a constant vector to a linear layer that has no bias and no other user.
void Raiser::raiseBias(NodeOp node) {
  for (unsigned side : {0, 1}) {
    Value bias = node.getInput(1 - side);
    auto linear = node.getInput(side).getDefiningOp<LinearOp>();
    if (!linear || linear.getBias() || !linear->hasOneUse() ||
        !isConstant(bias) || !isVectorOf(bias, linear.getN()) ||
        linear.getType() != node->getResult(0).getType()) {
      continue;
    }
    auto biased = LinearOp::create(
        rewriter, rewriter.getFusedLoc({linear.getLoc(), node.getLoc()}),
        linear.getType(), linear.getInput(), linear.getWeight(), bias,
        linear.getLayout());
    biased.setAccuracyLevelAttr(linear.getAccuracyLevelAttr());
    replace(node, biased, "bias of a linear");
    return;
  }
}

void Raiser::raiseGather(NodeOp node) {
  auto table = matchMatrix(node.getInput(0));
  RankedTensorType ids = tensorType(node.getInput(1));
  if (!table || !ids || isConstant(node.getInput(1))) {
    return;
  }
  if (node.getInt("axis", 0) != 0) {
    reportMissed(node.getLoc(), category, "Gather takes columns, not rows");
    return;
  }
  MatrixLayout layout = table->transposed ? MatrixLayout::kn : MatrixLayout::nk;
  Value rows =
      EmbeddingOp::create(rewriter, node.getLoc(), node->getResult(0).getType(),
                          node.getInput(1), table->value, layout);
  replace(node, rows, "embedding");
}

/// The rows of `source` with the dimensions of `result` but its own width,
/// where their leading dimensions agree: `source` or its last two dimensions
/// merged.
Value Raiser::findRows(Value source, Value result, Location loc) {
  auto shape = access.getShape(result), sourceShape = access.getShape(source);
  if (!shape || !sourceShape || shape->size() != 3 || sourceShape->size() < 3 ||
      sourceShape->size() > 4 ||
      shape->take_front(2) != sourceShape->take_front(2)) {
    return {};
  }
  return sourceShape->size() == 3
             ? source
             : TokenMajor(access, rewriter, loc).mergeHeads(source);
}

/// Moves a linear layer from rows with merged leading dimensions to the value
/// that has them, where `node` restores them (GPT-2's Conv1D).
void Raiser::raiseMergedRows(NodeOp node) {
  Value result = node->getResult(0);
  auto linear = node.getInput(0).getDefiningOp<LinearOp>();
  NodeOp merge = linear ? definedBy(linear.getInput(), "Reshape") : NodeOp();
  Value rows =
      merge ? findRows(merge.getInput(0), result, node.getLoc()) : Value();
  if (!rows) {
    return;
  }
  auto rowsShape = access.getShape(rows);
  if (!access.getShape(result) || !rowsShape || rowsShape->size() != 3) {
    return;
  }
  Indices indices = access.makeIndices(result);
  Element row = access.get(result, indices, [&](Value value) {
    return value == linear.getOutput();
  });
  if (row->kind != ElementNode::Kind::load ||
      row->tensor != linear.getOutput() ||
      row->indices.back() != indices.back()) {
    return;
  }
  // The same row of the input, by its own indices.
  Indices merged(row->indices);
  merged.back() = indices.back() =
      access.elements.makeIndex((*access.getShape(rows))[2]);
  auto isSource = [&](Value value) { return value == merge.getInput(0); };
  if (access.get(linear.getInput(), merged, isSource) !=
      access.get(rows, indices, isSource)) {
    return;
  }
  auto moved = LinearOp::create(rewriter, linear.getLoc(), result.getType(),
                                rows, linear.getWeight(), linear.getBias(),
                                linear.getLayout());
  moved.setAccuracyLevelAttr(linear.getAccuracyLevelAttr());
  replace(node, moved, "linear on merged rows");
}

void Raiser::raise(NodeOp node) {
  if (isOperator(node, "MatMul")) {
    raiseMatMul(node);
  } else if (isOperator(node, "Gemm")) {
    raiseGemm(node);
  } else if (isOperator(node, "Add")) {
    raiseBias(node);
  } else if (isOperator(node, "Gather")) {
    raiseGather(node);
  } else if (isOperator(node, "Reshape")) {
    raiseMergedRows(node);
  }
}

namespace {
class RaiseLinearPass
    : public tandem::impl::RaiseLinearPassBase<RaiseLinearPass> {
  void runOnOperation() override {
    ElementAccess access(getOperation(),
                         getAnalysis<primitives::SymbolicShapes>());
    raiseNodes(
        getOperation(),
        [&](NodeOp node, IRRewriter &rewriter) {
          Raiser(access, rewriter).raise(node);
        },
        &access.shapes);
  }
};
} // namespace
