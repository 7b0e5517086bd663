//===- Linear.cpp - packing and strips of linear layers ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Kernels.h"

using namespace mlir;
using namespace tandem::x86;

LLVM::LLVMFuncOp Kernels::multiplyStrip() {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  LLVM::LLVMFuncOp tile = multiplyPacked();
  return define(
      "multiply_strip", {ptr, ptr, ptr, i64, i64, i64, i64},
      [&](Emitter &e, ValueRange arguments) {
        Pointer a(e, arguments[0]), b(e, arguments[1]), strip(e, arguments[2]);
        Expr rows(e, arguments[3]), first(e, arguments[4]),
            count(e, arguments[5]), depth(e, arguments[6]);
        Expr width = e.integer(panelColumns),
             tileRows = e.integer(variant.tileRows);
        e.loop(e.integer(0), depth, maxDepth, [&](Expr k) {
          Expr run = e.minimum(depth - k, e.integer(maxDepth));
          Expr accumulate{e, e.select(k > 0, e.integer(1), e.integer(0))};
          e.loop(e.integer(0), count, variant.tileRows, [&](Expr row) {
            Expr height = e.minimum(rows - first - row, tileRows);
            Pointer tileA = (a + (first + row) * depth) + k * height;
            e.call(tile, {height, tileA, b + k * width, strip + row * width,
                          run, width, accumulate});
          });
        });
      });
}

LLVM::LLVMFuncOp Kernels::packRows() {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  // One row is packed as it is.
  auto copyRow = [](Emitter &e, Pointer from, Pointer to, Expr width) {
    e.elementLoop(width, [&](Expr k, Type type) {
      (to + k).store((from + k).load(type));
    });
  };
  return define(
      "pack_rows", {ptr, ptr, i64, i64, i64, i64},
      [&](Emitter &e, ValueRange arguments) {
        Pointer x(e, arguments[0]), packed(e, arguments[1]);
        Expr width(e, arguments[2]), first(e, arguments[3]),
            last(e, arguments[4]), rows(e, arguments[5]);
        e.loop(first, last, variant.tileRows, [&](Expr tile) {
          Expr height = e.minimum(rows - tile, e.integer(variant.tileRows));
          Pointer from = x + tile * width, to = packed + tile * width;
          e.ifElse(
              height == 1, [&] { copyRow(e, from, to, width); },
              [&] {
                e.loop(e.integer(0), height, 1, [&](Expr row) {
                  Pointer source = from + row * width, place = to + row;
                  e.loop(e.integer(0), width, 1, [&](Expr k) {
                    (place + k * height).store((source + k).loadFloat());
                  });
                });
              });
        });
      });
}
