//===- OutlineParts.cpp - make the part of a target -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Moves the step function into a deploy.part and its constants into the part's
// weight table.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Outline/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

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

struct OutlinePartsPass : tandem::impl::OutlinePartsPassBase<OutlinePartsPass> {
  using OutlinePartsPassBase::OutlinePartsPassBase;

  void runOnOperation() override;

private:
  void outlineConstant(onnx::ConstantOp op, Value weights, WeightTable &table);
  void outlineRotaryTable(transformer::RotaryTableOp op, Value weights,
                          WeightTable &table);
};

/// Points each use of a value at its entry of the table.
void replaceUses(Value value, TypedAttr source, Type type, Value weights,
                 WeightTable &table) {
  OpBuilder builder(value.getContext());
  for (OpOperand &use : llvm::make_early_inc_range(value.getUses())) {
    builder.setInsertionPoint(use.getOwner());
    use.set(WeightOp::create(
        builder, value.getLoc(), type, weights,
        builder.getI64IntegerAttr(table.add(roleOf(use), source)),
        /*layer=*/Value(), /*stride=*/IntegerAttr()));
  }
}

void OutlinePartsPass::outlineConstant(onnx::ConstantOp op, Value weights,
                                       WeightTable &table) {
  auto type = cast<ShapedType>(op.getOutput().getType());
  if (type.getNumElements() > 1) {
    replaceUses(op.getOutput(), op.getValue(), type, weights, table);
    op.erase();
  }
}

void OutlinePartsPass::outlineRotaryTable(transformer::RotaryTableOp op,
                                          Value weights, WeightTable &table) {
  Builder builder(op.getContext());
  auto frequencies = cast<DenseFPElementsAttr>(op.getFrequencies());
  auto type = RankedTensorType::get(
      {capacityTokens, frequencies.getNumElements()}, builder.getF32Type());
  for (auto [function, result] :
       {std::pair("cos", op.getCos()), std::pair("sin", op.getSin())}) {
    replaceUses(result,
                RotaryAttr::get(op.getContext(), function, frequencies,
                                op.getScaleAttr(), type),
                type, weights, table);
  }
  op.erase();
}

void OutlinePartsPass::runOnOperation() {
  ModuleOp module = getOperation();
  auto step = module.lookupSymbol<func::FuncOp>("step");
  auto phases =
      step ? step->getAttrOfType<ArrayAttr>("deploy.phases") : nullptr;
  if (!phases) {
    module.emitError("has no function @step with 'deploy.phases'; run "
                     "tandem-split-phases first");
    return signalPassFailure();
  }
  OpBuilder builder(step);
  auto weightsType = WeightsType::get(&getContext());
  if (failed(step.insertArgument(step.getNumArguments(), weightsType, {},
                                 step.getLoc()))) {
    return signalPassFailure();
  }
  Value weights = step.getArguments().back();

  WeightTable table;
  for (Operation &op : llvm::make_early_inc_range(step.getBody().front())) {
    if (auto constant = dyn_cast<onnx::ConstantOp>(op)) {
      outlineConstant(constant, weights, table);
    } else if (auto rotary = dyn_cast<transformer::RotaryTableOp>(op)) {
      outlineRotaryTable(rotary, weights, table);
    }
  }

  auto part =
      PartOp::create(builder, step.getLoc(), builder.getStringAttr(chip),
                     phases, ChipAttr::get(&getContext(), chip, target),
                     DenseI64ArrayAttr::get(&getContext(), {1, 1}),
                     builder.getI64IntegerAttr(0), table.get(&getContext()));
  Block *body = builder.createBlock(&part.getBody());
  step->removeAttr("deploy.phases");
  for (Attribute phase : phases) {
    auto function = cast<func::FuncOp>(step->clone());
    function.setName(cast<StringAttr>(phase).getValue());
    body->push_back(function);
  }
  step.erase();
}

} // namespace
