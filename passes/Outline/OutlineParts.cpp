//===- OutlineParts.cpp - make the parts of the targets ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Moves the step function into a deploy.part for each chip and its constants
// into the part's weight table.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Outline/Passes.h"
#include "tandem/passes/Outline/Segments.h"
#include "tandem/passes/Split/RowWise.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::deploy;

namespace tandem {
#define GEN_PASS_DEF_OUTLINEPARTSPASS
#include "tandem/passes/Outline/Passes.h.inc"
} // namespace tandem

namespace {

/// The role that one use gives a weight.
WeightRole roleOf(OpOperand &use) {
  using transformer::MatrixLayout;
  bool isSecond = use.getOperandNumber() == 1;
  if (auto op = dyn_cast<transformer::LinearOp>(use.getOwner());
      op && isSecond) {
    return op.getLayout() == MatrixLayout::nk ? WeightRole::matrix_nk
                                              : WeightRole::matrix_kn;
  }
  if (auto op = dyn_cast<transformer::EmbeddingOp>(use.getOwner());
      op && isSecond) {
    return op.getLayout() == MatrixLayout::nk ? WeightRole::table_nk
                                              : WeightRole::table_kn;
  }
  return WeightRole::vector;
}

/// The weight table while it grows: equal entries are one.
class WeightTable {
public:
  int64_t add(WeightRole role, TypedAttr source) {
    auto slot = SlotAttr::get(source.getContext(), role, source);
    auto [entry, isNew] = index.try_emplace(slot, slots.size());
    if (isNew) {
      slots.push_back(slot);
    }
    return entry->second;
  }
  ArrayAttr get(MLIRContext *context) const {
    return ArrayAttr::get(context, slots);
  }

private:
  SmallVector<Attribute> slots;
  llvm::DenseMap<Attribute, int64_t> index;
};

/// What an operand that becomes an entry of the table holds; null where it
/// stays in the program. Rotary tables get `rows` rows.
TypedAttr sourceOf(OpOperand &operand, int64_t rows) {
  Value value = operand.get();
  if (auto constant = value.getDefiningOp<onnx::ConstantOp>()) {
    auto type = cast<ShapedType>(constant.getType());
    // Integers are sizes and axes but where elements meet them, and one number
    // beside the rows of a node is a factor: part of the program.
    auto node = dyn_cast<onnx::NodeOp>(operand.getOwner());
    bool isFactor = node && type.getNumElements() == 1;
    bool isData =
        isa<FloatType>(type.getElementType()) || (node && isElementWise(node));
    bool isWeight = isData && !isFactor;
    return isWeight ? constant.getValue() : TypedAttr();
  }
  auto table = value.getDefiningOp<transformer::RotaryTableOp>();
  if (!table) {
    return {};
  }
  MLIRContext *context = value.getContext();
  auto frequencies = cast<DenseFPElementsAttr>(table.getFrequencies());
  auto type = RankedTensorType::get({rows, frequencies.getNumElements()},
                                    Float32Type::get(context));
  return RotaryAttr::get(context, value == table.getCos() ? "cos" : "sin",
                         frequencies, table.getScaleAttr(), type);
}

/// Points every operand that is a weight at its entry of the table, in the
/// order of the program.
void outlineWeights(Block &body, Value weights, int64_t rows,
                    WeightTable &table) {
  for (Operation &op : llvm::make_early_inc_range(body)) {
    for (OpOperand &operand : op.getOpOperands()) {
      TypedAttr source = sourceOf(operand, rows);
      if (!source) {
        continue;
      }
      OpBuilder builder(&op);
      operand.set(WeightOp::create(
          builder, operand.get().getLoc(), source.getType(), weights,
          builder.getI64IntegerAttr(table.add(roleOf(operand), source)),
          /*layer=*/Value(), /*stride=*/IntegerAttr()));
    }
  }
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body))) {
    if (isOpTriviallyDead(&op)) {
      op.erase();
    }
  }
}

/// A part while it grows: the functions of its phases and their weights.
struct PartDraft {
  SmallVector<Attribute> phases;
  SmallVector<func::FuncOp> functions;
  WeightTable weights;
};

/// Parts by chip and stage, in the order in which a step reaches them.
using Drafts = llvm::MapVector<std::pair<ChipAttr, int64_t>, PartDraft>;

struct OutlinePartsPass : tandem::impl::OutlinePartsPassBase<OutlinePartsPass> {
  using OutlinePartsPassBase::OutlinePartsPassBase;

