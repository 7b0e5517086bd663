//===- Elementwise.cpp - element-wise work and copies of rows ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Kernels.h"
#include "tandem/targets/X86/Kernels/Math.h"

using namespace mlir;
using namespace tandem::x86;

LLVM::LLVMFuncOp Kernels::unary(StringRef function) {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  UnaryFunction f = lookupUnary(function);
  return define(("unary_" + function).str(), {ptr, ptr, i64},
                [&](Emitter &e, ValueRange arguments) {
                  Pointer x(e, arguments[0]), y(e, arguments[1]);
                  e.elementLoop({e, arguments[2]}, [&](Expr i, Type type) {
                    (y + i).store(f((x + i).load(type)));
                  });
                });
}

static StringRef nameOf(Operand operand) {
  switch (operand) {
  case Operand::tensor:
    return "_tensor";
  case Operand::vector:
    return "_vector";
  case Operand::scalar:
    return "_scalar";
  }
  llvm_unreachable("unknown operand");
}

LLVM::LLVMFuncOp Kernels::binary(StringRef function, Operand xKind,
                                 Operand yKind) {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  BinaryFunction f = lookupBinary(function);
  return define(
      ("binary_" + function + nameOf(xKind) + nameOf(yKind)).str(),
      {ptr, ptr, ptr, i64, i64, i64}, [&](Emitter &e, ValueRange arguments) {
        Expr width(e, arguments[3]);
        e.loop({e, arguments[4]}, {e, arguments[5]}, 1, [&](Expr token) {
          Expr offset = token * width;
          auto load = [&](Operand kind, unsigned index, Expr i, Type type) {
            Pointer base(e, arguments[index]);
            if (kind == Operand::scalar) {
              return e.broadcast(base.loadFloat(), type);
            }
            return (kind == Operand::tensor ? base + offset + i : base + i)
                .load(type);
          };
          Pointer result(e, arguments[2]);
          e.elementLoop(width, [&](Expr i, Type type) {
            (result + offset + i)
                .store(f(load(xKind, 0, i, type), load(yKind, 1, i, type)));
          });
        });
      });
}

LLVM::LLVMFuncOp Kernels::copyRows() {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define(
      "copy_rows", {ptr, ptr, i64, i64, i64, i64, i64},
      [&](Emitter &e, ValueRange arguments) {
        Pointer x(e, arguments[0]), y(e, arguments[1]);
        Expr width(e, arguments[2]), xStride(e, arguments[3]),
            yStride(e, arguments[4]);
        e.loop({e, arguments[5]}, {e, arguments[6]}, 1, [&](Expr token) {
          Pointer from = x + token * xStride, to = y + token * yStride;
          e.elementLoop(width, [&](Expr i, Type type) {
            (to + i).store((from + i).load(type));
          });
        });
      });
}
