//===- InsertTransfers.cpp - cut a step between chips -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Puts deploy.transfer where a step passes from one chip to the next: between
// layers (pipeline stages) or between attention and feed-forward.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Outline/Activations.h"
#include "tandem/passes/Outline/Passes.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/MapVector.h"

#include "tandem/dialects/Transformer/IR/TransformerOps.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::deploy;
using transformer::AppendOp;
using transformer::CachedAttentionOp;

namespace tandem {
#define GEN_PASS_DEF_INSERTTRANSFERSPASS
#include "tandem/passes/Outline/Passes.h.inc"
} // namespace tandem

namespace {

/// A place between operations where the step moves to a chip.
struct Cut {
  int64_t position; ///< before this operation
  ChipAttr chip;
  int64_t stage;
};

/// The operations of a step in order and what crosses each place between them.
class Program {
public:
  explicit Program(func::FuncOp step);

  /// Activations that operations from `position` on take from before it.
  SmallVector<Value> crossing(int64_t position) const;
  /// The places from `low` to `high` where the least crosses, by width.
  std::pair<int64_t, int64_t> narrowest(int64_t low, int64_t high) const;

  /// Puts a transfer of all that crosses the cut there. Later cuts come first.
  void insert(const Cut &cut);

  SmallVector<Operation *> operations;
  SmallVector<int64_t> attentions; ///< positions, a layer each
  SmallVector<int64_t> appends;    ///< of the same layers

private:
  int64_t widthAt(int64_t position) const;

  llvm::DenseMap<Operation *, int64_t> positions;
  Activations activations;
};

} // namespace

Program::Program(func::FuncOp step) : activations(step) {
  for (Operation &op : step.getBody().front()) {
    if (isa<AppendOp>(op)) {
      appends.push_back(operations.size());
    }
    if (isa<CachedAttentionOp>(op)) {
      attentions.push_back(operations.size());
    }
    positions[&op] = operations.size();
    operations.push_back(&op);
  }
}

SmallVector<Value> Program::crossing(int64_t position) const {
  SmallVector<Value> values;
  for (int64_t i = 0; i < position; ++i) {
    for (Value result : operations[i]->getResults()) {
      bool isUsed = llvm::any_of(result.getUsers(), [&](Operation *user) {
        return positions.lookup(user) >= position;
      });
      if (isUsed && isa<RankedTensorType>(result.getType()) &&
          activations.contains(result)) {
        values.push_back(result);
      }
    }
  }
  return values;
}

int64_t Program::widthAt(int64_t position) const {
  int64_t width = 0;
  for (Value value : crossing(position)) {
    auto type = cast<RankedTensorType>(value.getType());
    int64_t last = type.getRank() == 0 ? 1 : type.getShape().back();
    width += ShapedType::isDynamic(last) ? 1 : last;
  }
  return width;
}

std::pair<int64_t, int64_t> Program::narrowest(int64_t low,
                                               int64_t high) const {
  std::pair<int64_t, int64_t> places = {low, low};
  int64_t least = widthAt(low);
  for (int64_t position = low + 1; position <= high; ++position) {
    int64_t width = widthAt(position);
    if (width < least) {
      least = width;
      places = {position, position};
    } else if (width == least) {
      places.second = position;
    }
  }
  return places;
}

/// Stages of equal numbers of layers, one for each chip.
static FailureOr<SmallVector<Cut>>
cutStages(func::FuncOp step, const Program &program, ArrayRef<ChipAttr> chips) {
  int64_t layers = program.attentions.size(), stages = chips.size();
  if (stages > layers) {
    return step.emitError("has ") << layers << " layers, which do not fill "
                                  << stages << " stages; name fewer chips";
  }
  SmallVector<Cut> cuts;
  for (int64_t stage = 1; stage < stages; ++stage) {
    int64_t layer = stage * layers / stages;
    auto [first, last] = program.narrowest(program.attentions[layer - 1] + 1,
                                           program.appends[layer]);
    cuts.push_back({last, chips[stage], stage});
  }
  return cuts;
}

