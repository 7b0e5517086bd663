//===- Epilogue.cpp - what follows a product on its tile --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs on a strip while it is in the first-level cache, so that bias,
// activation, gate and residual cost no pass over memory of their own.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Kernels.h"
#include "tandem/targets/X86/Kernels/Math.h"

using namespace mlir;
using namespace tandem::x86;

namespace {

/// The epilogue of one strip.
class Epilogue {
public:
  Epilogue(Emitter &e, ValueRange a, bool hasBias, bool hasGateBias,
           StringRef glu, ArrayRef<EpilogueStep> steps)
      : e(e), strip(e, a[0]), gateStrip(e, a[1]), bias(e, a[2]),
        gateBias(e, a[3]), y(e, a[4]), stride(e, a[5]), rows(e, a[6]),
        columns(e, a[7]), hasBias(hasBias), hasGateBias(hasGateBias), glu(glu),
        steps(steps) {
    Pointer table(e, a[8]);
    int64_t index = 0;
    for (const EpilogueStep &step : steps) {
      if (step.operand) {
        operands.push_back(
            table.bytes(int64_t(sizeof(void *)) * index++).loadPointer());
      }
    }
  }

  void run() {
    e.loop(e.integer(0), rows, 1, [&](Expr row) {
      e.ifElse(
          columns == panelColumns,
          [&] {
            for (int64_t i = 0; i < panelColumns; i += e.variant.lanes) {
              finish(row, e.integer(i), e.vectorType());
            }
          },
          [&] {
            e.loop(e.integer(0), columns, 1,
                   [&](Expr column) { finish(row, column, e.f32()); });
          });
    });
  }

private:
  void finish(Expr row, Expr column, Type type) {
    Expr inStrip = row * double(panelColumns) + column;
    Expr value = (strip + inStrip).load(type);
    if (hasBias) {
      value = value + (bias + column).load(type);
    }
    if (!glu.empty()) {
      Expr gate = (gateStrip + inStrip).load(type);
      if (hasGateBias) {
        gate = gate + (gateBias + column).load(type);
      }
      value = lookupBinary(glu)(gate, value);
    }
    Expr inRows = row * stride + column;
    auto operand = operands.begin();
    for (const EpilogueStep &step : steps) {
      value = step.operand ? lookupBinary(step.function)(
                                 value, load(*operand++, *step.operand, column,
                                             inRows, type))
                           : lookupUnary(step.function)(value);
    }
    (y + inRows).store(value);
  }

  Expr load(Pointer base, Operand kind, Expr column, Expr inRows, Type type) {
    switch (kind) {
    case Operand::tensor:
      return (base + inRows).load(type);
    case Operand::vector:
      return (base + column).load(type);
    case Operand::scalar:
      return e.broadcast(base.loadFloat(), type);
    }
    llvm_unreachable("unknown operand");
  }

  Emitter &e;
  Pointer strip, gateStrip, bias, gateBias, y;
  Expr stride, rows, columns;
  bool hasBias, hasGateBias;
  StringRef glu;
  ArrayRef<EpilogueStep> steps;
  SmallVector<Pointer> operands;
};

} // namespace

LLVM::LLVMFuncOp Kernels::epilogue(bool hasBias, bool hasGateBias,
                                   StringRef glu,
                                   ArrayRef<EpilogueStep> steps) {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  std::string name = "epilogue";
  name += hasBias ? "_bias" : "";
  name += hasGateBias ? "_gate_bias" : "";
  if (!glu.empty()) {
    name += "_" + glu.str();
  }
  static constexpr StringRef kinds[] = {"_tensor", "_vector", "_scalar"};
  for (const EpilogueStep &step : steps) {
    name +=
        ("_" + step.function + (step.operand ? kinds[int(*step.operand)] : ""))
            .str();
  }
  return define(
      name, {ptr, ptr, ptr, ptr, ptr, i64, i64, i64, ptr},
      [&](Emitter &e, ValueRange arguments) {
        Epilogue(e, arguments, hasBias, hasGateBias, glu, steps).run();
      });
}
