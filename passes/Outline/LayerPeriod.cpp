//===- LayerPeriod.cpp - where a function repeats ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/passes/Outline/LayerPeriod.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/FormatVariadic.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"

using namespace mlir;

namespace tandem {
namespace {

/// Weights and constants follow their users, so they are not in the sequence.
bool isInSequence(Operation &op) {
  return !isa<deploy::WeightOp, onnx::ConstantOp, arith::ConstantOp,
              func::ReturnOp>(op);
}

/// Tries one start of the periods.
class PeriodCheck {
public:
  PeriodCheck(LayerPeriod &period,
              const llvm::DenseMap<Operation *, int64_t> &position)
      : period(period), position(position) {}

  /// Fills `carried` if all periods are equal from the current start.
  bool run() {
    period.carried.clear();
    for (int64_t layer = 0; layer + 1 < period.count; ++layer) {
      for (int64_t offset = 0; offset < period.length; ++offset) {
        if (!sameOperation(layer, offset)) {
          return false;
        }
      }
    }
    return carriesAllThatIsUsedLater();
  }

private:
  int64_t positionOf(Value value) const {
    Operation *op = value.getDefiningOp();
    auto entry = op ? position.find(op) : position.end();
    return entry == position.end() ? -1 : entry->second;
  }

  bool sameOperation(int64_t layer, int64_t offset) {
    Operation *op = period.at(layer, offset);
    Operation *next = period.at(layer + 1, offset);
    if (op->getName() != next->getName() ||
        op->getAttrDictionary() != next->getAttrDictionary() ||
        op->getResultTypes() != next->getResultTypes() ||
        op->getNumOperands() != next->getNumOperands()) {
      return false;
    }
    for (auto [a, b] : llvm::zip(op->getOperands(), next->getOperands())) {
      if (!sameOperand(a, b, layer)) {
        return false;
      }
    }
    return true;
  }

  bool sameOperand(Value a, Value b, int64_t layer) {
    if (a.getType() != b.getType()) {
      return false;
    }
    if (a == b) {
      return positionOf(a) < period.start;
    }
    auto weightA = a.getDefiningOp<deploy::WeightOp>();
    auto weightB = b.getDefiningOp<deploy::WeightOp>();
    if (weightA || weightB) {
      return weightA && weightB && sameRole(weightA, weightB);
    }
    Attribute constantA, constantB;
    bool isConstantA = matchPattern(a, m_Constant(&constantA));
    bool isConstantB = matchPattern(b, m_Constant(&constantB));
    if (isConstantA || isConstantB) {
      return isConstantA && isConstantB &&
             (constantA == constantB ||
              isNextLayer(constantA, constantB, layer));
    }
    return sameResult(a, b, layer);
  }

  static bool sameRole(deploy::WeightOp a, deploy::WeightOp b) {
    auto part = a->getParentOfType<deploy::PartOp>();
    return part.getSlot(a.getBase()).getRole() ==
           part.getSlot(b.getBase()).getRole();
  }

  /// Layer numbers are index constants that count with the periods.
  static bool isNextLayer(Attribute a, Attribute b, int64_t layer) {
    auto first = dyn_cast<IntegerAttr>(a), second = dyn_cast<IntegerAttr>(b);
    return first && second && isa<IndexType>(first.getType()) &&
           first.getInt() == layer && second.getInt() == layer + 1;
  }

  bool sameResult(Value a, Value b, int64_t layer) {
    int64_t at = positionOf(a), next = positionOf(b);
    int64_t begin = period.start + layer * period.length;
    auto number = [](Value value) {
      return cast<OpResult>(value).getResultNumber();
    };
    if (next < begin) {
      return false;
    }
    bool shifted =
        at >= 0 && next == at + period.length && number(a) == number(b);
    if (next >= begin + period.length) {
      return shifted; // inside both periods
    }
    if (layer > 0) {
      return shifted; // from the period before, as in the first pair
    }
    // The second period takes a result of the first; the first took `a`.
    auto [entry, isNew] =
        period.carried.try_emplace({next - begin, number(b)}, a);
    return at < period.start && entry->second == a;
  }

  /// After the last period only carried values of that period may be used.
  bool carriesAllThatIsUsedLater() {
    int64_t end = period.start + period.length * period.count;
    for (int64_t index = period.start; index < end; ++index) {
      for (OpResult result : period.operations[index]->getResults()) {
        for (Operation *user : result.getUsers()) {
          auto entry = position.find(user);
          if (entry != position.end() && entry->second < end) {
            continue;
          }
          if (index < end - period.length ||
              !period.carried.contains(
                  {index - (end - period.length), result.getResultNumber()})) {
            return false;
          }
        }
      }
    }
    return true;
  }

  LayerPeriod &period;
  const llvm::DenseMap<Operation *, int64_t> &position;
};

} // namespace

std::optional<LayerPeriod> findLayerPeriod(func::FuncOp function,
                                           std::string &whyNot) {
  LayerPeriod period;
  llvm::DenseMap<Operation *, int64_t> position;
  SmallVector<int64_t> anchors;
  for (Operation &op : function.getBody().front()) {
    if (!isInSequence(op)) {
      continue;
    }
    if (isa<transformer::CachedAttentionOp>(op)) {
      anchors.push_back(period.operations.size());
    }
    position[&op] = period.operations.size();
    period.operations.push_back(&op);
  }
  if (anchors.size() < 2) {
    whyNot = "there is only one layer";
    return std::nullopt;
  }
  period.count = anchors.size();
  period.length = anchors[1] - anchors[0];
  for (size_t layer = 2; layer < anchors.size(); ++layer) {
    if (anchors[layer] - anchors[layer - 1] != period.length) {
      whyNot = llvm::formatv(
          "layer {0} has {1} operations between attentions, layer 1 has {2}",
          layer, anchors[layer] - anchors[layer - 1], period.length);
      return std::nullopt;
    }
  }

  std::optional<LayerPeriod> best;
  int64_t size = period.operations.size();
  for (int64_t start = std::max<int64_t>(0, anchors[0] - period.length + 1);
       start <= anchors[0]; ++start) {
    period.start = start;
    if (start + period.length * period.count > size ||
        !PeriodCheck(period, position).run()) {
      continue;
    }
    if (!best || period.carried.size() < best->carried.size()) {
      best = period;
    }
  }
  if (!best) {
    whyNot = "the layers differ in operations, types or attributes";
  }
  return best;
}

} // namespace tandem
