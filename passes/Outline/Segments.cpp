//===- Segments.cpp - a step in pieces, a chip each -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Outline/Segments.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"

#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/passes/Outline/Activations.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::deploy;
using transformer::KvCacheType;

namespace {

/// The operations between two cuts.
struct Piece {
  ChipAttr chip;
  int64_t stage = 0;
  SmallVector<TransferOp> incoming;
  SmallVector<Operation *> operations;
};

/// Writes one piece as a function.
class PieceWriter {
public:
  PieceWriter(func::FuncOp step, const Piece &piece, const Piece *next,
              const Activations &activations)
      : step(step), piece(piece), next(next), activations(activations),
        builder(step.getContext()) {}

  FailureOr<OwningOpRef<func::FuncOp>> write();

private:
  void addArguments();
  void findLayers();
  Value lookup(Operation *user, Value value);
  LogicalResult cloneOperation(Operation *op);
  void renumberLayer(Operation *op);
  SmallVector<Value> results();
  void eraseUnusedArguments();

  func::FuncOp step;
  const Piece &piece;
  const Piece *next;
  const Activations &activations;
  OpBuilder builder;
  func::FuncOp function;
  IRMapping mapping;
  KvCacheType cacheType; ///< of the piece; null where it has no layer
  Value cache;           ///< its latest version
  int64_t firstLayer = 0;
};

} // namespace

static std::optional<int64_t> layerOf(Operation *op) {
  Value layer;
  if (auto append = dyn_cast<transformer::AppendOp>(op)) {
    layer = append.getLayer();
  }
  if (auto attention = dyn_cast<transformer::CachedAttentionOp>(op)) {
    layer = attention.getLayer();
  }
  IntegerAttr number;
  if (!layer || !matchPattern(layer, m_Constant(&number))) {
    return std::nullopt;
  }
  return number.getInt();
}

void PieceWriter::findLayers() {
  int64_t last = -1;
  KvCacheType whole;
  for (Operation *op : piece.operations) {
    if (std::optional<int64_t> layer = layerOf(op)) {
      firstLayer = last < 0 ? *layer : std::min(firstLayer, *layer);
      last = std::max(last, *layer);
      for (Value operand : op->getOperands()) {
        if (auto type = dyn_cast<KvCacheType>(operand.getType())) {
          whole = type;
        }
      }
    }
  }
  if (whole) {
    cacheType = KvCacheType::get(step.getContext(), last - firstLayer + 1,
                                 whole.getHeads(), whole.getKeyDim(),
                                 whole.getValueDim(), whole.getElementType());
  }
}

void PieceWriter::addArguments() {
  Block &entry = function.getBody().emplaceBlock();
  auto add = [&](Value original, Type type) {
    mapping.map(original, entry.addArgument(type, original.getLoc()));
  };
  for (BlockArgument argument : step.getArguments()) {
    if (isa<RankedTensorType>(argument.getType())) {
      add(argument, argument.getType());
    }
  }
  for (TransferOp transfer : piece.incoming) {
    add(transfer.getOutput(), transfer.getOutput().getType());
  }
  for (BlockArgument argument : step.getArguments()) {
    if (isa<RankedTensorType>(argument.getType())) {
      continue;
    }
    bool isCache = isa<KvCacheType>(argument.getType());
    if (isCache && !cacheType) {
      continue;
    }
    add(argument, isCache ? Type(cacheType) : argument.getType());
    if (isCache) {
      cache = mapping.lookup(argument);
    }
  }
}

Value PieceWriter::lookup(Operation *user, Value value) {
  if (isa<KvCacheType>(value.getType()) && cache) {
    return cache; // its versions follow each other in the program's order
  }
  if (Value known = mapping.lookupOrNull(value)) {
    return known;
  }
  Operation *definition = value.getDefiningOp();
  if (!definition || activations.contains(value)) {
    user->emitOpError("on chip '")
        << piece.chip.getName()
        << "' uses a value that no deploy.transfer brings there";
    return {};
  }
  return succeeded(cloneOperation(definition)) ? mapping.lookup(value)
                                               : Value();
}

