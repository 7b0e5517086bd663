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

/// What a value that becomes an entry of the table holds; null where it stays
/// in the program. Rotary tables get `rows` rows.
TypedAttr sourceOf(Value value, int64_t rows) {
  if (auto constant = value.getDefiningOp<onnx::ConstantOp>()) {
    auto type = cast<ShapedType>(constant.getType());
    // Integers are sizes and axes: part of the program.
    bool isWeight =
        isa<FloatType>(type.getElementType()) && type.getNumElements() > 1;
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
      TypedAttr source = sourceOf(operand.get(), rows);
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

/// The chips of a placement and the phases of each, in the order of
/// `deploy.phases`.
using Placement = llvm::MapVector<ChipAttr, SmallVector<Attribute>>;

struct OutlinePartsPass : tandem::impl::OutlinePartsPassBase<OutlinePartsPass> {
  using OutlinePartsPassBase::OutlinePartsPassBase;

  void runOnOperation() override;
  std::optional<Placement> readPlacement(func::FuncOp step);
  void makePart(func::FuncOp step, ChipAttr chip, ArrayRef<Attribute> phases);
};

std::optional<Placement> OutlinePartsPass::readPlacement(func::FuncOp step) {
  auto phases = step->getAttrOfType<ArrayAttr>("deploy.phases");
  auto chips = step->getAttrOfType<DictionaryAttr>("deploy.placement");
  if (!phases || !chips) {
    step.emitError("has no 'deploy.phases' or no 'deploy.placement'; run "
                   "stages split and place first");
    return std::nullopt;
  }
  Placement placement;
  for (auto phase : phases.getAsRange<StringAttr>()) {
    auto chip = chips.getAs<ChipAttr>(phase.getValue());
    if (!chip) {
      step.emitError("has no chip for phase ")
          << phase << " in 'deploy.placement'";
      return std::nullopt;
    }
    placement[chip].push_back(phase);
  }
  return placement;
}

void OutlinePartsPass::makePart(func::FuncOp step, ChipAttr chip,
                                ArrayRef<Attribute> phases) {
  MLIRContext *context = &getContext();
  OpBuilder builder(step);
  func::FuncOp program = step.clone();
  WeightTable table;
  outlineWeights(program.getBody().front(), program.getArguments().back(),
                 capacityTokens, table);
  auto part = PartOp::create(builder, step.getLoc(),
                             builder.getStringAttr(chip.getName()),
                             builder.getArrayAttr(phases), chip,
                             DenseI64ArrayAttr::get(context, {1, 1}),
                             builder.getI64IntegerAttr(0), table.get(context));
  Block *body = builder.createBlock(&part.getBody());
  for (Attribute phase : phases) {
    func::FuncOp function = program.clone();
    function.setName(cast<StringAttr>(phase).getValue());
    body->push_back(function);
  }
  program.erase();
}

void OutlinePartsPass::runOnOperation() {
  ModuleOp module = getOperation();
  auto step = module.lookupSymbol<func::FuncOp>("step");
  if (!step) {
    module.emitError("has no function @step; run stages split and place first");
    return signalPassFailure();
  }
  std::optional<Placement> placement = readPlacement(step);
  if (!placement || failed(step.insertArgument(step.getNumArguments(),
                                               WeightsType::get(&getContext()),
                                               {}, step.getLoc()))) {
    return signalPassFailure();
  }
  step->removeAttr("deploy.phases");
  step->removeAttr("deploy.placement");
  for (auto &[chip, phases] : *placement) {
    makePart(step, chip, phases);
  }
  step.erase();
}

} // namespace
