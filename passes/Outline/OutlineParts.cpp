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

struct OutlinePartsPass : tandem::impl::OutlinePartsPassBase<OutlinePartsPass> {
  using OutlinePartsPassBase::OutlinePartsPassBase;

  void runOnOperation() override;
};

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
  outlineWeights(step.getBody().front(), weights, capacityTokens, table);

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
