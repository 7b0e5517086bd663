//===- RaiseRotary.cpp - recognise rotary embeddings ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fused operators and the results of RotaryPattern become `transformer.rotary`.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/NodeMatching.h"
#include "tandem/passes/Raise/Passes.h"
#include "tandem/passes/Raise/RotaryPattern.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tandem {
#define GEN_PASS_DEF_RAISEROTARYPASS
#include "tandem/passes/Raise/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;
using transformer::RotaryOp;
using transformer::RotaryTableOp;

static constexpr StringLiteral category = "raise-rotary";

//===----------------------------------------------------------------------===//
// Positions and tables
//===----------------------------------------------------------------------===//

/// The [B, S] value that `position` reads at (batch, token): a value of the
/// graph, or the past's length and the index. Null where it is neither.
static Value findPositions(const Polynomial &position, const Polynomial &batch,
                           const Polynomial &token, Value rows,
                           ElementAccess &access, OpBuilder &builder) {
  Element load = access.elements.getOpaque(position);
  if (load && load->kind == ElementNode::Kind::load &&
      load->indices == Indices{batch, token}) {
    return load->tensor;
  }
  auto function = builder.getInsertionBlock()
                      ->getParentOp()
                      ->getParentOfType<func::FuncOp>();
  if (!function) {
    function =
        dyn_cast<func::FuncOp>(builder.getInsertionBlock()->getParentOp());
  }
  for (BlockArgument past :
       function ? function.getArguments() : ArrayRef<BlockArgument>()) {
    auto shape = access.getShape(past);
    if (isFloatTensor(past) && shape && shape->size() == 4 &&
        position == (*shape)[2] + token) {
      auto type = RankedTensorType::get(
          tensorType(rows).getShape().take_front(2), builder.getI64Type());
      auto positions = transformer::PastPositionsOp::create(
          builder, rows.getLoc(), type, past, rows);
      access.shapes.visit(positions);
      return positions;
    }
  }
  return {};
}

