//===- SplitPhases.cpp - one graph becomes a step over a cache --*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A value of the graph is either invariant (a constant) or token-major: its
// leading dimensions are the graph's batch and sequence. Operations that work
// row by row carry over with the leading dimensions flattened to one; attention
// is the only operation through which tokens meet.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Split/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/passes/Split/CachePairs.h"
#include "tandem/passes/Split/InnerAxes.h"
#include "tandem/passes/Split/Products.h"
#include "tandem/passes/Split/RowWise.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::transformer;

namespace tandem {
#define GEN_PASS_DEF_SPLITPHASESPASS
#include "tandem/passes/Split/Passes.h.inc"
} // namespace tandem

namespace {

/// Builds `@step` from the graph's function.
class Splitter {
public:
  explicit Splitter(func::FuncOp graph)
      : graph(graph), builder(graph.getContext()) {}

  LogicalResult run();

private:
  LogicalResult findInputs();
  FailureOr<KvCacheType> cacheType();
  LogicalResult check();
  void convert(Operation &op);
  void convertAttention(AttentionOp op);
  void convertRowWise(Operation &op);
  void widenIds(onnx::NodeOp node, OperandRange graphOperands);
  bool dependsOnTokens(Operation &op) const;
  std::string whyNotMapped(Operation &op) const;
  LogicalResult finish(func::ReturnOp terminator);
  Value selectTokens(Value logits);

