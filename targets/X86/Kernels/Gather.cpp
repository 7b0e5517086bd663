//===- Gather.cpp - rows chosen by an index ---------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Kernels.h"

using namespace mlir;
using namespace tandem::x86;

static Expr indexAt(Pointer indices, Expr i) {
  return indices.bytes(i * double(sizeof(int32_t))).loadInteger32();
}

LLVM::LLVMFuncOp Kernels::gatherRows() {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define("gather_rows", {ptr, ptr, ptr, i64, i64, i64},
                [&](Emitter &e, ValueRange arguments) {
                  Pointer x(e, arguments[0]), indices(e, arguments[1]),
                      y(e, arguments[2]);
                  Expr width(e, arguments[3]);
                  e.loop({e, arguments[4]}, {e, arguments[5]}, 1, [&](Expr i) {
                    Pointer from = x + indexAt(indices, i) * width,
                            to = y + i * width;
                    e.elementLoop(width, [&](Expr j, Type type) {
                      (to + j).store((from + j).load(type));
                    });
                  });
                });
}

LLVM::LLVMFuncOp Kernels::gatherColumns() {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define(
      "gather_columns", {ptr, ptr, ptr, i64, i64, i64},
      [&](Emitter &e, ValueRange arguments) {
        Pointer table(e, arguments[0]), indices(e, arguments[1]),
            y(e, arguments[2]);
        Expr width(e, arguments[3]);
        e.loop({e, arguments[4]}, {e, arguments[5]}, 1, [&](Expr i) {
          Expr column = indexAt(indices, i);
          Expr panel = column / double(panelColumns);
          Pointer from = (table + panel * width * double(panelColumns)) +
                         column % panelColumns;
          Pointer to = y + i * width;
          e.loop(e.integer(0), width, 1, [&](Expr k) {
            (to + k).store((from + k * double(panelColumns)).loadFloat());
          });
        });
      });
}
