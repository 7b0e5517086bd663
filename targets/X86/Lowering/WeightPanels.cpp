//===- WeightPanels.cpp - a linear layer's weight in a task -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Lowering/WeightPanels.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

WeightPanels::WeightPanels(Scope &scope, transformer::LinearOp linear,
                           int64_t firstColumn)
    : scope(scope), e(scope.e), kernels(scope.kernels), linear(linear),
      firstPanel(firstColumn / panelColumns) {
  if (!linear) {
    return;
  }
  format = PanelFormat::of(linear.getWeight().getType());
  takesBytes = inputFormOf(linear) == RowForm::bytes;
  if (format && !takesBytes) {
    int64_t depth = linear.getK();
    spread = e.stack(Kernels::maxSpreadRows *
                     Kernels::spreadElements(*format, depth));
    unpacked = e.stack(format->blocks(depth) * format->block * panelColumns);
  }
}

void WeightPanels::begin(Expr rows) {
  if (!format || takesBytes) {
    return;
  }
  int64_t depth = linear.getK();
  e.ifThen(rows <= e.integer(Kernels::maxSpreadRows), [&] {
    e.loop(e.integer(0), rows, 1, [&](Expr row) {
      Pointer to =
          *spread + row * double(Kernels::spreadElements(*format, depth));
      e.call(kernels.spreadRow(*format),
             {scope.packed({linear.getInput(), inputFormOf(linear)}) + row,
              rows, to, e.integer(depth)});
    });
  });
}

void WeightPanels::multiply(Pointer strip, Expr panel, Expr rows, Expr row,
                            Expr count) {
  if (!linear) {
    return;
  }
  int64_t depth = linear.getK();
  Pointer start =
      scope.tensor(linear.getWeight())
          .bytes((panel + double(firstPanel)) *
                 double(panelBytesOf(linear.getWeight().getType(), depth)));
  if (takesBytes) {
    Pointer x = scope.packed({linear.getInput(), RowForm::bytes})
                    .bytes(row * double(quantizedRowBytes(depth)));
    e.call(kernels.multiplyBlocks(*format),
           {x, start, strip, count, e.integer(format->blocks(depth))});
    return;
  }
  if (!format) {
    return multiplyPlain(strip, start, rows, row, count);
  }
  e.ifElse(
      rows <= e.integer(Kernels::maxSpreadRows),
      [&] {
        e.loop(e.integer(0), rows, 1, [&](Expr i) {
          Pointer x =
              *spread + i * double(Kernels::spreadElements(*format, depth));
          e.call(
              kernels.multiplySpread(*format),
              {x, start, strip + i * double(panelColumns), e.integer(depth)});
        });
      },
      [&] {
        e.ifThen(row == 0, [&] {
          e.call(kernels.unpackPanel(*format),
                 {start, *unpacked, e.integer(depth)});
        });
        multiplyPlain(strip, *unpacked, rows, row, count);
      });
}

void WeightPanels::multiplyPlain(Pointer strip, Pointer panel, Expr rows,
                                 Expr row, Expr count) {
  e.call(kernels.multiplyStrip(),
         {scope.packed({linear.getInput(), inputFormOf(linear)}), panel, strip,
          rows, row, count, e.integer(linear.getK())});
}