  func::FuncOp graph;
  func::FuncOp step;
  OpBuilder builder;
  IRMapping mapping;
  /// Values of the graph whose leading dimensions are batch and sequence.
  llvm::DenseSet<Value> tokenMajor;
  Value rows, cache, positions;
  int64_t nextLayer = 0;
};

/// The graph's function: the one that is not private.
func::FuncOp findGraph(ModuleOp module) {
  for (func::FuncOp func : module.getOps<func::FuncOp>()) {
    if (!func.isPrivate()) {
      return func;
    }
  }
  return {};
}

std::string nameOf(func::FuncOp graph, unsigned argument) {
  auto name = graph.getArgAttrOfType<StringAttr>(
      argument, onnx::OnnxDialect::getNameAttrName());
  return name ? name.str() : "#" + std::to_string(argument);
}

/// Says that there is nothing to split, and where an attention may have been.
InFlightDiagnostic reportNoAttention(func::FuncOp graph) {
  InFlightDiagnostic error =
      graph.emitError("has no attention that was recognised, so there are no "
                      "prefill and decode phases to split");
  for (auto node : graph.getOps<onnx::NodeOp>()) {
    if (node.isPrimitive("Softmax")) {
      error.attachNote(node.getLoc())
          << "this Softmax of " << node.getResult(0).getType()
          << " is part of none; `compile --show-remarks` says why";
      break;
    }
  }
  return error;
}

/// All layers share one cache, so their heads must agree.
FailureOr<KvCacheType> Splitter::cacheType() {
  KvCacheType type;
  int64_t layers = 0;
  for (AttentionOp op : graph.getOps<AttentionOp>()) {
    auto key = cast<ShapedType>(op.getKey().getType());
    auto value = cast<ShapedType>(op.getValue().getType());
    int64_t heads = op.getKvHeads();
    auto own = KvCacheType::get(
        graph.getContext(), 0, heads, key.getShape().back() / heads,
        value.getShape().back() / heads, key.getElementType());
    if (type && type != own) {
      return op.emitOpError("keeps ")
             << own << " per layer, but an earlier layer keeps " << type
             << "; layers with different caches are not supported";
    }
    type = own;
    ++layers;
  }
  if (!type) {
    return reportNoAttention(graph);
  }
  return KvCacheType::get(graph.getContext(), layers, type.getHeads(),
                          type.getKeyDim(), type.getValueDim(),
                          type.getElementType());
}

/// Maps the graph's inputs: ids to tokens, position ids to positions. Pasts and
/// the attention mask have no counterpart; they are used by attention only.
LogicalResult Splitter::findInputs() {
  bool sawTokens = false;
  for (BlockArgument argument : graph.getArguments()) {
    bool isIds = false, isPositions = false;
    for (OpOperand &use : argument.getUses()) {
      Operation *user = use.getOwner();
      if (isa<EmbeddingOp>(user) && use.getOperandNumber() == 0) {
        isIds = true;
      }
      if (isa<RotaryOp>(user) && use.getOperandNumber() == 1) {
        isPositions = true;
      }
    }
    std::string name = nameOf(graph, argument.getArgNumber());
    // GPT-2 looks positions up in a table, so the name decides.
    if (isIds && StringRef(name).contains("position")) {
      std::tie(isIds, isPositions) = std::pair(false, true);
    }
    if (isIds && sawTokens) {
      return graph.emitError("input '")
             << name
             << "' is a second input of ids; expected one beside the "
                "position ids";
    }
    if (isIds || isPositions) {
      mapping.map(argument, isIds ? step.getArgument(0) : positions);
      tokenMajor.insert(argument);
      sawTokens |= isIds;
      if (isPositions) {
        onnx::assume(graph, name + ": new token i of a row has the past's "
                                   "length plus i");
      }
    }
  }
  if (!sawTokens) {
    return graph.emitError("has no input that an embedding looks up; expected "
                           "an input such as 'input_ids'");
  }
  return success();
}

bool Splitter::dependsOnTokens(Operation &op) const {
  return llvm::any_of(op.getOperands(), [&](Value operand) {
    return tokenMajor.contains(operand);
  });
}

/// The input of the graph that `value` is computed from, or null where it is
/// constant; ids and positions are not looked at.
BlockArgument findInput(Value value, const llvm::DenseSet<Value> &tokenMajor) {
  SmallVector<Value> work = {value};
  llvm::DenseSet<Value> seen;
  while (!work.empty()) {
    Value next = work.pop_back_val();
    if (tokenMajor.contains(next) || !seen.insert(next).second) {
      continue;
    }
    if (auto argument = dyn_cast<BlockArgument>(next)) {
      return argument;
    }
    llvm::append_range(work, next.getDefiningOp()->getOperands());
  }
  return {};
}

/// Only attention may read pasts and the mask: nothing else of them is left in
/// a step. Empty, or the reason why `op` cannot be carried over.
std::string Splitter::whyNotMapped(Operation &op) const {
  if (isa<PastPositionsOp>(op)) {
    return {};
  }
  ValueRange operands = op.getOperands();
  if (auto attention = dyn_cast<AttentionOp>(op)) {
    operands = operands.take_front(3); // query, key and value
    Value padding = attention.getPadding();
    if (padding && !isa<BlockArgument>(padding)) {
      return "has a padding mask that the graph computes; expected an input of "
             "the graph";
    }
    if (!llvm::all_of(operands, [&](Value operand) {
          return tokenMajor.contains(operand);
        })) {
      return "has a query, key or value that does not depend on the ids";
    }
  }
  for (Value operand : operands) {
    if (BlockArgument input = findInput(operand, tokenMajor)) {
      return "depends on input '" + nameOf(graph, input.getArgNumber()) +
             "', which only attention may read; expected ids or position ids";
    }
  }
  return {};
}

static std::string whyNotCached(AttentionOp op) {
  if (op.getBias()) {
    return "has a mask that is not causal, window or padding; only those "
           "become "
           "lengths and positions of a row";
  }
  if (!op.getKeep().getCausal()) {
    return "is not causal, so a cache cannot serve it";
  }
  return {};
}

/// Finds which values lead with batch and sequence, and reports every operation
/// on them that does not work token by token.
LogicalResult Splitter::check() {
  LogicalResult result = success();
  for (Operation &op : graph.getBody().front().without_terminator()) {
    if (!dependsOnTokens(op)) {
      continue;
    }
    auto attention = dyn_cast<AttentionOp>(op);
    std::string why = attention ? whyNotCached(attention)
                                : whyNotRowWise(op, [&](Value value) {
                                    return tokenMajor.contains(value);
                                  });
    if (why.empty()) {
      why = whyNotMapped(op);
    }
    if (!why.empty()) {
      result = op.emitOpError() << why;
    }
    if (attention) {
      tokenMajor.insert(attention.getOutput());
    } else {
      tokenMajor.insert_range(op.getResults());
    }
  }
  return result;
}

void Splitter::convertAttention(AttentionOp op) {
  Location loc = op.getLoc();
  Value layer = arith::ConstantIndexOp::create(builder, loc, nextLayer++);
  cache = AppendOp::create(builder, loc, cache.getType(), cache, layer,
                           mapping.lookup(op.getKey()),
                           mapping.lookup(op.getValue()), rows);
  Value result = CachedAttentionOp::create(
      builder, loc, flattenTokens(op.getOutput().getType()),
      mapping.lookup(op.getQuery()), cache, layer, rows, op.getHeadsAttr(),
      op.getScaleAttr(), op.getKeepAttr(), op.getSoftcapAttr());
  mapping.map(op.getOutput(), result);
}

/// INT64 of TensorProto.DataType.
constexpr int64_t int64DataType = 7;

/// A step has ids and positions of 32 bits; a node that computes with them
/// takes the 64 of the graph.
void Splitter::widenIds(onnx::NodeOp node, OperandRange graphOperands) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(node);
  for (auto [operand, old] : llvm::zip(node->getOpOperands(), graphOperands)) {
    Type type = flattenTokens(old.getType());
    auto tensor = dyn_cast<RankedTensorType>(operand.get().getType());
    if (tensor && tensor != type && tensor.getElementType().isInteger(32) &&
        getElementTypeOrSelf(type).isInteger(64)) {
      auto to =
          builder.getNamedAttr("to", builder.getI64IntegerAttr(int64DataType));
      operand.set(onnx::NodeOp::create(builder, node.getLoc(), "Cast", type,
                                       operand.get(),
                                       builder.getDictionaryAttr(to))
                      .getResult(0));
    }
  }
}

