//===- Cache.cpp - writing keys and values to the packed cache --*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Kernels.h"

using namespace mlir;
using namespace tandem::x86;

// Keys of 16 tokens lie side by side, so a key is written with a stride.
static void writeKey(Emitter &e, Pointer from, Pointer block, Expr inBlock,
                     Expr width) {
  Expr panel = inBlock / double(panelColumns);
  Pointer to =
      (block + panel * width * double(panelColumns)) + inBlock % panelColumns;
  e.loop(e.integer(0), width, 1, [&](Expr i) {
    (to + i * double(panelColumns)).store((from + i).loadFloat());
  });
}

static void writeValue(Emitter &e, int64_t blockKeys, Pointer from,
                       Pointer block, Expr inBlock, Expr width) {
  e.loop(e.integer(0), width, panelColumns, [&](Expr column) {
    Pointer to =
        (block + column * double(blockKeys)) + inBlock * double(panelColumns);
    Expr count = e.minimum(width - column, e.integer(panelColumns));
    e.elementLoop(count, [&](Expr i, Type type) {
      (to + i).store((from + column + i).load(type));
    });
  });
}

LLVM::LLVMFuncOp Kernels::append() {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define(
      "append", {ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, i64},
      [&](Emitter &e, ValueRange arguments) {
        Pointer k(e, arguments[0]), v(e, arguments[1]), slots(e, arguments[2]),
            tokenRows(e, arguments[3]), positions(e, arguments[4]);
        Expr layerHead(e, arguments[5]), blocks(e, arguments[6]),
            heads(e, arguments[7]), keyWidth(e, arguments[8]),
            valueWidth(e, arguments[9]);
        Expr paddedValue =
            e.ceilDivide(valueWidth, panelColumns) * double(panelColumns);
        Expr blockElements = (keyWidth + paddedValue) * double(blockKeys);
        e.loop({e, arguments[10]}, {e, arguments[11]}, 1, [&](Expr token) {
          Expr offset = token * double(sizeof(int32_t));
          Expr row = tokenRows.bytes(offset).loadInteger32();
          Expr position = positions.bytes(offset).loadInteger32();
          Pointer slot =
              slots.bytes(row * double(sizeof(void *))).loadPointer();
          Expr block = position / double(blockKeys);
          Expr inBlock = position % blockKeys;
          e.loop(e.integer(0), heads, 1, [&](Expr head) {
            Pointer place =
                slot + ((layerHead + head) * blocks + block) * blockElements;
            Expr source = token * heads + head;
            writeKey(e, k + source * keyWidth, place, inBlock, keyWidth);
            writeValue(e, blockKeys, v + source * valueWidth,
                       place + keyWidth * double(blockKeys), inBlock,
                       valueWidth);
          });
        });
      });
}
