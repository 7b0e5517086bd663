//===- StepWork.cpp - the work of a step, by structural unit -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/passes/Place/StepWork.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FormatVariadic.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/passes/Place/Quantity.h"

using namespace mlir;
using namespace tandem::transformer;

namespace tandem {

deploy::Work UnitWork::evaluate(const StepShape &shape) const {
  deploy::Work work;
  for (const auto &[type, quantity] : flop) {
    work.flop[type] = quantity.evaluate(shape);
  }
  work.weightBytes = weightBytes.evaluate(shape);
  work.cacheBytes = cacheBytes.evaluate(shape);
  work.activationBytes = activationBytes.evaluate(shape);
  work.tokens = tokens.evaluate(shape);
  return work;
}

double StepWork::getActivationBytes(const StepShape &shape) const {
  double widest = 0;
  for (const UnitWork &unit : units) {
    widest = std::max(widest, unit.activationBytes.evaluate(shape));
  }
  return widest;
}

namespace {

std::string nameOf(Type type) {
  std::string name;
  llvm::raw_string_ostream(name) << type;
  return name;
}

/// Counts one unit after the other.
class Counter {
public:
  explicit Counter(func::FuncOp step) : step(step) {
    for (auto select : step.getOps<SelectTokensOp>()) {
      collectSelected(select.getOutput());
    }
  }

  StepWork run() {
    StepWork work;
    work.step = step;
    for (const Unit &unit : findUnits(step)) {
      addUnit(work, count(unit));
    }
    auto cache = cast<KvCacheType>(step.getArgumentTypes()[2]);
    work.layers = cache.getLayers();
    work.cacheBytesPerToken = work.layers * cacheBytesPerLayer(cache);
    for (Value weight : weights) {
      if (auto table = weight.getDefiningOp<RotaryTableOp>()) {
        work.tableBytesPerPosition +=
            getStoredBytes(cast<ShapedType>(weight.getType()));
      } else {
        work.weightBytes += getStoredBytes(cast<ShapedType>(weight.getType()));
      }
    }
    return work;
  }

private:
  static double cacheBytesPerLayer(KvCacheType cache) {
    return double(cache.getHeads()) *
           (cache.getKeyDim() + cache.getValueDim()) *
           cache.getElementType().getIntOrFloatBitWidth() / 8;
  }

  void collectSelected(Value value) {
    if (selected.insert(value).second) {
      for (Operation *user : value.getUsers()) {
        for (Value result : user->getResults()) {
          collectSelected(result);
        }
      }
    }
  }

  /// A token of every row, or every token.
  Count countOf(Value value) const {
    return selected.contains(value) ? Count::rows : Count::tokens;
  }

  static void addUnit(StepWork &work, UnitWork unit) {
    for (UnitWork &other : work.units) {
      if (other.kind == unit.kind && other.flop == unit.flop &&
          other.weightBytes == unit.weightBytes &&
          other.cacheBytes == unit.cacheBytes &&
          other.activationBytes == unit.activationBytes) {
        ++other.times;
        return;
      }
    }
    work.units.push_back(std::move(unit));
  }

  UnitWork count(const Unit &unit) {
    UnitWork work;
    work.kind = unit.kind;
    llvm::SmallSetVector<Operation *, 16> members(unit.operations.begin(),
                                                  unit.operations.end());
    llvm::DenseSet<Value> seen;
    for (Operation *op : unit.operations) {
      for (Value operand : op->getOperands()) {
        if (seen.insert(operand).second) {
          countOperand(work, *op, operand, members);
        }
      }
      for (Value result : op->getResults()) {
        bool leaves = llvm::any_of(result.getUsers(), [&](Operation *user) {
          return !members.contains(user);
        });
        if (leaves) {
          addActivation(work, result);
        }
      }
      countProducts(work, *op);
    }
    return work;
  }

  void countOperand(UnitWork &work, Operation &op, Value operand,
                    const llvm::SmallSetVector<Operation *, 16> &members) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type) {
      return;
    }
    if (!isWeight(operand)) {
      if (!operand.getDefiningOp() ||
          !members.contains(operand.getDefiningOp())) {
        addActivation(work, operand);
      }
      return;
    }
    weights.insert(operand);
    double bytes = getStoredBytes(type);
    if (auto embedding = dyn_cast<EmbeddingOp>(op)) {
      // A row of the table for each token.
      double width =
          cast<ShapedType>(embedding.getOutput().getType()).getShape().back();
      work.weightBytes.add(countOf(embedding.getOutput()),
                           bytes * width / type.getNumElements());
    } else if (operand.getDefiningOp<RotaryTableOp>()) {
      work.weightBytes.add(Count::tokens, bytes);
    } else {
      work.weightBytes.add(Count::once, bytes);
    }
  }

  void addActivation(UnitWork &work, Value value) {
    if (auto type = dyn_cast<RankedTensorType>(value.getType());
        type && type.getRank() > 0 && type.isDynamicDim(0)) {
      work.activationBytes.add(countOf(value), getStoredBytes(type));
    }
  }

  void countProducts(UnitWork &work, Operation &op) {
    if (auto linear = dyn_cast<LinearOp>(op)) {
      auto type = cast<ShapedType>(linear.getInput().getType());
      Count rows = countOf(linear.getOutput());
      work.flop[nameOf(type.getElementType())].add(rows, 2.0 * linear.getK() *
                                                             linear.getN());
      if (work.tokens == Quantity()) {
        work.tokens.add(rows, 1);
      }
    } else if (auto attention = dyn_cast<CachedAttentionOp>(op)) {
      KvCacheType cache = attention.getCache().getType();
      auto type = cast<ShapedType>(attention.getQuery().getType());
      int64_t window = attention.getKeep().getWindow();
      work.flop[nameOf(type.getElementType())].add(
          Count::pairs,
          2.0 * attention.getHeads() *
              (cache.getKeyDim() + cache.getValueDim()),
          window);
      work.cacheBytes.add(Count::keys, cacheBytesPerLayer(cache), window);
    } else if (auto append = dyn_cast<AppendOp>(op)) {
      work.cacheBytes.add(Count::tokens,
                          cacheBytesPerLayer(append.getCache().getType()));
    }
  }

  func::FuncOp step;
  llvm::DenseSet<Value> selected;
  llvm::SetVector<Value> weights;
};

} // namespace

StepWork countWork(func::FuncOp step) { return Counter(step).run(); }

} // namespace tandem