void Splitter::convertRowWise(Operation &op) {
  Operation *clone = builder.clone(op, mapping);
  for (auto [old, result] : llvm::zip(op.getResults(), clone->getResults())) {
    result.setType(flattenTokens(old.getType()));
  }
  auto node = dyn_cast<onnx::NodeOp>(clone);
  if (node && node.getOpType() != "Cast") { // which takes any type
    widenIds(node, op.getOperands());
  }
  if (node && isProduct(node)) {
    flattenProduct(node);
  } else if (node && hasAxes(node)) {
    auto type = cast<RankedTensorType>(op.getOperand(0).getType());
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(node);
    flattenAxes(node, type.getRank(), [&](ArrayRef<int64_t> list) -> Value {
      DenseIntElementsAttr elements = builder.getI64TensorAttr(list);
      return onnx::ConstantOp::create(builder, op.getLoc(), elements.getType(),
                                      elements);
    });
  }
}

void Splitter::convert(Operation &op) {
  if (auto attention = dyn_cast<AttentionOp>(op)) {
    return convertAttention(attention);
  }
  if (auto past = dyn_cast<PastPositionsOp>(op)) {
    return mapping.map(past.getOutput(), positions);
  }
  if (dependsOnTokens(op)) {
    return convertRowWise(op);
  }
  // What hangs on the mask or the pasts alone was absorbed by attention.
  if (llvm::all_of(op.getOperands(),
                   [&](Value operand) { return mapping.contains(operand); })) {
    builder.clone(op, mapping);
  }
}

