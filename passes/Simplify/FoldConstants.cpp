//===- FoldConstants.cpp - compute what is known -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Folds in program order, so that one walk is enough: what a fold makes known
// is known to every node after it.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinOps.h"

#include "tandem/passes/Primitives/Evaluator.h"
#include "tandem/passes/Primitives/SymbolicShapes.h"
#include "tandem/passes/Simplify/Nodes.h"
#include "tandem/passes/Simplify/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_FOLDCONSTANTSPASS
#include "tandem/passes/Simplify/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::simplify;
using namespace tandem::primitives;
using tandem::onnx::NodeOp;

namespace {

class FoldConstantsPass
    : public tandem::impl::FoldConstantsPassBase<FoldConstantsPass> {
public:
  using FoldConstantsPassBase::FoldConstantsPassBase;
  void runOnOperation() override;

private:
  void foldBlock(Block &block, IRRewriter &rewriter);
  bool foldContents(NodeOp node);
  bool foldWhere(NodeOp node);
  bool foldInputs(NodeOp node);
  Operation *inlineBranch(NodeOp node, IRRewriter &rewriter);

  SymbolicShapes *shapes = nullptr;
};

} // namespace

/// The constant that holds `integers` as a tensor of `type`.
static DenseElementsAttr makeElements(RankedTensorType type,
                                      ArrayRef<int64_t> integers) {
  unsigned width = type.getElementType().getIntOrFloatBitWidth();
  SmallVector<APInt> elements;
  for (int64_t integer : integers) {
    elements.push_back(APInt(64, integer).trunc(width));
  }
  return DenseElementsAttr::get(type, elements);
}

/// Replaces a node by constants where the contents of all results are numbers.
bool FoldConstantsPass::foldContents(NodeOp node) {
  SmallVector<DenseElementsAttr> values;
  for (Value result : node.getResults()) {
    std::optional<SmallVector<int64_t>> integers = shapes->getIntegers(result);
    auto type = dyn_cast_or_null<RankedTensorType>(shapes->getType(result));
    if (!integers || !type || !type.hasStaticShape() ||
        type.getNumElements() != static_cast<int64_t>(integers->size())) {
      return false;
    }
    values.push_back(makeElements(type, *integers));
  }
  OpBuilder builder(node);
  for (auto [result, value] : llvm::zip(node.getResults(), values)) {
    auto constant = onnx::ConstantOp::create(builder, node.getLoc(),
                                             value.getType(), value);
    shapes->visit(constant);
    result.replaceAllUsesWith(constant.getOutput());
  }
  return !values.empty();
}

/// Replaces `Where` by what it chooses, where that has the result's shape.
bool FoldConstantsPass::foldWhere(NodeOp node) {
  if (!node.isPrimitive("Where") || node.getInputs().size() != 3) {
    return false;
  }
  std::optional<double> condition = getUniformNumber(node.getInputs()[0]);
  if (!condition) {
    return false;
  }
  Value chosen = node.getInputs()[*condition != 0 ? 1 : 2];
  std::optional<ArrayRef<Polynomial>> shape = shapes->getShape(chosen);
  if (!shape || shape != shapes->getShape(node.getResult(0))) {
    return false;
  }
  node.getResult(0).replaceAllUsesWith(chosen);
  return true;
}

/// Evaluates a node whose inputs are small constants. A change of layout alone
/// is left: what consumes it absorbs it.
bool FoldConstantsPass::foldInputs(NodeOp node) {
  if (node.getOpset() || !node.getSubgraphs().empty() ||
      node.getInputs().empty()) {
    return false;
  }
  SmallVector<ElementsAttr> inputs;
  for (Value input : node.getInputs()) {
    DenseElementsAttr elements = getElements(input);
    if (!elements && !isa<NoneType>(input.getType())) {
      return false;
    }
    inputs.push_back(elements);
  }
  FailureOr<SmallVector<ElementsAttr>> values =
      primitives::foldPrimitive(node, inputs, maxBytes);
  if (failed(values)) {
    return false;
  }
  OpBuilder builder(node);
  for (auto [result, value] : llvm::zip(node.getResults(), *values)) {
    auto constant = onnx::ConstantOp::create(builder, node.getLoc(),
                                             value.getType(), value);
    shapes->visit(constant);
    result.replaceAllUsesWith(constant.getOutput());
  }
  return true;
}

/// Moves the branch that an `If` takes to before it; the first operation moved,
/// or null where the condition is not known.
Operation *FoldConstantsPass::inlineBranch(NodeOp node, IRRewriter &rewriter) {
  if (!node.isPrimitive("If") || node.getSubgraphs().size() != 2) {
    return nullptr;
  }
  std::optional<double> condition = getUniformNumber(node.getInput(0));
  if (!condition) {
    return nullptr;
  }
  StringRef wanted = *condition != 0 ? "then_branch" : "else_branch";
  for (auto [name, region] :
       llvm::zip(node.getSubgraphNames()->getAsValueRange<StringAttr>(),
                 node.getSubgraphs())) {
    if (name != wanted) {
      continue;
    }
    Block &branch = region.front();
    Operation *terminator = branch.getTerminator();
    if (terminator->getNumOperands() != node.getNumResults()) {
      return nullptr;
    }
    node->replaceAllUsesWith(terminator->getOperands());
    rewriter.eraseOp(terminator);
    Operation *first = branch.empty() ? node->getNextNode() : &branch.front();
    node->getBlock()->getOperations().splice(node->getIterator(),
                                             branch.getOperations());
    return first;
  }
  return nullptr;
}

void FoldConstantsPass::foldBlock(Block &block, IRRewriter &rewriter) {
  Operation *next = nullptr;
  for (Operation *operation = &block.front(); operation; operation = next) {
    next = operation->getNextNode();
    auto node = dyn_cast<NodeOp>(operation);
    if (!node) {
      for (Region &region : operation->getRegions()) {
        for (Block &inner : region) {
          foldBlock(inner, rewriter);
        }
      }
      continue;
    }
    if (Operation *first = inlineBranch(node, rewriter)) {
      next = first;
      rewriter.eraseOp(node);
      continue;
    }
    shapes->visit(node); // its inputs may be better known by now
    if (foldContents(node) || foldWhere(node) || foldInputs(node)) {
      rewriter.eraseOp(node);
      continue;
    }
    for (Region &region : node.getSubgraphs()) {
      foldBlock(region.front(), rewriter);
    }
  }
}

void FoldConstantsPass::runOnOperation() {
  shapes = &getAnalysis<SymbolicShapes>();
  if (shapes->hasErrors()) {
    return signalPassFailure();
  }
  IRRewriter rewriter(&getContext(), shapes);
  for (Operation &operation :
       llvm::make_early_inc_range(getOperation().getBody()->getOperations())) {
    for (Region &region : operation.getRegions()) {
      for (Block &block : region) {
        foldBlock(block, rewriter);
      }
    }
  }
  eraseDeadNodes(getOperation());
}
