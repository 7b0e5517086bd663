//===- LowerTokenWise.cpp - token-wise operations as kernel calls *- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Lowering/Scope.h"
#include "tandem/targets/X86/Packing.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;
using namespace tandem::transformer;

namespace {

/// Emits operations for tokens [first, last).
class TokenWise {
public:
  TokenWise(Scope &scope, Expr first, Expr last)
      : scope(scope), e(scope.e), kernels(scope.kernels), first(first),
        last(last) {}

  void emit(EmbeddingOp op);
  void emit(RmsNormOp op);
  void emit(LayerNormOp op);
  void emit(ActivationOp op);
  void emit(GluOp op);
  void emit(RotaryOp op);
  void emit(AppendOp op);
  void emit(SelectTokensOp op);
  void emit(onnx::NodeOp op);
  void pack(Value value, RowForm form, bool selected);

private:
  Value tensor(Value value) { return scope.tensor(value); }
  Value width(Value value) { return e.integer(widthOf(value)); }
  void unary(StringRef function, Value from, Value to);
  void binary(StringRef function, Value x, Value y, Value to);
  void split(onnx::NodeOp op);

  Scope &scope;
  Emitter &e;
  Kernels &kernels;
  Expr first, last;
};

} // namespace

void TokenWise::emit(EmbeddingOp op) {
  auto weight = op.getTable().getDefiningOp<deploy::WeightOp>();
  if (auto format = PanelFormat::of(weight.getType())) {
    e.call(kernels.gatherStored(*format),
           {tensor(op.getTable()), tensor(op.getIds()), tensor(op.getOutput()),
            width(op.getOutput()), first, last});
    return;
  }
  bool inPanels = scope.part.plan[weight.getBase()].layout == panelsLayout;
  e.call(inPanels ? kernels.gatherColumns() : kernels.gatherRows(),
         {tensor(op.getTable()), tensor(op.getIds()), tensor(op.getOutput()),
          width(op.getOutput()), first, last});
}

void TokenWise::emit(RmsNormOp op) {
  e.call(kernels.rmsNorm(),
         {tensor(op.getInput()), tensor(op.getScale()), tensor(op.getOutput()),
          width(op.getInput()), e.real(op.getEpsilon().convertToDouble()),
          first, last});
}

void TokenWise::emit(LayerNormOp op) {
  Value bias = op.getBias() ? tensor(op.getBias())
                            : LLVM::ZeroOp::create(e, e.pointerType());
  e.call(kernels.layerNorm(),
         {tensor(op.getInput()), tensor(op.getScale()), bias,
          tensor(op.getOutput()), width(op.getInput()),
          e.real(op.getEpsilon().convertToDouble()), first, last});
}

void TokenWise::unary(StringRef function, Value from, Value to) {
  double elements = widthOf(from);
  Expr offset = first * elements;
  e.call(kernels.unary(function),
         {scope.tensor(from) + offset, scope.tensor(to) + offset,
          (last - first) * elements});
}

void TokenWise::binary(StringRef function, Value x, Value y, Value to) {
  e.call(
      kernels.binary(function, operandKindOf(x), operandKindOf(y)),
      {scope.operand(x), scope.operand(y), tensor(to), width(to), first, last});
}

void TokenWise::emit(ActivationOp op) {
  unary(stringifyActivationKind(op.getKind()), op.getInput(), op.getOutput());
}

void TokenWise::emit(GluOp op) {
  binary(("glu_" + stringifyActivationKind(op.getKind())).str(), op.getGate(),
         op.getInput(), op.getOutput());
}

void TokenWise::emit(RotaryOp op) {
  int64_t heads = op.getHeads();
  e.call(kernels.rotary(op.getInterleaved()),
         {tensor(op.getInput()), tensor(op.getPositions()), tensor(op.getCos()),
          tensor(op.getSin()), tensor(op.getOutput()), e.integer(heads),
          e.integer(widthOf(op.getInput()) / heads), width(op.getCos()), first,
          last});
}

void TokenWise::emit(AppendOp op) {
  KvCacheType cache = op.getCache().getType();
  e.call(kernels.append(),
         {tensor(op.getKey()), tensor(op.getValue()),
          scope.field(StateField::slots).loadPointer(),
          scope.field(StateField::tokenRows).loadPointer(),
          scope.field(StateField::positions).loadPointer(),
          scope.index(op.getLayer()) * double(cache.getHeads()),
          scope.field(StateField::blocks).loadInteger(),
          e.integer(cache.getHeads()), e.integer(cache.getKeyDim()),
          e.integer(cache.getValueDim()), first, last});
}

void TokenWise::emit(SelectTokensOp op) {
  e.call(kernels.gatherRows(),
         {tensor(op.getInput()),
          scope.field(StateField::selected).loadPointer(),
          tensor(op.getOutput()), width(op.getOutput()), first, last});
}

void TokenWise::split(onnx::NodeOp op) {
  Value input = op.getInputs()[0];
  int64_t offset = 0;
  for (Value output : op.getOutputs()) {
    e.call(kernels.copyRows(),
           {scope.tensor(input) + offset, tensor(output), width(output),
            width(input), width(output), first, last});
    offset += widthOf(output);
  }
}

void TokenWise::emit(onnx::NodeOp op) {
  if (op.getOpType() == "Split") {
    return split(op);
  }
  if (op.getInputs().size() == 1) {
    return unary(functionOf(op), op.getInputs()[0], op.getOutputs()[0]);
  }
  binary(functionOf(op), op.getInputs()[0], op.getInputs()[1],
         op.getOutputs()[0]);
}

void TokenWise::pack(Value value, RowForm form, bool selected) {
  Pointer packed = scope.packed({value, form});
  if (form == RowForm::bytes) {
    e.call(kernels.quantizeRows(),
           {tensor(value), packed, width(value), first, last});
    return;
  }
  e.call(kernels.packRows(), {tensor(value), packed, width(value), first, last,
                              scope.rows(selected)});
}

void tandem::x86::emitTokenWise(Scope &scope, const Stage &stage, Expr first,
                                Expr last) {
  TokenWise tokenWise(scope, first, last);
  for (Operation *op : stage.operations) {
    llvm::TypeSwitch<Operation *>(op)
        .Case<EmbeddingOp, RmsNormOp, LayerNormOp, ActivationOp, GluOp,
              RotaryOp, AppendOp, SelectTokensOp, onnx::NodeOp>(
            [&](auto op) { tokenWise.emit(op); });
  }
  for (auto [value, form] : stage.packed) {
    tokenWise.pack(value, form, stage.onSelected);
  }
}