/// Attention with the cache on one chip, feed-forward layers on another. The
/// head stays with the last feed-forward layer.
static FailureOr<SmallVector<Cut>> cutFeedForward(func::FuncOp step,
                                                  const Program &program,
                                                  ChipAttr attention,
                                                  ChipAttr feedForward) {
  SmallVector<Cut> cuts;
  int64_t layers = program.attentions.size();
  for (int64_t layer = 0; layer < layers; ++layer) {
    bool isLast = layer + 1 == layers;
    int64_t end =
        isLast ? program.operations.size() - 1 : program.appends[layer + 1];
    auto [first, last] = program.narrowest(program.attentions[layer] + 1, end);
    if (first == last && !isLast) {
      return step.emitError("computes attention and feed-forward of layer ")
             << layer << " side by side; they cannot be two chips' work";
    }
    cuts.push_back({first, feedForward, 1});
    if (!isLast) {
      cuts.push_back({last, attention, 0});
    }
  }
  return cuts;
}

void Program::insert(const Cut &cut) {
  OpBuilder builder(operations[cut.position]);
  for (Value value : crossing(cut.position)) {
    auto transfer =
        TransferOp::create(builder, value.getLoc(), value.getType(), value,
                           cut.chip, builder.getI64IntegerAttr(cut.stage));
    value.replaceUsesWithIf(transfer, [&](OpOperand &use) {
      return use.getOwner() != transfer &&
             positions.lookup(use.getOwner()) >= cut.position;
    });
    // What crosses this cut also crosses the cuts between it and its origin.
    positions[transfer] = cut.position;
  }
}

namespace {

struct InsertTransfersPass
    : tandem::impl::InsertTransfersPassBase<InsertTransfersPass> {
  void runOnOperation() override;
  LogicalResult cut(func::FuncOp step, Attribute chips);
};

LogicalResult InsertTransfersPass::cut(func::FuncOp step, Attribute chips) {
  if (isa<ChipAttr>(chips)) {
    return success();
  }
  Program program(step);
  FailureOr<SmallVector<Cut>> cuts = failure();
  if (auto stages = dyn_cast<ArrayAttr>(chips);
      stages && !stages.empty() &&
      llvm::all_of(stages, llvm::IsaPred<ChipAttr>)) {
    cuts = cutStages(step, program,
                     llvm::to_vector(stages.getAsRange<ChipAttr>()));
  } else if (auto roles = dyn_cast<DictionaryAttr>(chips);
             roles && roles.size() == 2 && roles.getAs<ChipAttr>("attention") &&
             roles.getAs<ChipAttr>("feed_forward")) {
    cuts = cutFeedForward(step, program, roles.getAs<ChipAttr>("attention"),
                          roles.getAs<ChipAttr>("feed_forward"));
  } else {
    step.emitError("is placed on ")
        << chips << ", expected a chip, a list of chips (stages) or "
        << "{attention = chip, feed_forward = chip}";
  }
  if (failed(cuts)) {
    return failure();
  }
  for (const Cut &cut : llvm::reverse(*cuts)) {
    program.insert(cut);
  }
  return success();
}

void InsertTransfersPass::runOnOperation() {
  ModuleOp module = getOperation();
  auto step = module.lookupSymbol<func::FuncOp>("step");
  auto phases =
      step ? step->getAttrOfType<ArrayAttr>("deploy.phases") : nullptr;
  auto placement =
      step ? step->getAttrOfType<DictionaryAttr>("deploy.placement") : nullptr;
  if (!phases || !placement) {
    return; // outline names what is missing
  }
  // Phases that run on the same chips stay one function.
  llvm::MapVector<Attribute, SmallVector<Attribute>> groups;
  for (auto phase : phases.getAsRange<StringAttr>()) {
    if (Attribute chips = placement.get(phase)) {
      groups[chips].push_back(phase);
    }
  }
  OpBuilder builder(&getContext());
  builder.setInsertionPointAfter(step);
  auto isPlain = [](auto &group) { return isa<ChipAttr>(group.first); };
  if (llvm::all_of(groups, isPlain)) {
    return;
  }
  for (auto [index, group] : llvm::enumerate(groups)) {
    func::FuncOp program = step;
    if (index > 0) {
      program = step.clone();
      builder.insert(program);
      program.setName(
          ("step_" + cast<StringAttr>(group.second.front()).getValue()).str());
    }
    program->setAttr("deploy.phases", builder.getArrayAttr(group.second));
  }
  for (auto program : module.getOps<func::FuncOp>()) {
    auto own = program->getAttrOfType<ArrayAttr>("deploy.phases");
    if (own && failed(cut(program, placement.get(cast<StringAttr>(own[0]))))) {
      return signalPassFailure();
    }
  }
}

} // namespace