LogicalResult PieceWriter::cloneOperation(Operation *op) {
  for (Value operand : op->getOperands()) {
    Value mapped = lookup(op, operand);
    if (!mapped) {
      return failure();
    }
    mapping.map(operand, mapped);
  }
  Operation *copy = builder.clone(*op, mapping);
  renumberLayer(copy);
  for (OpResult result : copy->getResults()) {
    if (isa<KvCacheType>(result.getType())) {
      result.setType(cacheType);
      cache = result;
    }
  }
  return success();
}

/// Layers of a piece count from 0.
void PieceWriter::renumberLayer(Operation *op) {
  std::optional<int64_t> layer = layerOf(op);
  if (!layer || firstLayer == 0) {
    return;
  }
  OpBuilder before(op);
  Value number =
      arith::ConstantIndexOp::create(before, op->getLoc(), *layer - firstLayer);
  for (OpOperand &operand : op->getOpOperands()) {
    if (isa<IndexType>(operand.get().getType())) {
      operand.set(number);
    }
  }
}

SmallVector<Value> PieceWriter::results() {
  SmallVector<Value> values;
  Operation *end = step.getBody().front().getTerminator();
  auto add = [&](Operation *user, Value value) {
    if (!isa<KvCacheType>(value.getType())) {
      values.push_back(lookup(user, value));
    }
  };
  if (next) {
    for (TransferOp transfer : next->incoming) {
      add(transfer, transfer.getInput());
    }
  } else {
    for (Value value : end->getOperands()) {
      add(end, value);
    }
  }
  if (cache && !isa<BlockArgument>(cache)) {
    values.push_back(cache);
  }
  return values;
}

void PieceWriter::eraseUnusedArguments() {
  for (int64_t i = function.getNumArguments() - 1; i >= 0; --i) {
    BlockArgument argument = function.getArgument(i);
    // The rows stay: they give a step its size.
    if (argument.use_empty() &&
        !isa<transformer::RowsType>(argument.getType())) {
      (void)function.eraseArgument(i);
    }
  }
}

FailureOr<OwningOpRef<func::FuncOp>> PieceWriter::write() {
  OwningOpRef<func::FuncOp> owner = func::FuncOp::create(
      step.getLoc(), step.getName(), builder.getFunctionType({}, {}));
  function = *owner;
  findLayers();
  addArguments();
  builder.setInsertionPointToEnd(&function.getBody().front());
  for (Operation *op : piece.operations) {
    bool isDone = llvm::all_of(op->getResults(), [&](Value result) {
      return mapping.contains(result); // cloned for an earlier user
    });
    // Constants, positions and tables are cloned where something uses them.
    bool isActivation = llvm::any_of(op->getResults(), [&](Value result) {
      return activations.contains(result);
    });
    if (isActivation && !isDone && failed(cloneOperation(op))) {
      return failure();
    }
  }
  SmallVector<Value> values = results();
  if (llvm::is_contained(values, Value())) {
    return failure();
  }
  func::ReturnOp::create(builder, step.getLoc(), values);
  function.setType(builder.getFunctionType(
      function.getBody().front().getArgumentTypes(), ValueRange(values)));
  eraseUnusedArguments();
  return owner;
}

FailureOr<std::vector<Segment>> tandem::cutAtTransfers(func::FuncOp step,
                                                       ChipAttr first) {
  Activations activations(step);
  std::vector<Piece> pieces(1);
  pieces.front().chip = first;
  for (Operation &op : step.getBody().front().without_terminator()) {
    auto transfer = dyn_cast<TransferOp>(op);
    if (!transfer) {
      pieces.back().operations.push_back(&op);
      continue;
    }
    if (!isa_and_nonnull<TransferOp>(op.getPrevNode())) {
      pieces.push_back({transfer.getChip(),
                        static_cast<int64_t>(transfer.getStage()),
                        {},
                        {}});
    }
    pieces.back().incoming.push_back(transfer);
  }
  std::vector<Segment> segments;
  if (pieces.size() == 1) {
    segments.push_back({first, 0, step.clone()});
    return segments;
  }
  for (size_t i = 0; i < pieces.size(); ++i) {
    const Piece *next = i + 1 < pieces.size() ? &pieces[i + 1] : nullptr;
    auto function = PieceWriter(step, pieces[i], next, activations).write();
    if (failed(function)) {
      return failure();
    }
    segments.push_back({pieces[i].chip, pieces[i].stage, std::move(*function)});
  }
  return segments;
}