  void runOnOperation() override;
  LogicalResult outline(func::FuncOp step, Drafts &drafts);
  LogicalResult outlinePhase(func::FuncOp step, StringAttr phase,
                             ChipAttr first, Drafts &drafts);
  void makePart(ModuleOp module, ChipAttr chip, int64_t stage,
                PartDraft &draft);
};

/// The chip that a phase starts on.
ChipAttr firstChip(Attribute chips) {
  if (auto stages = dyn_cast_or_null<ArrayAttr>(chips)) {
    return stages.empty() ? ChipAttr() : dyn_cast<ChipAttr>(stages[0]);
  }
  if (auto roles = dyn_cast_or_null<DictionaryAttr>(chips)) {
    return roles.getAs<ChipAttr>("attention");
  }
  return dyn_cast_or_null<ChipAttr>(chips);
}

LogicalResult OutlinePartsPass::outlinePhase(func::FuncOp step,
                                             StringAttr phase, ChipAttr first,
                                             Drafts &drafts) {
  FailureOr<std::vector<Segment>> segments = cutAtTransfers(step, first);
  if (failed(segments)) {
    return failure();
  }
  llvm::MapVector<std::pair<ChipAttr, int64_t>, SmallVector<func::FuncOp>>
      pieces;
  for (Segment &segment : *segments) {
    PartDraft &draft = drafts[{segment.chip, segment.stage}];
    func::FuncOp function = segment.function.release();
    unsigned count = function.getNumArguments();
    (void)function.insertArgument(count, WeightsType::get(&getContext()), {},
                                  function.getLoc());
    outlineWeights(function.getBody().front(), function.getArguments().back(),
                   capacityTokens, draft.weights);
    draft.functions.push_back(function);
    if (!llvm::is_contained(draft.phases, phase)) {
      draft.phases.push_back(phase);
    }
    pieces[{segment.chip, segment.stage}].push_back(function);
  }
  for (auto &[place, functions] : pieces) {
    for (auto [index, function] : llvm::enumerate(functions)) {
      function.setName(functions.size() == 1
                           ? phase.str()
                           : (phase.getValue() + "." + Twine(index)).str());
    }
  }
  return success();
}

LogicalResult OutlinePartsPass::outline(func::FuncOp step, Drafts &drafts) {
  auto phases = step->getAttrOfType<ArrayAttr>("deploy.phases");
  auto chips = step->getAttrOfType<DictionaryAttr>("deploy.placement");
  if (!phases || !chips) {
    return step.emitError("has no 'deploy.phases' or no 'deploy.placement'; "
                          "run stages split and place first");
  }
  for (auto phase : phases.getAsRange<StringAttr>()) {
    ChipAttr chip = firstChip(chips.get(phase));
    if (!chip) {
      return step.emitError("has no chip for phase ")
             << phase << " in 'deploy.placement'";
    }
    if (failed(outlinePhase(step, phase, chip, drafts))) {
      return failure();
    }
  }
  return success();
}

void OutlinePartsPass::makePart(ModuleOp module, ChipAttr chip, int64_t stage,
                                PartDraft &draft) {
  MLIRContext *context = &getContext();
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  std::string name = chip.getName().str();
  if (module.lookupSymbol(name)) {
    name += "-" + std::to_string(stage);
  }
  auto part = PartOp::create(
      builder, draft.functions.front().getLoc(), builder.getStringAttr(name),
      builder.getArrayAttr(draft.phases), chip,
      DenseI64ArrayAttr::get(context, {1, 1}), builder.getI64IntegerAttr(stage),
      draft.weights.get(context));
  Block *body = builder.createBlock(&part.getBody());
  for (func::FuncOp function : draft.functions) {
    body->push_back(function);
  }
}

void OutlinePartsPass::runOnOperation() {
  ModuleOp module = getOperation();
  if (!module.lookupSymbol<func::FuncOp>("step")) {
    module.emitError("has no function @step; run stages split and place first");
    return signalPassFailure();
  }
  Drafts drafts;
  SmallVector<func::FuncOp> steps(module.getOps<func::FuncOp>());
  for (func::FuncOp step : steps) {
    if (failed(outline(step, drafts))) {
      return signalPassFailure();
    }
  }
  for (func::FuncOp step : steps) {
    step.erase();
  }
  for (auto &[place, draft] : drafts) {
    makePart(module, place.first, place.second, draft);
  }
}

} // namespace
