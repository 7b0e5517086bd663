//===- Units.cpp - the structural units of a step -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/passes/Place/Units.h"

#include <map>

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"

using namespace mlir;

namespace tandem {

StringRef toString(UnitKind kind) {
  switch (kind) {
  case UnitKind::embedding:
    return "embedding";
  case UnitKind::attention:
    return "attention";
  case UnitKind::feedForward:
    return "ffn";
  case UnitKind::head:
    return "head";
  }
  llvm_unreachable("not a kind of unit");
}

bool isWeight(Value value) {
  Operation *op = value.getDefiningOp();
  return op && isa<onnx::ConstantOp, transformer::RotaryTableOp>(op);
}

namespace {

/// Whether an operation computes something for tokens, so that a unit runs it.
bool isWork(Operation &op) {
  return !isWeight(op.getNumResults() ? op.getResult(0) : Value()) &&
         !op.hasTrait<OpTrait::ConstantLike>() &&
         !op.hasTrait<OpTrait::IsTerminator>();
}

/// Assigns operations to units; what is assigned first stays.
class Cutter {
public:
  explicit Cutter(func::FuncOp step) : body(step.getBody().front()) {}

  std::vector<Unit> run() {
    // The head is what follows the choice of tokens.
    for (auto select : body.getOps<transformer::SelectTokensOp>()) {
      assignUsers(select, {UnitKind::head, 0});
    }
    for (auto embedding : body.getOps<transformer::EmbeddingOp>()) {
      assign(embedding, {UnitKind::embedding, 0});
    }
    int64_t layer = 0;
    for (auto op : body.getOps<transformer::CachedAttentionOp>()) {
      assignAttention(op, layer++);
    }
    return collect();
  }

private:
  using Key = std::pair<UnitKind, int64_t>;

  void assign(Operation *op, Key key) { keys.try_emplace(op, key); }

  /// Assigns `op` and all that depends on it. The list instead of a recursion:
  /// a chain may be as long as the model.
  void assignUsers(Operation *op, Key key) {
    SmallVector<Operation *> work = {op};
    while (!work.empty()) {
      Operation *next = work.pop_back_val();
      if (isWork(*next) && keys.try_emplace(next, key).second) {
        llvm::append_range(work, next->getUsers());
      }
    }
  }

  /// Attention is what only it uses (norm, projections, rotary, append) and
  /// what uses only it (the output projection): both ends of the residual
  /// stream are outside.
  void assignAttention(transformer::CachedAttentionOp attention,
                       int64_t layer) {
    Key key = {UnitKind::attention, layer};
    assign(attention, key);
    if (Operation *append = attention.getCache().getDefiningOp()) {
      assign(append, key);
    }
    auto isOurs = [&](Operation *op) {
      auto found = keys.find(op);
      return found != keys.end() && found->second == key;
    };
    for (Operation &op : llvm::reverse(
             llvm::make_range(body.begin(), attention->getIterator()))) {
      // A later layer appends to our version of the cache.
      if (isWork(op) && !op.use_empty() && !isa<transformer::AppendOp>(op) &&
          llvm::all_of(op.getUsers(), isOurs)) {
        assign(&op, key);
      }
    }
    for (Operation &op :
         llvm::make_range(std::next(attention->getIterator()), body.end())) {
      bool usesUs = false, usesOthers = false;
      for (Value operand : op.getOperands()) {
        bool isToken =
            isa<RankedTensorType>(operand.getType()) && !isWeight(operand);
        bool ours = isToken && operand.getDefiningOp() &&
                    isOurs(operand.getDefiningOp());
        usesUs |= ours;
        usesOthers |= isToken && !ours;
      }
      if (isWork(op) && usesUs && !usesOthers) {
        assign(&op, key);
      }
    }
  }

  bool dependsOnProduct(Operation &op) {
    return isa<transformer::LinearOp>(op) ||
           llvm::any_of(op.getOperands(), [&](Value operand) {
             return operand.getDefiningOp() &&
                    products.contains(operand.getDefiningOp());
           });
  }

  /// What is left lies between attentions: the feed-forward of the layer
  /// before, or, before any product, the embedding.
  std::vector<Unit> collect() {
    std::map<Key, Unit> units;
    std::vector<Key> order;
    int64_t attentions = 0;
    for (Operation &op : body) {
      if (!isWork(op)) {
        continue;
      }
      attentions += isa<transformer::CachedAttentionOp>(op);
      if (dependsOnProduct(op)) {
        products.insert(&op);
      }
      auto found = keys.find(&op);
      Key key = found != keys.end() ? found->second
                : attentions == 0 && !products.contains(&op)
                    ? Key{UnitKind::embedding, 0}
                    : Key{UnitKind::feedForward,
                          std::max<int64_t>(attentions - 1, 0)};
      auto [entry, isNew] =
          units.try_emplace(key, Unit{key.first, key.second, {}});
      if (isNew) {
        order.push_back(key);
      }
      entry->second.operations.push_back(&op);
    }
    std::vector<Unit> result;
    for (Key key : order) {
      result.push_back(std::move(units[key]));
    }
    return result;
  }

  Block &body;
  llvm::DenseMap<Operation *, Key> keys;
  llvm::DenseSet<Operation *> products;
};

} // namespace

std::vector<Unit> findUnits(func::FuncOp step) { return Cutter(step).run(); }

} // namespace tandem
