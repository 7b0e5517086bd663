//===- ShareLayers.cpp - compile identical layers once ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Turns the periods found by LayerPeriod into one function and a loop, and
// sorts the weight table so that a layer's entries are `base + layer * stride`.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Outline/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/passes/Outline/LayerPeriod.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::deploy;

namespace tandem {
#define GEN_PASS_DEF_SHARELAYERSPASS
#include "tandem/passes/Outline/Passes.h.inc"
} // namespace tandem

namespace {

/// The entries of one weight operand, layer by layer.
using LayerEntries = SmallVector<int64_t>;

/// How the table is renumbered.
struct TableOrder {
  /// Weight operands that differ between layers, in order of their first use.
  SmallVector<LayerEntries> perLayer;
  /// Old entry -> new entry, for those outside the layers.
  llvm::DenseMap<int64_t, int64_t> shared;
  SmallVector<Attribute> slots;

  int64_t stride() const { return perLayer.size(); }
  int64_t firstLayerEntry() const { return shared.size(); }
};

LayerEntries entriesOf(const LayerPeriod &period, int64_t offset,
                       unsigned operand) {
  LayerEntries entries;
  for (int64_t layer = 0; layer < period.count; ++layer) {
    entries.push_back(period.at(layer, offset)
                          ->getOperand(operand)
                          .getDefiningOp<WeightOp>()
                          .getBase());
  }
  return entries;
}

/// Calls `visit(offset, operand, entries)` for each weight operand of a period.
void forEachWeight(
    const LayerPeriod &period,
    llvm::function_ref<void(int64_t, unsigned, LayerEntries)> visit) {
  for (int64_t offset = 0; offset < period.length; ++offset) {
    for (OpOperand &operand : period.at(0, offset)->getOpOperands()) {
      if (operand.get().getDefiningOp<WeightOp>()) {
        unsigned number = operand.getOperandNumber();
        visit(offset, number, entriesOf(period, offset, number));
      }
    }
  }
}

TableOrder orderTable(PartOp part, func::FuncOp function,
                      const LayerPeriod &period) {
  TableOrder order;
  llvm::DenseSet<int64_t> inLayers;
  forEachWeight(period, [&](int64_t, unsigned, LayerEntries entries) {
    if (llvm::all_equal(entries) ||
        llvm::is_contained(order.perLayer, entries)) {
      return;
    }
    order.perLayer.push_back(entries);
    inLayers.insert_range(entries);
  });
  for (int64_t entry = 0; entry < (int64_t)part.getWeights().size(); ++entry) {
    if (!inLayers.contains(entry)) {
      order.shared[entry] = order.slots.size();
      order.slots.push_back(part.getWeights()[entry]);
    }
  }
  for (int64_t layer = 0; layer < period.count; ++layer) {
    for (const LayerEntries &entries : order.perLayer) {
      order.slots.push_back(part.getWeights()[entries[layer]]);
    }
  }
  return order;
}

/// Values that every period takes from before the first one.
SmallVector<Value> invariantsOf(const LayerPeriod &period) {
  llvm::SetVector<Value> values;
  llvm::DenseSet<Operation *> inside;
  for (int64_t offset = 0; offset < period.length; ++offset) {
    inside.insert(period.at(0, offset));
  }
  for (int64_t offset = 0; offset < period.length; ++offset) {
    for (Value operand : period.at(1, offset)->getOperands()) {
      Operation *op = operand.getDefiningOp();
      bool fromBefore =
          !op || (!isa<WeightOp, onnx::ConstantOp, arith::ConstantOp>(op) &&
                  op->isBeforeInBlock(period.at(0, 0)));
      if (fromBefore && !inside.contains(op)) {
        values.insert(operand);
      }
    }
  }
  return values.takeVector();
}

/// Builds the function that all layers share, from the first period.
func::FuncOp buildLayer(const LayerPeriod &period, const TableOrder &order,
                        ValueRange invariants, Value weights,
                        OpBuilder &builder) {
  SmallVector<Type> inputs, results;
  for (auto &[key, init] : period.carried) {
    results.push_back(init.getType());
  }
  llvm::append_range(inputs, results);
  llvm::append_range(inputs, invariants.getTypes());
  inputs.push_back(weights.getType());
  inputs.push_back(builder.getIndexType());
  Location loc = period.at(0, 0)->getLoc();
  auto layer = func::FuncOp::create(builder, loc, "layer",
                                    builder.getFunctionType(inputs, results));
  layer.setPrivate();
  Block *body = layer.addEntryBlock();
  IRMapping mapping;
  unsigned next = 0;
  for (auto &[key, init] : period.carried) {
    mapping.map(init, body->getArgument(next++));
  }
  for (Value invariant : invariants) {
    mapping.map(invariant, body->getArgument(next++));
  }
  Value table = body->getArgument(next++), number = body->getArgument(next);

  OpBuilder inside = OpBuilder::atBlockEnd(body);
  for (int64_t offset = 0; offset < period.length; ++offset) {
    Operation *op = period.at(0, offset);
    for (OpOperand &operand : op->getOpOperands()) {
      Value value = operand.get();
      if (auto weight = value.getDefiningOp<WeightOp>()) {
        LayerEntries entries =
            entriesOf(period, offset, operand.getOperandNumber());
        auto *found = llvm::find(order.perLayer, entries);
        bool varies = found != order.perLayer.end();
        int64_t base =
            varies ? order.firstLayerEntry() + (found - order.perLayer.begin())
                   : order.shared.lookup(entries.front());
        mapping.map(value, WeightOp::create(
                               inside, weight.getLoc(), weight.getType(), table,
                               inside.getI64IntegerAttr(base),
                               varies ? number : Value(),
                               varies ? inside.getI64IntegerAttr(order.stride())
                                      : IntegerAttr()));
      } else if (auto constant = value.getDefiningOp<arith::ConstantOp>()) {
        if (constant.getType().isIndex()) {
          mapping.map(value, number);
        } else {
          inside.clone(*constant, mapping);
        }
      } else if (auto scalar = value.getDefiningOp<onnx::ConstantOp>()) {
        inside.clone(*scalar, mapping);
      }
    }
    inside.clone(*op, mapping);
  }
  SmallVector<Value> outputs;
  for (auto &[key, init] : period.carried) {
    outputs.push_back(
        mapping.lookup(period.at(0, key.first)->getResult(key.second)));
  }
  func::ReturnOp::create(inside, loc, outputs);
  return layer;
}

/// Replaces the periods of a phase function by a loop that calls the layer.
void buildLoop(LayerPeriod &period, func::FuncOp layer, ValueRange invariants,
               Value weights) {
  Operation *first = period.at(0, 0);
  OpBuilder builder(first);
  Location loc = first->getLoc();
  SmallVector<Value> inits;
  for (auto &[key, init] : period.carried) {
    inits.push_back(init);
  }
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  Value count = arith::ConstantIndexOp::create(builder, loc, period.count);
  auto loop = scf::ForOp::create(
      builder, loc, zero, count, one, inits,
      [&](OpBuilder &body, Location, Value number, ValueRange carried) {
        SmallVector<Value> arguments(carried);
        llvm::append_range(arguments, invariants);
        arguments.push_back(weights);
        arguments.push_back(number);
        auto call = func::CallOp::create(body, loc, layer, arguments);
        scf::YieldOp::create(body, loc, call.getResults());
      });
  unsigned next = 0;
  for (auto &[key, init] : period.carried) {
    period.at(period.count - 1, key.first)
        ->getResult(key.second)
        .replaceAllUsesWith(loop.getResult(next++));
  }
  int64_t size = period.length * period.count;
  for (int64_t index = size - 1; index >= 0; --index) {
    Operation *op = period.operations[period.start + index];
    op->dropAllUses();
    op->erase();
  }
}

/// Whether all functions of the part do the same, so that they share layers.
bool haveEqualFunctions(PartOp part) {
  auto functions = part.getBody().getOps<func::FuncOp>();
  Region &first = (*functions.begin()).getBody();
  return llvm::all_of(functions, [&](func::FuncOp function) {
    return OperationEquivalence::isRegionEquivalentTo(
        &first, &function.getBody(), OperationEquivalence::IgnoreLocations);
  });
}

struct ShareLayersPass : tandem::impl::ShareLayersPassBase<ShareLayersPass> {
  void runOnOperation() override;
};

void ShareLayersPass::runOnOperation() {
  PartOp part = getOperation();
  if (!haveEqualFunctions(part)) {
    remark::missed(part.getLoc(),
                   remark::RemarkOpts::name("share-layers").category("outline"))
        << "the functions of the part differ";
    return;
  }
  std::optional<TableOrder> order;
  func::FuncOp layer;
  for (auto function :
       llvm::make_early_inc_range(part.getBody().getOps<func::FuncOp>())) {
    std::string whyNot;
    std::optional<LayerPeriod> period = findLayerPeriod(function, whyNot);
    if (!period) {
      remark::missed(
          function.getLoc(),
          remark::RemarkOpts::name("share-layers").category("outline"))
          << whyNot;
      return;
    }
    Value weights = function.getArguments().back();
    SmallVector<Value> invariants = invariantsOf(*period);
    if (!layer) {
      order = orderTable(part, function, *period);
      OpBuilder builder(function);
      layer = buildLayer(*period, *order, invariants, weights, builder);
    }
    buildLoop(*period, layer, invariants, weights);
    function.walk([](WeightOp op) {
      if (op->use_empty()) {
        op->erase();
      }
    });
    function.walk(
        [&](WeightOp op) { op.setBase(order->shared.lookup(op.getBase())); });
  }
  part.setWeightsAttr(ArrayAttr::get(&getContext(), order->slots));
}

} // namespace