/// Moves the choice of tokens up through operations on single rows, so that
/// the final norm runs on the chosen tokens only.
Value Splitter::selectTokens(Value logits) {
  auto isOfTokens = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && type.getRank() > 0 && type.isDynamicDim(0);
  };
  auto isRow = [](Value value) {
    return cast<RankedTensorType>(value.getType()).getRank() == 2;
  };
  OpOperand *use = nullptr;
  Value value = logits;
  while (Operation *op = value.getDefiningOp()) {
    auto others = llvm::make_filter_range(
        op->getResults(), [&](Value result) { return result != value; });
    bool isRead =
        llvm::any_of(others, [](Value result) { return !result.use_empty(); });
    if (isa<CachedAttentionOp>(op) || (use && !value.hasOneUse()) || isRead) {
      break;
    }
    SmallVector<OpOperand *> inputs;
    for (OpOperand &operand : op->getOpOperands()) {
      if (isOfTokens(operand.get())) {
        inputs.push_back(&operand);
      }
    }
    if (inputs.size() != 1 || !isRow(inputs.front()->get())) {
      break;
    }
    use = inputs.front();
    value = use->get();
  }
  builder.setInsertionPointAfterValue(value);
  Value selected = SelectTokensOp::create(builder, logits.getLoc(),
                                          value.getType(), value, rows);
  if (!use) {
    return selected;
  }
  use->set(selected);
  return logits;
}

/// The name of an output of the graph, in quotes.
std::string describeResult(func::FuncOp graph, unsigned number) {
  auto name = graph.getResultAttrOfType<StringAttr>(
      number, onnx::OnnxDialect::getNameAttrName());
  return "output '" + (name ? name.str() : "#" + std::to_string(number)) + "'";
}

LogicalResult Splitter::finish(func::ReturnOp terminator) {
  Value logits;
  for (OpOperand &operand : terminator->getOpOperands()) {
    Value result = operand.get();
    if (isPresent(result)) {
      continue; // it lives in the cache
    }
    if (!tokenMajor.contains(result)) {
      return graph.emitError("returns ")
             << describeResult(graph, operand.getOperandNumber())
             << ", which is neither logits nor a present; expected no other "
                "output";
    }
    if (logits) {
      return graph.emitError("returns several values per token; expected the "
                             "logits and the presents only");
    }
    logits = mapping.lookup(result);
  }
  if (!logits) {
    return graph.emitError("returns no value per token; expected logits");
  }
  auto type = cast<ShapedType>(logits.getType());
  if (type.getRank() != 2 || type.isDynamicDim(1) || type.getDimSize(1) == 0) {
    return emitError(logits.getLoc(), "makes logits of type ")
           << type << " per token; expected a vocabulary that is known and not "
           << "empty";
  }
  Value selected = selectTokens(logits);
  builder.setInsertionPointToEnd(&step.getBody().front());
  func::ReturnOp::create(builder, terminator.getLoc(),
                         ValueRange{selected, cache});
  step.setFunctionType(builder.getFunctionType(
      step.getArgumentTypes(), {selected.getType(), cache.getType()}));
  return success();
}

LogicalResult Splitter::run() {
  FailureOr<KvCacheType> type = cacheType();
  if (failed(type)) {
    return failure();
  }
  MLIRContext *context = graph.getContext();
  auto tokens = RankedTensorType::get({ShapedType::kDynamic},
                                      IntegerType::get(context, 32));
  builder.setInsertionPoint(graph);
  step = func::FuncOp::create(
      builder, graph.getLoc(), "step",
      builder.getFunctionType({tokens, RowsType::get(context), *type}, {}));
  step->setAttr("deploy.phases",
                builder.getStrArrayAttr({"prefill", "decode"}));
  Block *entry = step.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  rows = entry->getArgument(1);
  cache = entry->getArgument(2);
  positions = PositionsOp::create(builder, graph.getLoc(), tokens, rows);

  if (failed(findInputs()) || failed(check()) ||
      failed(verifyCachePairs(graph))) {
    return failure();
  }
  Block &body = graph.getBody().front();
  for (Operation &op : body.without_terminator()) {
    convert(op);
  }
  if (failed(finish(cast<func::ReturnOp>(body.getTerminator())))) {
    return failure();
  }
  graph.erase();
  return success();
}

struct SplitPhasesPass : tandem::impl::SplitPhasesPassBase<SplitPhasesPass> {
  void runOnOperation() override {
    func::FuncOp graph = findGraph(getOperation());
    if (!graph) {
      getOperation().emitError(
          "has no graph function; expected the model level");
      return signalPassFailure();
    }
    if (failed(Splitter(graph).run())) {
      signalPassFailure();
    }
  }
};

} // namespace
