//===- LowerLinear.cpp - linear layers as tasks over panels -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A task takes a run of panels and walks each down all rows, a strip at a time.
// Runs are cut by the sizes of the weight alone: enough of them to balance two
// uneven cores, each long enough to stream.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Lowering/WeightPanels.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

static int64_t panelCount(const LinearWork &work) {
  return (work.columns + panelColumns - 1) / panelColumns;
}

/// Panels in one task: about 64 KiB of weights, and at least 16 tasks where
/// there are as many panels.
static int64_t panelsPerTask(const LinearWork &work) {
  transformer::LinearOp linear = work.linear;
  int64_t panelBytes = panelBytesOf(linear.getWeight().getType(), work.depth());
  panelBytes *= work.gate ? 2 : 1;
  int64_t bySize = std::max<int64_t>(1, 65536 / panelBytes);
  return std::min(bySize, std::max<int64_t>(1, panelCount(work) / 16));
}

static int64_t taskCount(const LinearWork &work) {
  int64_t perTask = panelsPerTask(work);
  return (panelCount(work) + perTask - 1) / perTask;
}

namespace {

/// Emits one linear layer.
class LinearTask {
public:
  LinearTask(Scope &scope, const LinearWork &work, Pointer strip,
             Pointer gateStrip)
      : scope(scope), e(scope.e), kernels(scope.kernels), work(work),
        weight(scope, work.linear, work.firstColumn),
        gateWeight(scope, work.gate, work.firstColumn), strip(strip),
        gateStrip(gateStrip) {}

  /// Panels [first, last).
  void run(Expr first, Expr last) {
    Expr rows = scope.rows(work.onSelected);
    weight.begin(rows);
    gateWeight.begin(rows);
    e.loop(first, last, 1, [&](Expr panel) {
      e.loop(e.integer(0), rows, kernels.stripRows(), [&](Expr row) {
        Expr count = e.minimum(rows - row, e.integer(kernels.stripRows()));
        weight.multiply(strip, panel, rows, row, count);
        gateWeight.multiply(gateStrip, panel, rows, row, count);
        finish(panel, row, count);
      });
    });
  }

private:
  static bool hasBias(transformer::LinearOp linear) {
    return linear && linear.getBias();
  }

  Value bias(transformer::LinearOp linear, Expr column) {
    if (!hasBias(linear)) {
      return LLVM::ZeroOp::create(e, e.pointerType());
    }
    return scope.tensor(linear.getBias()) + work.firstColumn + column;
  }

  void finish(Expr panel, Expr row, Expr count) {
    Expr column = panel * double(panelColumns);
    Expr inRows = row * double(work.columns) + column;
    SmallVector<EpilogueStep> steps;
    Pointer operands = e.stack(2 * std::max<int64_t>(1, work.steps.size()));
    int64_t used = 0;
    for (const FusedStep &step : work.steps) {
      if (!step.operand) {
        steps.push_back({step.function, std::nullopt});
        continue;
      }
      Operand kind = operandKindOf(step.operand);
      Pointer place = scope.operand(step.operand);
      if (kind != Operand::scalar) {
        place = place + (kind == Operand::tensor ? inRows : column);
      }
      operands.bytes(8 * used++).store(place);
      steps.push_back({step.function, kind});
    }
    Expr columns = e.minimum(work.columns - column, e.integer(panelColumns));
    e.call(kernels.epilogue(hasBias(work.linear), hasBias(work.gate), work.glu,
                            steps),
           {strip, gateStrip, bias(work.linear, column),
            bias(work.gate, column), scope.tensor(work.result) + inRows,
            e.integer(work.columns), count, columns, operands});
  }

  Scope &scope;
  Emitter &e;
  Kernels &kernels;
  const LinearWork &work;
  WeightPanels weight, gateWeight;
  Pointer strip, gateStrip;
};

} // namespace

int64_t tandem::x86::linearTaskCount(const Stage &stage) {
  int64_t count = 0;
  for (const LinearWork &work : stage.linears) {
    count += taskCount(work);
  }
  return count;
}

void tandem::x86::emitLinears(Scope &scope, const Stage &stage, Expr index) {
  Emitter &e = scope.e;
  int64_t elements = scope.kernels.stripRows() * panelColumns;
  Pointer strip = e.stack(elements), gateStrip = e.stack(elements);
  int64_t firstTask = 0;
  for (const LinearWork &work : stage.linears) {
    Expr task = index - double(firstTask);
    int64_t perTask = panelsPerTask(work);
    firstTask += taskCount(work);
    e.ifThen((task >= e.integer(0)) & (task < double(taskCount(work))), [&] {
      Expr first = task * double(perTask);
      Expr last =
          e.minimum(first + double(perTask), e.integer(panelCount(work)));
      LinearTask(scope, work, strip, gateStrip).run(first, last);
    });
  }
}
