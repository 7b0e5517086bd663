//===- Rotary.cpp - rotation of query and key heads -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Kernels.h"

using namespace mlir;
using namespace tandem::x86;

namespace {

/// A head of one token and the table rows of its position.
struct Head {
  Pointer x, y, cos, sin;
  Expr width, columns;
};

} // namespace

/// Pairs (i, i + columns), whole vectors at a time.
static void rotateHalves(Emitter &e, const Head &head) {
  Pointer xUpper = head.x + head.columns, yUpper = head.y + head.columns;
  e.elementLoop(head.columns, [&](Expr i, Type type) {
    Expr a = (head.x + i).load(type), b = (xUpper + i).load(type);
    Expr cos = (head.cos + i).load(type), sin = (head.sin + i).load(type);
    (head.y + i).store(a * cos - b * sin);
    (yUpper + i).store(b * cos + a * sin);
  });
}

/// Pairs (2i, 2i + 1).
static void rotateNeighbours(Emitter &e, const Head &head) {
  e.loop(e.integer(0), head.columns, 1, [&](Expr i) {
    Pointer from = head.x + i * 2.0, to = head.y + i * 2.0;
    Expr a = from.loadFloat(), b = (from + 1).loadFloat();
    Expr cos = (head.cos + i).loadFloat(), sin = (head.sin + i).loadFloat();
    to.store(a * cos - b * sin);
    (to + 1).store(b * cos + a * sin);
  });
}

LLVM::LLVMFuncOp Kernels::rotary(bool interleaved) {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define(
      interleaved ? "rotary_interleaved" : "rotary",
      {ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64},
      [&](Emitter &e, ValueRange arguments) {
        Pointer x(e, arguments[0]), positions(e, arguments[1]),
            cos(e, arguments[2]), sin(e, arguments[3]), y(e, arguments[4]);
        Expr heads(e, arguments[5]), width(e, arguments[6]),
            columns(e, arguments[7]);
        e.loop({e, arguments[8]}, {e, arguments[9]}, 1, [&](Expr token) {
          Expr position =
              positions.bytes(token * double(sizeof(int32_t))).loadInteger32();
          e.loop(e.integer(0), heads, 1, [&](Expr index) {
            Expr offset = (token * heads + index) * width;
            Head head{x + offset,
                      y + offset,
                      cos + position * columns,
                      sin + position * columns,
                      width,
                      columns};
            if (interleaved) {
              rotateNeighbours(e, head);
            } else {
              rotateHalves(e, head);
            }
            Expr rotated = columns * 2.0;
            e.elementLoop(width - rotated, [&](Expr i, Type type) {
              (head.y + rotated + i).store((head.x + rotated + i).load(type));
            });
          });
        });
      });
}