/// The tables of cosines and sines that `angles` describe.
static std::pair<Value, Value> createTables(const RotaryAngles &angles,
                                            Location loc, OpBuilder &builder) {
  if (angles.cosTable) {
    return {angles.cosTable, angles.sinTable};
  }
  auto type = RankedTensorType::get(
      {ShapedType::kDynamic, angles.frequencies.getNumElements()},
      builder.getF32Type());
  auto tables = RotaryTableOp::create(builder, loc, type, type,
                                      cast<ElementsAttr>(angles.frequencies),
                                      builder.getF64FloatAttr(angles.scale));
  return {tables.getCos(), tables.getSin()};
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// Whether `node` may be the last operator of a rotary embedding.
static bool isCandidate(NodeOp node) {
  static constexpr StringLiteral last[] = {"Add", "Concat", "Reshape"};
  if (node.getDomain() || !llvm::is_contained(last, node.getOpType()) ||
      !isFloatTensor(node->getResult(0))) {
    return false;
  }
  return tensorType(node->getResult(0)).getRank() == 4;
}

static void raiseArithmetic(NodeOp node, ElementAccess &access,
                            IRRewriter &rewriter) {
  Value result = node->getResult(0);
  auto rotation = matchRotation(result, access);
  if (!rotation) {
    return;
  }
  TokenMajor layout(access, rewriter, node.getLoc());
  Value rows = layout.fromLoad(rotation->source, rotation->at);
  if (!rows) {
    reportMissed(node.getLoc(), category, "the input is not heads of rows");
    return;
  }
  Value positions = findPositions(rotation->angles.position, rotation->at.batch,
                                  rotation->at.token, rows, access, rewriter);
  if (!positions) {
    reportMissed(node.getLoc(), category,
                 "the angles depend on more than a position per token");
    return;
  }
  auto [cosine, sine] = createTables(rotation->angles, node.getLoc(), rewriter);
  int64_t heads = rotation->at.heads;
  auto rotary =
      RotaryOp::create(rewriter, node.getLoc(), rows.getType(), rows, positions,
                       cosine, sine, heads, rotation->interleaved);
  access.shapes.visit(rotary);
  Value replacement = rotation->headsAreFirst
                          ? layout.headsFirst(rotary, heads)
                          : layout.splitHeads(rotary, heads);
  reportRaised(node.getLoc(), category, "rotation of heads");
  rewriter.replaceAllUsesWith(result, replacement);
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

namespace {
/// Inputs of the two fused operators, which have them in different orders.
struct FusedRotary {
  Value input, positions, cosine, sine;
};
} // namespace

static std::optional<FusedRotary> matchFused(NodeOp node) {
  if (isOperator(node, "RotaryEmbedding")) {
    return FusedRotary{node.getInput(0), node.getInput(3), node.getInput(1),
                       node.getInput(2)};
  }
  if (isContribOperator(node, "RotaryEmbedding")) {
    return FusedRotary{node.getInput(0), node.getInput(1), node.getInput(2),
                       node.getInput(3)};
  }
  return std::nullopt;
}

/// Finds tables and positions where the operator gets cosines and sines of each
/// token, [B, S, pairs]; returns why not.
static std::string readCosines(FusedRotary &fused, ElementAccess &access,
                               IRRewriter &rewriter) {
  auto shape = access.getShape(fused.cosine);
  if (!shape || shape->size() != 3 ||
      ShapedType::isDynamic(widthOf(fused.cosine))) {
    return "the cosines are not one row per token";
  }
  Indices indices = access.makeIndices(fused.cosine);
  int64_t pairs = widthOf(fused.cosine);
  auto angles = readAngles(access.get(fused.cosine, indices),
                           access.get(fused.sine, indices), /*scale=*/1,
                           indices[2], pairs, access.elements);
  if (!angles) {
    return "the cosines are not those of positions";
  }
  fused.positions = findPositions(angles->position, indices[0], indices[1],
                                  fused.input, access, rewriter);
  if (!fused.positions) {
    return "the angles depend on more than a position per token";
  }
  std::tie(fused.cosine, fused.sine) =
      createTables(*angles, fused.cosine.getLoc(), rewriter);
  return "";
}

/// The number of heads, from the operator or from the tables; 0 if unknown.
static int64_t headsOf(NodeOp node, const FusedRotary &fused) {
  int64_t heads = node.getInt("num_heads", 0);
  int64_t pairs = widthOf(fused.cosine);
  bool isWhole = node.getInt("rotary_embedding_dim", 0) == 0;
  return heads == 0 && isWhole && pairs > 0 ? widthOf(fused.input) / (2 * pairs)
                                            : heads;
}

/// Replaces a fused operator; returns why not.
static std::string raiseFused(NodeOp node, FusedRotary fused,
                              ElementAccess &access, IRRewriter &rewriter) {
  RankedTensorType type = tensorType(fused.input);
  if (!type || type.getRank() != 3) {
    return "inputs with a dimension of heads are not supported";
  }
  if (node.getFloat("scale", 1) != 1 ||
      node.getInt("is_packed_batching", 0) != 0) {
    return "scaled or packed inputs are not supported";
  }
  if (!fused.positions) {
    if (std::string why = readCosines(fused, access, rewriter); !why.empty()) {
      return why;
    }
  }
  RankedTensorType positions = tensorType(fused.positions);
  int64_t heads = headsOf(node, fused);
  if (heads <= 0 || !positions || positions.getRank() != 2) {
    return "the number of heads or the position of each token is unknown";
  }
  auto rotary = RotaryOp::create(rewriter, node.getLoc(), type, fused.input,
                                 fused.positions, fused.cosine, fused.sine,
                                 heads, node.getInt("interleaved", 0) != 0);
  access.shapes.visit(rotary);
  reportRaised(node.getLoc(), category, node.getQualifiedName());
  rewriter.replaceAllUsesWith(node->getResult(0), rotary);
  return "";
}

namespace {
class RaiseRotaryPass
    : public tandem::impl::RaiseRotaryPassBase<RaiseRotaryPass> {
  void runOnOperation() override {
    ElementAccess access(getOperation(),
                         getAnalysis<primitives::SymbolicShapes>());
    raiseNodes(
        getOperation(),
        [&](NodeOp node, IRRewriter &rewriter) {
          if (auto fused = matchFused(node)) {
            std::string why = raiseFused(node, *fused, access, rewriter);
            if (!why.empty()) {
              reportMissed(node.getLoc(), category, why);
            }
          } else if (isCandidate(node)) {
            raiseArithmetic(node, access, rewriter);
          }
        },
        &access.shapes);
  }
};
} // namespace
